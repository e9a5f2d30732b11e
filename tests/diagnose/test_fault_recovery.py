"""Dumps that were taken while a cluster handles a fault: suspended by design, if their times show it; else judged as everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import stackan
from stackan.model.analysis import Analysis
from stackan.model.finding import Finding
from tests.dumping import app, dump, kinds, mutex, names, poll_events, thread, told
from tests.faultlogs.clusters import Cluster, command, death, pack, put, server, tar

INSIDE, AFTER, BEFORE = ("10:04:10", "10:08:10"), ("10:20:10", "10:24:10"), ("10:01:00", "10:04:10")


def crash(end: str | None = "10:09") -> Cluster:
    """DSC1 of two nodes dies at 10:03; its handling is over at 10:09, or the logs end before."""
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000" if end else "10:06:00.000")
    cluster.chat("DSC0", "09:00:00.000", "11:00:00.000" if end else "10:08:30.000")
    cluster.handle("10:03", end, "DSC1", "DSC0", monitor=False)
    return cluster


def in_folders(times: tuple[str, str], texts: tuple[bytes, bytes] | None = None) -> dict[str, bytes]:
    """Dumps of DSC0 in folders that are named by their times."""
    first, second = texts or (server("DSC0"), server("DSC0"))
    return {f"20240512_{time.replace(':', '')}/node0/pstack_dmserver_500.log": text for time, text in zip(times, (first, second))}


def judge(folder: Path, files: Mapping[str, bytes], cluster: Cluster | None = None) -> Analysis:
    put(folder, {**(cluster or crash()).texts(), **files})
    return stackan.analyze(stackan.load(folder))


def recovery(analysis: Analysis) -> Finding:
    (finding,) = (each for each in analysis.findings if each.kind == "fault-recovery")
    return finding


def test_threads_that_stand_still_within_an_episode_are_suspended_by_design(tmp_path: Path) -> None:
    analysis = judge(tmp_path, in_folders(INSIDE))
    assert analysis.verdict == "recovering"
    assert kinds(analysis) == ["fault-recovery", "log-fault"]
    finding = recovery(analysis)
    assert (finding.severity, finding.confidence) == ("warning", "likely")
    assert len(finding.threads) == 4, "the sessions; their progress stays"
    assert {"suspended-on-purpose", "survivors-keep-theirs", "policy-decides", "length-depends-on"} <= set(names(finding))
    assert [fact.name for fact in finding.title] == ["service-was-suspended", "stood-for-handling", "handling-has-ended"]
    assert [step.name for step in finding.advice] == ["dump-again-if-it-hangs"], "by the logs it is over, so there is nothing to wait for"
    assert any("dead instance detected" in quote.text for quote in finding.evidence)
    assert any("pstack_dmserver" in quote.source for quote in finding.evidence)


@pytest.mark.parametrize("times", [AFTER, ("10:08:10", "10:20:10")])
def test_the_same_waits_at_another_time_are_judged_as_everywhere(tmp_path: Path, times: tuple[str, str]) -> None:
    analysis = judge(tmp_path, in_folders(times))
    assert analysis.verdict == "blocked"
    assert kinds(analysis) == ["convoy", "log-fault"]


def test_snapshots_that_began_before_the_fault_leave_it_open(tmp_path: Path) -> None:
    analysis = judge(tmp_path, in_folders(BEFORE))
    assert analysis.verdict == "blocked"
    assert recovery(analysis).confidence == "possible"
    assert told(recovery(analysis), "dumps-began-before")


def test_dumps_without_a_time_are_only_possibly_covered(tmp_path: Path) -> None:
    analysis = judge(tmp_path, {f"{at}/node0/pstack_dmserver_500.log": server("DSC0") for at in (1, 2)})
    assert analysis.verdict == "blocked"
    assert kinds(analysis) == ["convoy", "fault-recovery", "log-fault"]
    assert recovery(analysis).confidence == "possible"
    assert told(recovery(analysis), "no-times-of-dumps")


def test_a_round_between_two_others_has_their_time(tmp_path: Path) -> None:
    names_of = {
        "r1_20240512_100410/node0/pstack_dmserver_500.log": server("DSC0"),
        "r2/node0/pstack_dmserver_500.log": server("DSC0"),
        "r3_20240512_100810/node0/pstack_dmserver_500.log": server("DSC0"),
    }
    put(tmp_path, {**crash().texts(), **names_of})
    paths = [tmp_path / name for name in names_of]
    analysis = stackan.analyze(stackan.load(*paths, tmp_path / "node0", given_order=True))
    assert analysis.verdict == "recovering"


def test_a_node_whose_dump_has_no_time_was_dumped_in_its_round(tmp_path: Path) -> None:
    """Names of one node's dumps have times, those of the other one only the same rounds."""
    cluster = crash()
    cluster.handle("10:03", "10:09", "DSC1", "DSC2", monitor=False)
    files = {}
    for at, time in enumerate(("100410", "100810"), 1):
        files[f"round{at}/node0/pstack_dmserver_500_20240512_{time}.log"] = server("DSC0")
        files[f"round{at}/node2/pstack_dmserver_502.log"] = server("DSC2")
    analysis = judge(tmp_path, files, cluster)
    assert analysis.verdicts == ("recovering", "recovering")


