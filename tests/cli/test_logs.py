"""`stackan logs`: what servers' logs tell without dumps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.cli.door import main
from stackan.report.page import Page
from stackan.report.text import render
from tests.dumping import dump, poll_events, thread
from tests.faultlogs.clusters import Cluster, death, put, tar
from tests.faultlogs.innodb import INDEX, PAGE, latch, status


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A crash that was handled, by the logs of two nodes and of DMCSSM, in a folder."""
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000")
    cluster.handle("10:03", "10:09", "DSC1", "DSC0")
    return cluster.write(tmp_path / "logs")


def test_the_report_has_faults_first_then_episodes_then_one_time_line(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", str(logs)]) == 0
    told = capsys.readouterr().out
    places = [told.index(words) for words in ("1 FAULT", "1. log-fault", "\nfault handling\n", "\ntime line\n", "\nlogs\n")]
    assert places == sorted(places)
    assert "fault of DSC1[1]" in told
    assert told.count("instance-fault DSC1[1]") == 1, "one line for what two logs tell"
    assert "not here: the dmserver log of DSC1[1]" in told


def test_exit_status_1_says_that_something_critical_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000")
    cluster.say("CSS0", "10:03:17.000", death("DSC1"))
    folder = str(cluster.write(tmp_path))
    assert main(["logs", folder]) == 1
    assert main(["logs", folder, "--exit-zero"]) == 0


def test_json_is_the_analysis_document_without_processes(
    logs: Path, validate: Callable[[dict[str, Any]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logs", str(logs), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert (document["processes"], document["verdict"]) == ([], "inconclusive")
    assert len(document["episodes"]) == len(document["findings"]) == 1


def test_logs_among_dumps_are_read_alone(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(logs, {"round1/node0/pstack_dmserver_500.log": dump(thread(500, "dmserver", poll_events()), pid=500)})
    assert main(["logs", str(logs), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["processes"], document["warnings"]) == ([], [])


def test_an_archive_tells_the_same_as_the_folder_in_it(logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {str(path.relative_to(logs)): (path.read_bytes(), "2024-05-12T03:00:00") for path in logs.rglob("*.log")}
    assert main(["logs", str(tar(tmp_path / "logs.tar", files)), "--format", "json"]) == 0
    (episode,) = json.loads(capsys.readouterr().out)["episodes"]
    assert (episode["failed"], episode["to"][11:16]) == ([{"name": "DSC1", "site": 1}], "10:09")


def test_quiet_logs_are_told_to_be_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cluster = Cluster()
    cluster.chat("DSC0", "09:00:00.000", "11:00:00.000")
    assert main(["logs", str(cluster.write(tmp_path))]) == 0
    told = capsys.readouterr().out
    assert "NO FAULT" in told
    assert "The logs tell of no fault." in told


def test_waits_of_innodb_are_counted_and_sent_to_their_dumps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "mysqld.err"
    log.write_text(status(latch(4001, PAGE, 4004), latch(4002, INDEX, 4001)))
    assert main(["logs", str(log)]) == 0
    told = capsys.readouterr().out
    assert "The logs list 2 waits for latches" in told
    assert "NO FAULT" not in told


@pytest.mark.parametrize("inputs", [["nothing.log"], []])
def test_what_cannot_be_read_ends_in_2(tmp_path: Path, inputs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("nothing of interest\n")
    assert main(["logs", *(str(tmp_path / name) for name in inputs or ["notes.txt"])]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert ("no such file" in error) if inputs else ("no log of a server in it" in error)


def test_a_dump_is_sent_to_analyze(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for given in (example / "snap1.txt", example):
        assert main(["logs", str(given), "--lang", "en"]) == 2
        error = " ".join(capsys.readouterr().err.split())
        assert error.endswith("snap1.txt: a thread dump, and no log of a server; `stackan analyze` reads dumps")


def test_a_result_can_be_written_to_a_file_in_chinese(logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "report.txt"
    assert main(["logs", str(logs), "--lang", "zh_CN", "-o", str(target)]) == 0
    assert "故障" in target.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_the_file_and_line_of_an_event_are_never_cut(logs: Path) -> None:
    lines: list[str] = []
    for width in (30, 60, 80):
        lines += render(stackan.analyze(stackan.load(str(logs))), Page(width=width))
    places = [line for line in lines if line.startswith("   2024-") and "instance-fault" in line]
    assert len(places) == 3
    assert all(re.search(r"/[\w.-]+\.log:\d+( and \d more logs?)?$", line) for line in places)
