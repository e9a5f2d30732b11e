"""When snapshots were taken by the clock of the logs: of every process, whether an episode covers it or not."""

from __future__ import annotations

from pathlib import Path

import stackan
from tests.faultlogs.clusters import DAY, Cluster, pack, put, server, tar

DUMPS = Path(__file__).parents[1] / "dumps" / "dameng"
Moments = tuple[tuple[str, str] | None, ...]


def cluster() -> Cluster:
    """DSC1 dies at 10:03; its handling is over at 10:09, and the logs go on until 11:00."""
    found = Cluster()
    found.chat("CSS0", "09:00:00.000", "11:00:00.000")
    found.handle("10:03", "10:09", "DSC1", "DSC0")
    return found


def moments(folder: Path) -> list[Moments]:
    return list(stackan.analyze(stackan.load(folder)).story.taken.values())


def at(time: str) -> tuple[str, str]:
    return f"{DAY}T{time}", f"{DAY}T{time}"


def test_those_of_a_process_that_an_episode_covers_are_the_times_of_its_cover() -> None:
    story = stackan.analyze(stackan.load(DUMPS)).story
    [(name, cover)] = story.covers.items()
    known = [moment for moment in story.taken[name] if moment is not None]
    assert (known[0][0], known[-1][1]) == (cover.first, cover.last)
    assert len(story.taken) == 2, "the other process, which no episode covers, has its times, too"


def test_those_of_a_process_that_no_episode_covers_are_known_by_its_archive(tmp_path: Path) -> None:
    pack(cluster().write(tmp_path) / "dsc0.zip", {f"{n}.txt": (server("DSC0"), f"{DAY} 10:{n}:00") for n in (40, 45)})
    assert moments(tmp_path) == [(at("10:40:00"), at("10:45:00"))]


def test_an_archive_with_times_of_no_known_zone_tells_none(tmp_path: Path) -> None:
    tar(cluster().write(tmp_path) / "dsc0.tar", {f"{n}.txt": (server("DSC0"), f"{DAY} 10:{n}:00") for n in (40, 45)})
    assert moments(tmp_path) == [(None, None)]


def test_snapshots_without_a_time_have_none(tmp_path: Path) -> None:
    put(cluster().write(tmp_path), {"one.txt": server("DSC0"), "two.txt": server("DSC0", moving="write")})
    assert moments(tmp_path) == [(None, None)]
