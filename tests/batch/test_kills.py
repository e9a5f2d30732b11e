"""A run that is killed at any moment loses nothing that it said was done, and doubles nothing; Ctrl-C says how to go on."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from stackan.store.parts import known_cases
from stackan.store.place import place_of

from .conftest import by_case, rows, small_cases, summary

CASES, KILLS = 240, int(os.environ.get("STACKAN_KILLS", "6"))  # 50 and more by hand: they take a while
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return small_cases(tmp_path / "many", CASES)


class Running:
    """A run in the background, and the last that it has said of its progress."""

    def __init__(self, folder: Path, store: Path, *more: str) -> None:
        command = [sys.executable, "-m", "stackan", "batch", str(folder), "--store", str(store), "--jobs", "2", "--progress", "json", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said: dict[str, Any] = {"done": 0}
        self.errors: list[str] = []
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr:
            for line in self.process.stderr:
                if not line.startswith("{"):
                    self.errors.append(line)
                elif line.endswith("}\n"):
                    self.said = json.loads(line)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        self._listener.join()
        return status


def test_kill_9_at_random_moments_loses_and_doubles_nothing(many, tmp_path, batch):
    dice, store = random.Random(18), tmp_path / "s"
    done: set[str] = set()
    for _ in range(KILLS):
        running = Running(many, store)
        time.sleep(dice.uniform(0.3, 2.5))
        running.end(signal.SIGKILL)
        ids = set(known_cases(place_of(str(store)))) if store.exists() else set()
        assert done <= ids, "what had a row has it still"
        assert len(ids) >= running.said["done"], "what was said to be done has a row"
        done = ids
    result = summary(batch(many, "--store", store, "--format", "json"))
    assert (result["cases"], result["known"]) == (CASES, len(done))
    found = by_case(store)
    assert len(found) == CASES
    for table in ("processes", "threads", "findings", "signatures"):
        keys = [tuple(sorted((name, str(value)) for name, value in row.items())) for row in rows(store, table)]
        assert len(set(keys)) == len(keys), f"no row of {table} is there twice"
        assert {row["case_id"] for row in rows(store, table)} == {row["case_id"] for row in found.values()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_cleanly_and_says_how_to_go_on(many, tmp_path, batch, number):
    store = tmp_path / "s"
    running = Running(many, store)
    until = time.monotonic() + 30
    while not (store / "store.json").exists() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)  # its workers come to life, or have begun
    assert running.end(number) == 128 + number
    told, last = running.errors
    said = re.fullmatch(rf"stackan: (\d+) of {CASES} cases have their rows; the same command goes on from there\n", told)
    assert said
    assert last == ("stackan: interrupted\n" if number == signal.SIGINT else "stackan: ended by SIGTERM\n")
    assert int(said[1]) == len(by_case(store)) <= CASES, "also what workers have written on their way out"
    assert summary(batch(many, "--store", store, "--format", "json"))["cases"] == CASES
    assert len(by_case(store)) == CASES


def test_no_worker_outlives_the_run(many, tmp_path):
    running = Running(many, tmp_path / "s")
    children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
    if not children.is_file():
        running.end(signal.SIGKILL)
        pytest.skip("no /proc that names the children of a process")
    until = time.monotonic() + 30
    while not (workers := children.read_text().split()) and time.monotonic() < until:
        time.sleep(0.02)
    running.end(signal.SIGKILL)
    assert workers
    until = time.monotonic() + 10
    while any(is_alive(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert [worker for worker in workers if is_alive(worker)] == []


def is_alive(pid: str) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_two_runs_do_not_write_to_one_store(many, tmp_path, batch):
    store = tmp_path / "s"
    running = Running(many, store)
    until = time.monotonic() + 30
    while not (store / "store.json").exists() and time.monotonic() < until:
        time.sleep(0.02)
    running.process.send_signal(signal.SIGSTOP)  # so that it lasts as long as the other one waits
    second = batch(many, "--store", store)
    running.process.send_signal(signal.SIGCONT)
    running.end(signal.SIGINT)
    assert second.returncode == 2
    assert "another run writes to this store" in second.stderr