@pytest.mark.parametrize("written", ["last", "copied"])
def test_the_utc_of_a_tar_is_translated_by_the_times_of_the_logs_files(tmp_path: Path, written: str) -> None:
    """Eight hours ahead of UTC.  Logs that were copied before they were packed do not show it."""
    logs = {name: (text, "2024-05-12T03:00:00" if written == "last" else "2024-05-13T17:13:37") for name, text in crash().texts().items()}
    dumps = {
        f"round{at}/node0/pstack_dmserver_500.log": (server("DSC0"), f"2024-05-12T{time}")
        for at, time in ((1, "02:04:10"), (2, "02:08:10"))
    }
    analysis = stackan.analyze(stackan.load(tar(tmp_path / "case.tar", {**logs, **dumps})))
    if written == "last":
        assert analysis.verdict == "recovering"
        assert told(recovery(analysis), "dumps-taken-from-to")[0] == {
            "begin": "2024-05-12 10:04:10", "end": "2024-05-12 10:08:10", "zone": "UTC+08:00",
        }  # fmt: skip
    else:
        assert analysis.verdict == "blocked"
        assert recovery(analysis).confidence == "possible"
        assert told(recovery(analysis), "zone-is-not-known")


@pytest.mark.parametrize(("times", "verdict"), [(INSIDE, "recovering"), (AFTER, "blocked")])
def test_a_zip_has_local_times_as_the_logs_have(tmp_path: Path, times: tuple[str, str], verdict: str) -> None:
    logs = {name: (text, "2024-05-12T11:00:00") for name, text in crash().texts().items()}
    dumps = {f"round{at}/node0/pstack_dmserver_500.log": (server("DSC0"), f"2024-05-12T{time}") for at, time in enumerate(times)}
    analysis = stackan.analyze(stackan.load(pack(tmp_path / "case.zip", {**logs, **dumps})))
    assert analysis.verdict == verdict
    assert all(snapshot["taken_at"] is None for snapshot in analysis.to_dict()["processes"][0]["snapshots"]), "a local time is no moment"


def test_one_snapshot_within_an_episode_is_enough(tmp_path: Path) -> None:
    assert judge(tmp_path, {"20240512_100410/node0/pstack_dmserver_500.log": server("DSC0")}).verdict == "recovering"


def test_an_episode_without_an_end_covers_what_comes_soon_behind_the_logs(tmp_path: Path) -> None:
    analysis = judge(tmp_path, in_folders(INSIDE), crash(end=None))
    assert (analysis.verdict, recovery(analysis).severity) == ("recovering", "critical")
    assert [finding.kind for finding in analysis.findings] == ["fault-recovery", "log-fault"]


def test_an_episode_without_an_end_covers_nothing_for_sure_long_behind_the_logs(tmp_path: Path) -> None:
    analysis = judge(tmp_path, in_folders(("11:40:00", "11:44:00")), crash(end=None))
    assert analysis.verdict == "blocked"
    assert told(recovery(analysis), "logs-end-before-dumps")


