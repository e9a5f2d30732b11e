"""Logs of another day than the dumps say so, and which ones to ask for."""

from __future__ import annotations

from pathlib import Path

import stackan
from tests.faultlogs.clusters import Cluster, put, server


def notes(folder: Path, day: str, times: tuple[str, str] = ("100410", "100810")) -> list[str]:
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000")
    cluster.chat("DSC0", "09:00:00.000", "11:00:00.000")
    cluster.handle("10:03", "10:09", "DSC1", "DSC0")
    put(folder, {**cluster.texts(), **{f"node0/{day}_{time}/pstack_dmserver_500.log": server("DSC0") for time in times}})
    return [note for note in stackan.analyze(stackan.load(folder)).warnings if note.startswith("the logs cover")]


def test_logs_of_another_day_than_the_dumps_are_told(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, "20240511")
    assert "2024-05-12 09:00:00 to 2024-05-12 11:00:00" in note
    assert "taken at 2024-05-11 10:04:10: ask for the logs of that time" in note


def test_logs_of_the_dumps_own_time_are_no_matter(tmp_path: Path) -> None:
    assert notes(tmp_path, "20240512") == []


def test_logs_that_end_some_minutes_before_the_dumps_are_no_matter(tmp_path: Path) -> None:
    assert notes(tmp_path, "20240512", ("111000", "111400")) == []
