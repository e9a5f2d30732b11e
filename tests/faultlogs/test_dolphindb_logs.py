"""Events of the logs of DolphinDB's nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackan.faultlogs.dolphindb import START, TEMPLATES
from stackan.faultlogs.template import Template
from stackan.model.event import EVENTS, Node
from tests.faultlogs.dameng import events, kinds, read


def line(text: str, time: str = "10:00:00.000000", level: str = "INFO", gap: str = "") -> str:
    return f"2024-05-12 {time} <{level}> :{gap}{text}\n"


def replay(first: int, count: int) -> str:
    return "".join(line(f"applyTidRedoLog : {first + n},c686664b,/ddb/storage/x,pt_2,1,2,0", f"10:{n:02}:00.000000") for n in range(count))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.means)
@pytest.mark.parametrize("gap", ["", " "])
def test_the_example_of_each_template_is_an_event_of_its_kind(tmp_path: Path, template: Template, gap: str) -> None:
    [event] = events(tmp_path, line(template.example, level="ERROR", gap=gap), "dnode1.log")
    assert (event.kind, event.means.name, event.phase, event.nodes) == (
        template.kind,
        template.means,
        template.phase,
        (Node("dnode1", None),),
    )
    assert event.time == "2024-05-12T10:00:00.000000" and template.kind in EVENTS


@pytest.mark.parametrize("template", START, ids=lambda each: each.means)
def test_each_mark_of_the_start_up_is_read_in_the_words_of_every_version(tmp_path: Path, template: Template) -> None:
    words = [template.example] if template.kind == "replaying" else template.marks
    for each in words:
        assert kinds(tmp_path, line(each), "dnode1.log") == [(1, template.kind)]


def test_redo_that_is_applied_is_one_event_with_its_oldest_and_its_newest_transaction(tmp_path: Path) -> None:
    [event] = events(tmp_path, line("x") + replay(2853, 40), "dnode1.log")
    assert (event.kind, event.line, event.times, event.last_line) == ("replaying", 2, 40, 41)
    assert event.last_time == "2024-05-12T10:39:00.000000"
    assert event.means.values == {"oldest": 2853, "newest": 2892}


def test_a_second_start_is_told_anew(tmp_path: Path) -> None:
    start = line("Will process pending transactions.") + line("Start recovering from redo log.") + replay(1, 2)
    assert [kind for _, kind in kinds(tmp_path, start * 2, "d.log")] == ["start-phase", "start-phase", "replaying"] * 2
    ended = (
        start + line("Job scheduler initialization completed.") + line("MainServer shutdown.") + line("The socket server ended.") + start
    )
    assert [kind for _, kind in kinds(tmp_path, ended, "d.log")][3:] == ["ready", "stopped", "start-phase", "start-phase", "replaying"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.means)
def test_a_line_that_only_quotes_one_is_no_event(tmp_path: Path, template: Template) -> None:
    text = line(f"Session 1 ran: print('{template.example}')") + line("a script:") + f"{template.example}\n"
    assert kinds(tmp_path, text, "dnode1.log") == []


@pytest.mark.parametrize(("signal", "kind"), [("11", "halt"), ("6", "halt"), ("15", "stopped"), ("1", None)])
def test_a_signal_ends_a_node_or_asks_it_to_stop(tmp_path: Path, signal: str, kind: str | None) -> None:
    told = [kind for _, kind in kinds(tmp_path, line(f"Received signal {signal}"), "d.log")]
    assert told == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("dnode1.log", "dnode1"),
        ("dolphindb.log", None),
        ("dn-1.log.gz", "dn-1"),
        ("20240512000dnode2.log", "dnode2"),
        ("dnode1_job.log", "dnode1"),
    ],
)
def test_the_writer_is_known_by_the_logs_name(tmp_path: Path, name: str, alias: str | None) -> None:
    log = read(tmp_path, line("x"), name)
    assert (log.kind, log.writer.node, log.writer.pid) == ("dolphindb", alias, None)
