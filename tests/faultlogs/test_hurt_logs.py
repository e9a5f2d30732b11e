"""Logs that were cut, emptied, copied together or written in several encodings tell what they have left."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan.faultlogs.diary import MOST_EVENTS
from stackan.pipeline import load_logs
from stackan.pipeline.passing import HELD_BYTES
from tests.faultlogs.dameng import ABORT, DEAD, HANDLE, RESUME, events, kinds, record

STORY = record(DEAD, "10:01:00.000") + record(HANDLE, "10:01:02.000") + record(RESUME, "10:05:02.000")
KINDS = ["instance-fault", "handling-started", "handling-over"]


@pytest.mark.parametrize(
    "before", ["x" * 6000 + "\n", "# exported\n" * 900, "\0" * 6000, "x" * 300_000 + "\n"], ids=["cut", "comments", "zeros", "long"]
)
def test_a_log_whose_first_time_comes_late_is_read(tmp_path: Path, before: str) -> None:
    assert [kind for _, kind in kinds(tmp_path, before + STORY)] == KINDS
    assert len(load_logs(tmp_path).logs) == 1, "of logs alone, too"


def test_lines_that_end_with_carriage_returns_alone_are_lines(tmp_path: Path) -> None:
    assert kinds(tmp_path, STORY.replace("\n", "\r")) == list(enumerate(KINDS, 1))


def test_so_are_those_of_a_log_that_is_not_held_as_a_rule(tmp_path: Path) -> None:
    filling = record("x" * 200, "09:00:00.000") * (HELD_BYTES // 200)
    assert [kind for _, kind in kinds(tmp_path, (filling + STORY).replace("\n", "\r"))] == KINDS


def test_a_line_of_two_encodings_is_read_run_by_run(tmp_path: Path) -> None:
    """The server writes UTF-8, and a node's name is in GB18030."""
    text = STORY.replace("DSC0", "节点甲").encode().replace("节点甲".encode(), "节点甲".encode("gb18030"))
    found = events(tmp_path, text)
    assert [each.kind for each in found] == KINDS
    assert [node.name for node in found[1].nodes] == ["节点甲"]
    assert "设置命令" in found[1].text


@pytest.mark.parametrize("word", ["节点甲", "平", "平平平", "镕熔", "中文名称"])
def test_names_in_gb18030_alone_stay_what_they_are(tmp_path: Path, word: str) -> None:
    (event, *_) = events(tmp_path, record(HANDLE.replace("DSC0", word)).encode("gb18030"))
    assert [node.name for node in event.nodes] == [word]


def test_a_fault_whose_time_is_none_of_the_calendar_stays_a_fault_without_a_time(tmp_path: Path) -> None:
    (tmp_path / "dm_CSS0_202405.log").write_text(STORY.replace("2024-05-12 10:", "0000-00-00 25:"))
    analysis = stackan.analyze(load_logs(tmp_path))
    assert [fault.kind for fault in analysis.story.faults] == ["instance-fault"]
    document = analysis.to_dict()
    assert {event["time"] for event in document["logs"][0]["events"]} == {None}
    assert "no fault" not in analysis.headline
    assert "None" not in analysis.headline


def test_an_event_without_a_time_comes_where_its_log_begins(tmp_path: Path) -> None:
    (tmp_path / "dm_CSS0_202405.log").write_text(record(DEAD).replace("2024-05-12", "2024-13-45") + record("x", "11:00:00.000"))
    (tmp_path / "dm_DSC0_202405.log").write_text(record(ABORT, "09:00:00.000", program="database"))
    assert [each.event.kind for each in stackan.analyze(load_logs(tmp_path)).story.timeline] == ["halt", "instance-fault"]


def test_events_of_a_small_log_that_are_too_many_are_counted_in_a_warning(tmp_path: Path) -> None:
    deaths = "".join(record(DEAD.replace("DSC1[1]", f"N{at}[1]")) for at in range(MOST_EVENTS + 7))
    (tmp_path / "dm_CSS0_202405.log").write_text(deaths)
    assert any("7 more events are not told" in warning for warning in load_logs(tmp_path).warnings)


def test_texts_that_are_no_logs_are_listed(tmp_path: Path) -> None:
    (tmp_path / "dm_CSS0_202405.log").write_text(STORY)
    (tmp_path / "readme.txt").write_text("nothing\n")
    assert any("readme.txt" in warning for warning in load_logs(tmp_path).warnings)
