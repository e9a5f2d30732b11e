"""Logs of several clusters in one case, whose nodes have the same names: each cluster has a story of its own."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import stackan
from stackan.model.analysis import Analysis
from stackan.pipeline import load, load_logs
from tests.faultlogs.clusters import Cluster, death, names, put, record, server
from tests.faultlogs.test_dolphindb_logs import line

A, B = "10:03", "10:04"


def handling(begin: str, end: str | None) -> Cluster:
    cluster = Cluster()
    for name in ("CSS0", "DSC0", "monitor"):
        cluster.chat(name, "09:00:00.000", "11:00:00.000")
    for name in ("CSS1", "DSC1"):
        cluster.chat(name, "09:00:00.000", f"{begin}:05.000")
    if end is not None:
        cluster.handle(begin, end, "DSC1", "DSC0")
    else:
        cluster.say("CSS0", f"{begin}:17.100", death("DSC1"))
    return cluster


def resting() -> Cluster:
    cluster = Cluster()
    for name in ("CSS0", "DSC0", "CSS1", "DSC1"):
        cluster.chat(name, "09:00:00.000", "11:00:00.000")
    return cluster


def move(text: bytes, by: int) -> bytes:
    """The same with other process ids."""
    return re.sub(rb"P(\d{10})", lambda found: b"P%010d" % (int(found[1]) + by), text)


def write(folder: Path, one: Cluster, other: Cluster, form: str) -> Path:
    for letter, cluster, by in (("A", one, 0), ("B", other, 5000)):
        for name, text in cluster.texts().items():
            where, _, file = name.rpartition("/")
            put(folder, {form.format(cluster=letter, where=where, file=file): move(text, by)})
    return folder


def read(folder: Path) -> Analysis:
    return stackan.analyze((load if any(folder.rglob("pstack*")) else load_logs)(folder))


FORMS = ["{cluster}/{where}/{file}", "{where}/{cluster}/{file}", "{cluster}_{file}", "{cluster}/{file}"]


@pytest.mark.parametrize("form", FORMS)
def test_each_of_two_clusters_has_the_fault_of_its_own_node(tmp_path: Path, form: str) -> None:
    story = read(write(tmp_path, handling(A, "10:09"), handling(B, None), form)).story
    assert [(names(fault.nodes), (fault.time or "")[11:16], fault.outcome) for fault in story.faults] == [
        (["DSC1[1]"], A, "handled"), (["DSC1[1]"], B, "unhandled"),
    ]  # fmt: skip
    assert len(story.clusters) == 2
    assert len(story.episodes) == 1


@pytest.mark.parametrize("form", FORMS)
def test_two_clusters_that_handle_faults_at_one_moment_have_an_episode_each(tmp_path: Path, form: str) -> None:
    story = read(write(tmp_path, handling(A, "10:09"), handling(A, "10:12"), form)).story
    assert [(each.end or "")[11:16] for each in story.episodes] == ["10:09", "10:12"]


def test_the_console_that_lies_apart_joins_the_cluster_of_which_it_tells(tmp_path: Path) -> None:
    write(tmp_path, handling(A, "10:09"), resting(), "{cluster}/{where}/{file}")
    (tmp_path / "A" / "monitor").rename(tmp_path / "monitor")
    story = read(tmp_path).story
    assert (len(story.clusters), len(story.episodes), len(story.faults)) == (2, 1, 1)


def test_the_logs_of_a_server_that_was_restarted_are_of_one_cluster(tmp_path: Path) -> None:
    texts = handling(A, "10:09").texts()
    first, second = (texts["node0/dm_DSC0_202405.log"], move(texts["node0/dm_DSC0_202405.log"], 7).replace(b"2024-05-12", b"2024-05-14"))
    put(tmp_path, {**texts, "node0/dm_DSC0_20240512.log": first, "node0/dm_DSC0_20240514.log": second})
    assert not read(tmp_path).story.clusters


def dumps(folder: Path, form: str, by: int = 0) -> None:
    text = re.sub(rb"(LWP |process )(\d+)", lambda found: found[1] + b"%d" % (int(found[2]) + by), server("DSC0"))
    for moment in ("100410", "100810"):
        put(folder, {form.format(time=f"20240512_{moment}", pid=500 + by): text})


def test_an_episode_suspends_the_processes_of_its_own_cluster_alone(tmp_path: Path) -> None:
    write(tmp_path, handling(A, "10:09"), resting(), "{cluster}/{where}/{file}")
    dumps(tmp_path, "A/node0/{time}/pstack_dmserver_{pid}.log")
    dumps(tmp_path, "B/node0/{time}/pstack_dmserver_{pid}.log", by=5000)
    analysis = read(tmp_path)
    assert sorted(analysis.verdicts) == ["blocked", "recovering"]
    (episode,) = analysis.to_dict()["episodes"]
    assert len(episode["processes"]) == 1
    assert "500" in episode["processes"][0]
    assert "5500" not in episode["processes"][0]


def test_a_process_that_wrote_none_of_the_logs_of_all_nodes_is_only_possibly_suspended(tmp_path: Path) -> None:
    cluster = handling(A, "10:09")
    put(tmp_path, {f"A/{name}": text for name, text in cluster.texts().items()})
    dumps(tmp_path, "B/node0/{time}/pstack_dmserver_{pid}.log", by=5000)
    analysis = read(tmp_path)
    assert analysis.verdict == "blocked"
    (found,) = (finding for finding in analysis.findings if finding.kind == "fault-recovery")
    assert (found.confidence, [doubt.name for doubt in found.doubts]) == ("possible", ["logs-are-of-other-processes"])
    assert analysis.to_dict()["episodes"][0]["processes"] == []


def test_of_two_processes_of_one_node_that_nearer_to_the_logs_is_suspended(tmp_path: Path) -> None:
    cluster = handling(A, "10:09")
    cluster.lines = {"CSS0": cluster.lines["CSS0"]}
    put(tmp_path, {f"A/{name}": text for name, text in cluster.texts().items()})
    dumps(tmp_path, "A/{time}/dsc0/pstack_dmserver_{pid}.log")
    dumps(tmp_path, "B/{time}/dsc0/pstack_dmserver_{pid}.log", by=5000)
    analysis = read(tmp_path)
    assert sorted(analysis.verdicts) == ["blocked", "recovering"]
    (doubted,) = (finding for finding in analysis.findings if finding.kind == "fault-recovery" and finding.confidence == "possible")
    assert [doubt.name for doubt in doubted.doubts] == ["another-is-of-this-node"]
    assert "5500" in doubted.processes[0].id


def test_a_server_that_was_restarted_between_two_rounds_is_one_node(tmp_path: Path) -> None:
    cluster = handling(A, "10:09")
    cluster.lines = {"CSS0": cluster.lines["CSS0"]}
    put(tmp_path, cluster.texts())
    for by, moment in ((0, "100410"), (5000, "100810")):
        text = re.sub(rb"(LWP |process )(\d+)", lambda found, by=by: found[1] + b"%d" % (int(found[2]) + by), server("DSC0"))  # type: ignore[misc]
        put(tmp_path, {f"20240512_{moment}/dsc0/pstack_dmserver_{500 + by}.log": text})
    assert not any(finding.confidence == "possible" for finding in read(tmp_path).findings if finding.kind == "fault-recovery")


def test_a_process_of_unknown_cluster_is_only_possibly_suspended(tmp_path: Path) -> None:
    write(tmp_path, handling(A, "10:09"), resting(), "{cluster}/{where}/{file}")
    dumps(tmp_path, "dumps/{time}/pstack_dmserver_{pid}.log", by=900)
    analysis = read(tmp_path)
    assert analysis.verdict == "blocked"
    (found,) = (finding for finding in analysis.findings if finding.kind == "fault-recovery")
    assert [doubt.name for doubt in found.doubts] == ["cluster-is-not-known"]


def test_two_nodes_of_dolphindb_with_one_alias_have_faults_of_their_own(tmp_path: Path) -> None:
    begin, end = line("x", "08:00:0{}.000000"), line("x", "11:00:00.000000")
    put(
        tmp_path,
        {
            "A/log/dnode1.log": (begin.format(1) + line("Out of memory", "10:00:00.000000", "ERROR") + end).encode(),
            "B/log/dnode1.log": (begin.format(2) + line("Received signal 11", "10:01:00.000000", "ERROR") + end).encode(),
        },
    )
    assert [fault.kind for fault in read(tmp_path).story.faults] == ["out-of-memory", "halt"]


def test_many_logs_in_one_folder_are_joined_in_time(tmp_path: Path) -> None:
    for letter, by in (("A", 0), ("B", 5000)):
        for at in range(24):
            for name in ("CSS0", "DSC0"):
                text = record(name, f"{at:02}:10:00.000", "x") + "\n" + record(name, f"{at:02}:50:00.000", "x") + "\n"
                put(tmp_path, {f"{letter}_dm_{name}_20240512_{at:02}.log": move(text.encode(), by)})
    put(tmp_path, {"A_dm_CSS0_20240513_00.log": (record("CSS0", "23:50:00.000", death("DSC1")) + "\n").encode()})
    started = time.process_time()
    story = read(tmp_path).story
    assert [len(cluster.logs) for cluster in story.clusters] == [49, 48]
    assert time.process_time() - started < 10
