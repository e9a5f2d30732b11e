"""Faults that logs tell of: one finding for a fault with all that it brought about, critical where nothing took over."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan.model.analysis import Analysis
from stackan.model.finding import Finding
from tests.dumping import names, told
from tests.faultlogs.clusters import Cluster, command, death

VOTING = "[CSS1][!!!DSC INFO!!!]Unable to access VOTING DISK! disk may be not mounted, suggest to check shared storage."
HALT = "[for dem]SYSTEM SHUTDOWN ABORT."


def judge(cluster: Cluster, folder: Path) -> Analysis:
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000")
    return stackan.analyze(stackan.load(cluster.write(folder)))


def only(analysis: Analysis) -> Finding:
    (finding,) = analysis.findings
    assert finding.kind == "log-fault"
    return finding


def titles(finding: Finding) -> list[str]:
    return [fact.name for fact in finding.title]


def steps(finding: Finding) -> list[str]:
    return [fact.name for fact in finding.advice]


def test_storage_that_is_lost_explains_the_halt_and_the_death_of_its_node(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.say("CSS1", "10:02:07.000", VOTING, "ERROR")
    cluster.say("DSC1", "10:02:22.000", HALT, "FATAL")
    cluster.handle("10:03", "10:06", "DSC1", "DSC0", monitor=False)
    finding = only(judge(cluster, tmp_path))
    assert titles(finding) == ["shared-storage-lost", "fault-was-handled"]
    assert finding.title[0].values["nodes"] == ("DSC1[1]",)
    assert {"then-it-halted", "then-found-dead", "handled-from-to"} <= set(names(finding))
    assert "check-shared-storage" in steps(finding)
    assert finding.severity == "warning"
    assert [quote.source.rpartition("/")[2] for quote in finding.evidence][:3] == [
        "dm_CSS1_202405.log", "dm_DSC1_202405.log", "dm_CSS0_202405.log",
    ]  # fmt: skip


def test_a_network_fault_of_several_nodes_is_one_with_the_node_that_was_halted_for_it(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.say("DSC1", "10:02:56.000", "[!!!DSC INFO!!!]Network interface with IP address 192.168.56.11 no longer running.", "ERROR")
    cluster.say("DSC0", "10:02:57.000", "[!!!DSC INFO!!!]Network connect to IP address 192.168.56.11 has been disconnected.", "ERROR")
    cluster.say("CSS0", "10:03:05.000", command("LINK_CHECK", "DSC0"))
    cluster.say("CSS0", "10:03:06.000", command("LINK_CHECK", "DSC1"))
    cluster.say("DSC1", "10:03:13.000", HALT, "FATAL")
    cluster.handle("10:03", "10:06", "DSC1", "DSC0")
    finding = only(judge(cluster, tmp_path))
    assert titles(finding) == ["network-failed", "fault-was-handled"]
    assert finding.title[0].values["nodes"] == ("DSC1[1]",), "the one that was lost"


def test_a_fault_without_any_handling_is_critical(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.say("CSS0", "10:03:17.000", death("DSC1"))
    analysis = judge(cluster, tmp_path)
    assert (only(analysis).severity, titles(only(analysis))) == ("critical", ["node-found-dead", "fault-was-not-handled"])
    assert analysis.critical


def test_a_fault_that_is_being_handled_is_critical_and_says_what_not_to_do(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.handle("10:03", None, "DSC1", "DSC0")
    analysis = judge(cluster, tmp_path)
    assert analysis.verdict == "recovering"
    assert (only(analysis).severity, titles(only(analysis))) == ("critical", ["node-found-dead", "fault-is-being-handled"])
    assert steps(only(analysis))[:2] == ["wait-for-end-of-handling", "do-not-kill-survivors"]


def test_logs_that_end_right_behind_a_fault_do_not_tell_how_it_went_on(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "10:03:50.000")
    cluster.handle("10:03", None, "DSC1", "DSC0")
    finding = only(stackan.analyze(stackan.load(cluster.write(tmp_path))))
    assert titles(finding) == ["node-found-dead", "logs-end-behind-fault"]
    assert finding.title[1].values["time"] == "2024-05-12 10:03:50"
    assert "ask-for-later-logs" in steps(finding)


def test_a_node_that_is_ready_again_is_worth_a_note(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.handle("10:03", "10:06", "DSC1", "DSC0")
    cluster.say("DSC1", "10:30:00.000", "SYSTEM IS READY.")
    finding = only(judge(cluster, tmp_path))
    assert (finding.severity, told(finding, "node-is-ready-again")[0]["time"]) == ("info", "2024-05-12 10:30:00")


def test_nodes_that_fall_behind_a_death_in_a_rejoin_are_part_of_that_fault(tmp_path: Path) -> None:
    cluster = Cluster()
    for node in ("DSC0", "DSC1", "DSC2"):
        cluster.say("CSS0", "10:23:25.000", command("EP_RECOVER", node))
    cluster.say("CSS0", "10:23:57.000", death("DSC2"))
    cluster.say("DSC0", "10:23:58.000", "code = -7126, dm_sys_halt now!!!", "FATAL")
    finding = only(judge(cluster, tmp_path))
    assert finding.severity == "critical"
    assert {"lost-while-rejoining", "others-halted-behind", "no-handling-in-logs"} <= set(names(finding))
    assert told(finding, "others-halted-behind") == [{"nodes": ["DSC0[0]"]}]
    assert not told(finding, "then-it-halted"), "it was another one that halted"
    assert any("dm_sys_halt" in quote.text for quote in finding.evidence)


def test_all_nodes_gone_is_critical_unless_they_were_stopped(tmp_path: Path) -> None:
    inactive = "[!!!DSC INFO!!!]CSSM detected all EP inactive, the entire cluster may be faulty or the entire cluster has already exited"
    cluster = Cluster()
    cluster.chat("monitor", "09:00:00.000")
    cluster.say("monitor", "10:03:17.000", inactive)
    assert only(judge(cluster, tmp_path / "gone")).severity == "critical"
    for node in ("DSC0", "DSC1"):
        cluster.say(node, "10:02:40.000", "SYSTEM SHUTDOWN SUCCESS")
    finding = only(judge(cluster, tmp_path / "stopped"))
    assert (finding.severity, titles(finding)) == ("info", ["all-nodes-gone", "nodes-were-stopped"])


def test_two_nodes_that_die_one_after_the_other_are_two_faults_of_one_handling(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.handle("10:03", None, "DSC2", "DSC0", "DSC1", monitor=False)
    cluster.handle("10:04", "10:09", "DSC1", "DSC0", monitor=False)
    analysis = judge(cluster, tmp_path)
    assert [finding.title[0].values["nodes"] for finding in analysis.findings] == [("DSC2[2]",), ("DSC1[1]",)]
    assert len(analysis.episodes) == 1


def test_what_living_nodes_did_shows_a_fault_that_no_log_has(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.handle("10:03", "10:06", "DSC1", "DSC0")
    cluster.lines = {"DSC0": cluster.lines["DSC0"]}
    cluster.chat("DSC0", "09:00:00.000", "11:00:00.000")
    finding = only(stackan.analyze(stackan.load(cluster.write(tmp_path))))
    assert titles(finding) == ["node-found-dead", "fault-was-handled"]
    assert [fact.values["log"] for fact in finding.advice if fact.name == "ask-for-log"] == ["dmcss", "dmcssm"]


def test_the_logs_to_ask_for_are_those_that_are_not_here(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.handle("10:03", "10:06", "DSC1", "DSC0")
    finding = only(judge(cluster, tmp_path))
    asked = [(fact.values["log"], fact.values.get("nodes")) for fact in finding.advice if fact.name == "ask-for-log"]
    assert asked == [("dmserver", ("DSC1[1]",))]


@pytest.mark.parametrize(
    ("line", "title", "step"),
    [
        ("check page io timeout overtime 3 times of io TIMEOUT.please check the disk", "disk-did-not-answer", "check-slow-disk"),
        ("Reached the max session limit", "sessions-at-limit", "free-sessions"),
        ("pwrite error! err no: 28, ret: -1, fd: 47, offset: 28893184, buf: 0x89ad1306, count: 1045081", "disk-was-full", "free-space"),
    ],
)
def test_a_fault_that_takes_no_node_away_is_a_warning(tmp_path: Path, line: str, title: str, step: str) -> None:
    cluster = Cluster()
    for second in range(5):
        cluster.say("DSC0", f"10:03:1{second}.000", line, "ERROR")
    finding = only(judge(cluster, tmp_path))
    assert (finding.severity, titles(finding)) == ("warning", [title])
    assert step in steps(finding)


def test_a_fault_a_day_later_is_another_one(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.handle("10:03", "10:06", "DSC1", "DSC0")
    cluster.lines = {name: [*lines, *(line.replace("05-12", "05-13") for line in lines)] for name, lines in cluster.lines.items()}
    analysis = stackan.analyze(stackan.load(cluster.write(tmp_path)))
    assert len(analysis.episodes) == len(analysis.findings) == 2
