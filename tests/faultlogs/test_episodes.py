"""Episodes of fault handling: read from whichever logs are there, of clusters of any size, as one for each fault of a node."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from tests.faultlogs.clusters import DAY, Cluster, command, death, names, put, taken


def episodes(folder: Path) -> list[tuple[list[str], str, str | None, int]]:
    """(failed, begin, end, restarts) of each, times to the minute."""
    found = stackan.analyze(stackan.load(folder)).episodes
    return [(names(each.failed), each.start[11:16], each.end[11:16] if each.end else None, each.restarted) for each in found]


def crash() -> Cluster:
    """DSC1 of two nodes dies at 10:03; its handling is over at 10:09."""
    cluster = Cluster()
    for name in ("CSS0", "DSC0", "monitor"):
        cluster.chat(name, "09:00:00.000", "11:00:00.000")
    for name in ("CSS1", "DSC1"):
        cluster.chat(name, "09:00:00.000", "10:02:30.000")
    cluster.handle("10:03", "10:09", "DSC1", "DSC0")
    return cluster


@pytest.mark.parametrize("kept", [("CSS0", "DSC0", "CSS1", "DSC1", "monitor"), ("monitor",), ("CSS0",), ("CSS0", "DSC1"), ("DSC0", "CSS0")])
def test_a_crash_is_one_episode_by_whichever_logs_are_there(tmp_path: Path, kept: tuple[str, ...]) -> None:
    cluster = crash()
    cluster.lines = {name: lines for name, lines in cluster.lines.items() if name in kept}
    assert episodes(cluster.write(tmp_path)) == [(["DSC1[1]"], "10:03", "10:09", 0)]


def test_the_log_of_a_living_node_alone_has_the_episode_and_not_who_failed(tmp_path: Path) -> None:
    cluster = crash()
    cluster.lines = {"DSC0": cluster.lines["DSC0"]}
    assert episodes(cluster.write(tmp_path)) == [([], "10:03", "10:09", 0)]


def test_a_node_whose_log_breaks_off_is_the_one_that_failed_where_no_log_says_it(tmp_path: Path) -> None:
    cluster = crash()
    cluster.lines = {name: cluster.lines[name] for name in ("DSC0", "DSC1")}
    assert episodes(cluster.write(tmp_path)) == [(["DSC1[None]"], "10:03", "10:09", 0)]


def test_an_episode_that_the_logs_leave_open_is_still_going_on(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.handle("10:03", None, "DSC1", "DSC0")
    cluster.chat("CSS0", "09:00:00.000", "10:30:00.000")
    assert episodes(cluster.write(tmp_path)) == [(["DSC1[1]"], "10:03", None, 0)]


def test_a_further_death_restarts_the_same_episode(tmp_path: Path) -> None:
    cluster = Cluster()
    for name in ("CSS0", "monitor"):
        cluster.say(name, "10:03:17.100", death("DSC3"))
        for node in ("DSC0", "DSC1", "DSC2"):
            cluster.say(name, "10:03:18.000", command("EP_CRASH", node))
        cluster.say(name, "10:04:27.000", death("DSC1"))
        for node in ("DSC0", "DSC2"):
            cluster.say(name, "10:04:28.000", command("CRASH_ROLLBACK", node))
            cluster.say(name, "10:04:41.000", command("EP_CRASH", node))
            cluster.say(name, "10:11:37.000", command("RESUME_WORKER", node))
    for node in ("DSC0", "DSC2"):  # a second behind the others
        for time, word in (
            ("10:03:19.000", "EP CRASH"), ("10:04:29.400", "CRASH ROLLBACK"), ("10:04:42.000", "EP CRASH"),
            ("10:11:38.000", "RESUME WORKER"),
        ):  # fmt: skip
            cluster.say(node, time, taken(word))
    assert episodes(cluster.write(tmp_path)) == [(["DSC1[1]", "DSC3[3]"], "10:03", "10:11", 1)]


def test_two_crashes_with_a_rejoin_between_them_are_two_episodes(tmp_path: Path) -> None:
    cluster = crash()
    for node in ("DSC0", "DSC1"):
        cluster.say("CSS0", "10:20:00.000", command("EP_RECOVER", node))
        cluster.say("CSS0", "10:20:01.000", command("SUSPEND_WORKER", node))
        cluster.say("CSS0", "10:20:30.000", command("RESUME_WORKER", node))
    cluster.handle("10:40", "10:42", "DSC1", "DSC0")
    assert episodes(cluster.write(tmp_path)) == [(["DSC1[1]"], "10:03", "10:09", 0), (["DSC1[1]"], "10:40", "10:42", 0)]


def test_a_rejoin_is_no_episode(tmp_path: Path) -> None:
    cluster = Cluster()
    for node in ("DSC0", "DSC1"):
        cluster.say("CSS0", "10:20:00.000", command("EP_RECOVER", node))
        cluster.say("CSS0", "10:20:01.000", command("SUSPEND_WORKER", node))
        cluster.say("CSS0", "10:20:30.000", command("RESUME_WORKER", node))
    assert episodes(cluster.write(tmp_path)) == []


def test_a_death_during_a_rejoin_is_no_episode_as_nothing_is_handled_then(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "10:23:58.500")
    for node in ("DSC0", "DSC1", "DSC2"):
        cluster.say("CSS0", "10:23:25.000", command("EP_RECOVER", node))
    cluster.say("CSS0", "10:23:57.000", death("DSC2"))
    for node, time in (("DSC0", "10:23:58.000"), ("DSC1", "10:23:59.000")):
        cluster.say(node, time, "code = -7126, dm_sys_halt now!!!", "FATAL")
    analysis = stackan.analyze(stackan.load(cluster.write(tmp_path)))
    assert analysis.episodes == ()
    (fault,) = analysis.story.faults
    assert (names(fault.nodes), names(fault.halted), fault.rejoining) == (["DSC2[2]"], ["DSC0[0]", "DSC1[1]"], True)


def test_groups_of_one_node_that_die_together_are_one_fault_by_the_name_of_its_database(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000")
    cluster.say("CSS0", "10:03:15.000", death("CSS1", "CSS"))
    cluster.say("CSS0", "10:03:16.000", death("ASM1", "ASM"))
    cluster.say("CSS0", "10:03:16.500", command("EP_CRASH", "ASM0", "ASM"))
    cluster.say("CSS0", "10:03:30.000", command("RESUME_WORKER", "ASM0", "ASM"))
    cluster.say("CSS0", "10:03:31.000", death("DSC1"))
    cluster.say("CSS0", "10:03:32.000", command("EP_CRASH", "DSC0"))
    cluster.say("CSS0", "10:08:00.000", command("RESUME_WORKER", "DSC0"))
    assert episodes(cluster.write(tmp_path)) == [(["DSC1[1]"], "10:03", "10:08", 0)]
    assert len(stackan.analyze(stackan.load(tmp_path)).story.faults) == 1


def test_a_fault_without_any_handling_is_no_episode(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.chat("monitor", "09:00:00.000", "11:00:00.000")
    cluster.say("monitor", "10:03:17.000", death("DSC1"))
    assert episodes(cluster.write(tmp_path)) == []


def test_logs_that_overlap_tell_each_event_once(tmp_path: Path) -> None:
    cluster = crash()
    folder = cluster.write(tmp_path)
    name = "node0/dm_CSS0_202405.log"
    text = cluster.texts()[name]
    put(folder, {name: text[: len(text) * 2 // 3].rpartition(b"\n")[0] + b"\n", "node0/dm_CSS0_20240512_10.log": text})
    analysis = stackan.analyze(stackan.load(folder))
    assert episodes(folder) == [(["DSC1[1]"], "10:03", "10:09", 0)]
    deaths = [each for each in analysis.story.timeline if each.event.kind == "instance-fault"]
    assert len(deaths) == 2, "of DMCSS and of DMCSSM"


def test_the_document_has_episodes_as_promised_and_fits_its_schema(tmp_path: Path, validate) -> None:  # type: ignore[no-untyped-def]
    document = stackan.analyze(stackan.load(crash().write(tmp_path))).to_dict()
    validate(document)
    (episode,) = document["episodes"]
    assert episode["failed"] == [{"name": "DSC1", "site": 1}]
    assert (episode["kind"], episode["from"], episode["to"]) == ("fault-handling", f"{DAY}T10:03:17.100", f"{DAY}T10:09:57.100")
    assert (episode["phase"], episode["restarted"], episode["halted"], episode["processes"]) == ("rebuild", 0, [], [])
    assert "dead instance detected" in episode["evidence"][0]["text"]


def test_the_order_in_which_logs_are_read_changes_nothing(tmp_path: Path) -> None:
    folder = crash().write(tmp_path)
    files = sorted(str(path) for path in folder.rglob("*.log"))
    one, other = (stackan.analyze(stackan.load(*order)).to_dict() for order in (files, files[::-1]))
    assert one == other
