"""Start-ups of DolphinDB's nodes that failed, or have no end in their log."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan.model.analysis import Analysis
from stackan.pipeline import load_logs
from tests.dumping import app, dump, thread
from tests.faultlogs.clusters import put
from tests.faultlogs.test_dolphindb_logs import line

READY = line("Job scheduler initialization completed.", "10:30:00.000000")
REDO = line("Start recovering from redo log. This may take a few minutes.", "09:41:00.000000")
APPLIED = "applyTidRedoLog : {},c686664b-d020-429a-1746-d0a877b8c10e,/ddb/storage/CHUNKS/tick/20240513/Key5/gz,pt_2,8,9,0"
BROKEN = [
    "The redo log for transaction [12] comes across error: bad checksum",
    "Failed to unmarshall the job [daily]",
    "CodeUnmarshall::start readObjectAndDependency exception",
    "[Raft] incomplete hardstate file",
]


def read(folder: Path, text: str) -> Analysis:
    (folder / "dnode1.log").write_text(text)
    return stackan.analyze(load_logs(folder))


@pytest.mark.parametrize("words", BROKEN)
def test_a_start_up_that_cannot_read_its_files_is_a_fault(tmp_path: Path, words: str) -> None:
    analysis = read(tmp_path, REDO + line(words, level="ERROR"))
    (finding,) = analysis.findings
    assert (finding.kind, finding.severity, finding.title[0].name) == ("log-fault", "critical", "start-came-across-damage")
    assert "DolphinDB's support" in analysis.to_dict()["findings"][0]["explanation"]
    (finding,) = read(tmp_path, REDO + line(words, level="ERROR") + READY).findings
    assert finding.severity == "warning", "as it started all the same"


def test_a_start_up_without_an_end_says_its_phase_and_since_when(tmp_path: Path) -> None:
    analysis = read(tmp_path, REDO + line(APPLIED.format(2853), "09:42:02.000000") + line("still alive", "09:50:00.000000"))
    assert not analysis.findings
    assert "09:42:02" in analysis.headline
    assert "09:50:00" in analysis.headline
    assert "Redo is applied, transactions 2853 to 2853" in analysis.headline
    assert "no end" not in read(tmp_path, REDO + READY).headline


def test_the_script_that_is_done_is_a_phase(tmp_path: Path) -> None:
    (start,) = read(tmp_path, line("Executing the startup script: startup.dos") + line("execution completed.")).story.starts
    assert start.event.means.name == "means-start-script-done"


def test_memory_that_ran_out_is_not_why_a_port_is_taken(tmp_path: Path) -> None:
    port = line("Failed to bind the socket on port 8848 with error code 98", "10:03:00.000000", "ERROR")
    story = read(tmp_path, line("Out of memory", level="ERROR") + port).story
    assert [fault.kind for fault in story.faults] == ["out-of-memory", "port-taken"]
    story = read(tmp_path, line("The license has expired.", level="ERROR") + port).story
    assert [fault.kind for fault in story.faults] == ["license-expired", "port-taken"]
    assert [(each.kind, each.times) for each in story.faults[0].events[0].log.events] == [("halt", 1), ("halt", 1)]


def notes(folder: Path, *times: str) -> list[str]:
    frames = [app("pread"), app("TSDBRedoLogManager::applyTidRedoLog"), app("DolphinDBMain::start"), app("main")]
    text = dump(thread(700, "dolphindb", *frames), thread(701, "dolphindb", app("ZeroWorker::run")), pid=700)
    log = REDO + "".join(line(APPLIED.format(2853 + at), time) for at, time in enumerate(times))
    put(
        folder, {"node1/dnode1.log": log.encode(), **{f"node1/20240512_{time}/pstack_dnode_700.log": text for time in ("100317", "100717")}}
    )
    return [note for note in stackan.analyze(stackan.load(folder)).warnings if "dnode1.log" in note]


def test_dumps_behind_the_newest_line_of_a_replay_say_for_how_long_there_was_none(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, "09:41:57.000000", "09:42:02.000000")
    assert "of 2024-05-12 09:42:02" in note
    assert "no new line for 25 min" in note


def test_a_replay_that_goes_on_while_dumps_are_taken_moves(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, "10:02:00.000000", "10:05:02.000000")
    assert "the replay moves" in note