def test_the_dump_of_the_node_that_failed_is_not_covered(tmp_path: Path) -> None:
    cluster = crash()
    cluster.chat("DSC1", "09:00:00.000", "10:02:30.000")
    files = {name.replace("node0", "node1").replace("500", "501"): server("DSC1") for name in in_folders(INSIDE)}
    analysis = judge(tmp_path, files, cluster)
    assert (analysis.verdict, kinds(analysis)) == ("blocked", ["convoy", "log-fault"])
    assert analysis.to_dict()["episodes"][0]["processes"] == []


def test_a_handling_in_which_nothing_moves_is_said_to_stand_still(tmp_path: Path) -> None:
    """The only living node does the work, stands in one place, and no log has a new line about it."""
    analysis = judge(tmp_path / "still", in_folders(INSIDE), crash(end=None))
    assert told(recovery(analysis), "handling-stands-still")
    assert recovery(analysis).advice[0].name == "look-at-control-node"
    assert recovery(analysis).title[0].name == "handling-hangs"
    assert not told(recovery(analysis), "handling-goes-on"), "which would contradict it"
    moving = in_folders(INSIDE, (server("DSC0", moving="read_redo"), server("DSC0", moving="apply_redo")))
    goes_on = recovery(judge(tmp_path / "moving", moving, crash(end=None)))
    assert not told(goes_on, "handling-stands-still")
    assert told(goes_on, "handling-goes-on")
    assert (goes_on.title[0].name, goes_on.advice[0].name) == ("service-is-suspended", "wait-for-end-of-handling")


@pytest.mark.parametrize("news", ["10:06:00.000", "10:08:20.000"])
def test_a_handling_with_news_in_the_logs_goes_on(tmp_path: Path, news: str) -> None:
    cluster = crash(end=None)
    cluster.say("CSS0", news, command("CRASH_RECV", "DSC0"))
    assert not told(recovery(judge(tmp_path, in_folders(INSIDE), cluster)), "handling-stands-still")


def test_a_handling_that_came_to_its_end_did_not_stand_still(tmp_path: Path) -> None:
    assert not told(recovery(judge(tmp_path, in_folders(INSIDE))), "handling-stands-still")


def test_where_the_control_node_may_be_another_one_nothing_is_said_of_standing_still(tmp_path: Path) -> None:
    cluster = crash(end=None)
    cluster.chat("DSC2", "09:00:00.000", "10:08:30.000")
    assert not told(recovery(judge(tmp_path, in_folders(INSIDE), cluster)), "handling-stands-still")


def test_a_server_of_another_product_is_not_suspended(tmp_path: Path) -> None:
    tellers = [thread(4242 + at, "teller", mutex(0x5555_0000_1000), app("transfer")) for at in range(1, 5)]
    text = dump(thread(4242, "tellerd", poll_events(), app("main")), *tellers, pid=4242)
    files = {name.replace("dmserver_500", "tellerd_4242"): text for name in in_folders(INSIDE)}
    analysis = judge(tmp_path, files)
    assert analysis.verdict == "blocked"
    assert analysis.to_dict()["episodes"][0]["processes"] == []


def test_logs_tell_which_process_has_written_them(tmp_path: Path) -> None:
    document = judge(tmp_path, in_folders(INSIDE)).to_dict()
    process = document["processes"][0]["id"]
    assert {log["node"]: log["process"] for log in document["logs"]} == {"CSS0": None, "DSC0": process}
    assert document["episodes"][0]["processes"] == [process]


def test_two_commands_and_a_death_are_enough_for_a_cluster_with_other_names(tmp_path: Path) -> None:
    cluster = crash()
    cluster.lines = {"CSS0": [line.replace("DSC", "RAC_") for line in cluster.lines["CSS0"]]}
    cluster.say("CSS0", "10:05:00.000", command("CRASH_RECV", "DSC0").replace("DSC", "RAC_"))
    cluster.say("CSS0", "09:30:00.000", death("DSC1").replace("broken", "checked"))
    analysis = judge(tmp_path, in_folders(INSIDE), cluster)
    assert analysis.verdict == "recovering"
    assert told(recovery(analysis), "phase-is-rollback")
