"""Logs that are not there, or not whole, are asked for, and servers whose logs were renamed are told apart by these."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan.model.analysis import Analysis
from stackan.model.event import Node
from stackan.pipeline import load_logs
from stackan.report import text
from tests.faultlogs.clusters import Cluster, command, put
from tests.faultlogs.dameng import events, record

HALT = "[for dem]SYSTEM SHUTDOWN ABORT."


def report(analysis: Analysis) -> str:
    return "\n".join(text.render(analysis))


def read(cluster: Cluster, folder: Path) -> Analysis:
    return stackan.analyze(load_logs(cluster.write(folder)))


def crash(last: str) -> Cluster:
    """DSC1 dies at 10:03; its own log ends before."""
    cluster = Cluster()
    for name in ("CSS0", "DSC0", "monitor"):
        cluster.chat(name, "09:00:00.000", "11:00:00.000")
    cluster.chat("DSC1", "09:00:00.000", last)
    cluster.handle("10:03", "10:09", "DSC1", "DSC0")
    return cluster


def test_the_log_of_a_failed_node_that_ends_long_before_the_fault_is_not_whole(tmp_path: Path) -> None:
    analysis = read(crash("09:54:59.000"), tmp_path)
    (step,) = (each for each in analysis.findings[0].advice if each.name == "ask-for-continuation")
    assert (step.values["nodes"], step.values["end"]) == (("DSC1[1]",), "2024-05-12 09:54:59")
    assert "ends at 2024-05-12 09:54:59, 8 min before the fault" in " ".join(report(analysis).split())


def test_the_log_of_a_failed_node_that_ends_with_it_is_whole(tmp_path: Path) -> None:
    analysis = read(crash("10:02:30.000"), tmp_path)
    assert "ask-for-continuation" not in [each.name for each in analysis.findings[0].advice]
    assert analysis.story.lacking == ()


def test_a_limit_of_one_server_asks_for_no_logs_of_a_cluster(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.say("DSC0", "10:00:00.000", "Reached the max session limit", "ERROR")
    assert read(cluster, tmp_path).story.lacking == ()


def test_logs_that_are_not_here_are_listed_up_to_some(tmp_path: Path) -> None:
    cluster = Cluster()
    for at in range(40):
        cluster.say("CSS0", f"10:{at:02}:17.100", f"[!!!DSC INFO!!!][DB]: dead instance detected, detect ep DSC{at}[{at}] broken.")
    told = report(read(cluster, tmp_path))
    assert told.count("not here:") == 12
    assert "... and 29 more logs" in told


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Reached the max session limit", "session-limit"),
        ("check page io timeout overtime 3 times of io TIMEOUT.please check the disk", "io-timeout"),
        ("desc is full while try alloc new page", "disk-full"),
    ],
)
def test_what_a_server_says_of_itself_is_about_its_node(tmp_path: Path, words: str, kind: str) -> None:
    (event,) = events(tmp_path, record(words, program="database", level="ERROR"), "dm_DSC1_202405.log")
    assert (event.kind, event.nodes) == (kind, (Node("DSC1", None),))


def test_the_halt_in_one_renamed_log_is_the_fault_that_another_one_handles(tmp_path: Path) -> None:
    cluster = crash("10:02:00.000")
    cluster.say("DSC1", "10:02:22.000", HALT, "FATAL")
    texts = cluster.texts()
    put(tmp_path, {"1号机.log": texts["node0/dm_DSC0_202405.log"], "2号机.log": texts["node1/dm_DSC1_202405.log"]})
    (fault,) = stackan.analyze(load_logs(tmp_path)).story.faults
    assert (fault.kind, fault.outcome, fault.nodes) == ("halt", "handled", (Node("2号机.log (P501)", None),))
    assert [each.node for each in fault.lacking] == [None, None], "its own log is here"


def test_a_node_that_tried_to_rejoin_is_not_to_be_told_to(tmp_path: Path) -> None:
    cluster = crash("10:02:30.000")
    assert "bring-it-back" in [each.name for each in read(cluster, tmp_path / "one").findings[0].advice]
    cluster.say("CSS0", "10:23:25.000", command("EP_RECOVER", "DSC0"))
    assert "bring-it-back" not in [each.name for each in read(cluster, tmp_path / "other").findings[0].advice]


def test_a_long_time_line_keeps_its_end_and_has_a_phase_once(tmp_path: Path) -> None:
    cluster = crash("10:02:30.000")
    for at in range(70):
        cluster.say("CSS0", f"09:{at % 50 + 1:02}:{at // 50:02}.000", command("LINK_CHECK", f"DSC{at}"))
    for minute in (4, 5, 6):
        cluster.say("CSS0", f"10:0{minute}:00.000", command("SUSPEND_WORKER", "DSC0"))
    analysis = read(cluster, tmp_path)
    lines = report(analysis).partition("time line\n")[2].partition("\n\n")[0].splitlines()
    assert "handling-over" in lines[-1]
    assert any(line.strip().startswith("... and") for line in lines)
    assert sum("(rebuild)" in line for line in lines) == 1
