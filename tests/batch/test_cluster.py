"""`stackan batch --engine dask://…`: the rows of one machine, whatever becomes of the cluster's workers."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from .conftest import by_case, pack, rows, small_cases, summary

pytest.importorskip("distributed", reason="distributed is not installed")

BUSY = 60  # seconds in which a cluster has to come up, on a machine that does much else


class Cluster:
    """A scheduler and workers, each a process of its own, on the loopback."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self._folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", self.address.partition(":")[2], "--no-dashboard")

    def add_worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._start(
            "distributed.cli.dask_worker", f"tcp://{self.address}", "--nthreads", "1", "--no-dashboard", "--no-nanny", *arguments
        )

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, *arguments]
        log = (self._folder / f"{len(self.processes)}.log").open("wb")
        with log:
            self.processes.append(subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log))
        return self.processes[-1]

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    found = Cluster(folder)
    yield found
    found.close()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Three chunks of cases."""
    folder = small_cases(tmp_path / "many", 120)
    (folder / "120.txt").write_text("nothing of use\n")
    return folder


def without_times(store: Path, table: str) -> list[dict[str, object]]:
    found = [{name: value for name, value in row.items() if name not in ("seconds", "analyzed_at")} for row in rows(store, table)]
    return sorted(found, key=repr)


@pytest.mark.parametrize(
    ("cases", "threads", "size"), [(10, 1, 50), (10_000, 16, 50), (10_000_000, 1600, 2083), (100_000_000, 1600, 2500), (1000, 1600, 50)]
)
def test_tasks_grow_with_the_cluster_and_not_beyond_the_work(cases, threads, size):
    from stackan.batch.cluster import chunk_size

    assert chunk_size(cases, threads) == size


def test_a_cluster_gives_the_rows_of_one_machine(batch, many, tmp_path, cluster):
    cluster.add_worker()
    cluster.add_worker()
    done = batch(many, "--store", tmp_path / "there", "--engine", f"dask://{cluster.address}", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert summary(done)["cases"] == 121
    batch(many, "--store", tmp_path / "here")
    for table in ("cases", "threads", "findings", "evidence", "signatures"):
        assert without_times(tmp_path / "there", table) == without_times(tmp_path / "here", table) != []


def test_the_loss_of_a_worker_loses_and_doubles_nothing(batch, many, tmp_path, cluster):
    lost = cluster.add_worker()
    store = tmp_path / "s"
    command = [sys.executable, "-m", "stackan", "batch", str(many), "--store", str(store), "--engine", f"dask://{cluster.address}"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until = time.monotonic() + BUSY
    while not list(store.glob("cases/*.parquet")) and time.monotonic() < until:
        time.sleep(0.01)
    lost.send_signal(signal.SIGKILL)
    cluster.add_worker()
    _, errors = run.communicate(timeout=2 * BUSY)
    assert run.returncode == 1, errors.decode()
    assert len(by_case(store)) == 121
    ids = {row["case_id"] for row in rows(store)}
    assert {row["case_id"] for row in rows(store, "threads")} <= ids


def test_a_case_that_takes_its_worker_with_it_is_told(batch, tmp_path, cluster, example, monkeypatch):
    """As a container does that is ended as a whole when one process in it takes too much memory."""
    folder = tmp_path / "in"
    folder.mkdir()
    pack(folder / "good.zip", {"snap1.txt": (example / "snap1.txt").read_bytes()})
    (folder / "poison.txt").write_bytes((example / "snap2.txt").read_bytes())
    deadly = tmp_path / "deadly"
    deadly.mkdir()
    (deadly / "sitecustomize.py").write_text(
        "import os, signal, stackan.batch.cluster as cluster\n"
        "whole = cluster.analyze_chunk\n"
        "def analyze_chunk(settings, tasks, known, failure, version):\n"
        "    if failure is None and any('poison' in task.case for task in tasks):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return whole(settings, tasks, known, failure, version)\n"
        "analyze_chunk.__module__, analyze_chunk.__qualname__ = 'stackan.batch.cluster', 'analyze_chunk'\n"
        "cluster.analyze_chunk = analyze_chunk\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{deadly}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    for _ in range(9):
        cluster.add_worker()
    done = batch(folder, "--store", tmp_path / "s", "--engine", f"dask://{cluster.address}")
    assert done.returncode == 1, done.stderr
    found = by_case(tmp_path / "s")
    assert found["good.zip"]["failure"] is None
    assert found["poison.txt"]["failure"] == "crash"
    assert "each machine that it was given to was lost" in found["poison.txt"]["error"]


def test_two_attempts_at_a_chunk_never_write_the_same_files(tmp_path, monkeypatch):
    """As the first may still live: nothing of one may be taken for the other's, or removed with it."""
    from stackan.batch import cluster
    from stackan.batch.task import Settings, Task
    from stackan.store.about import introduce
    from stackan.store.place import place_of

    class Worker:
        groups: ClassVar[list[str]] = []
        plugins = property(lambda self: {"stackan-batch-token": self})
        supervisor = contextlib.contextmanager(lambda self: iter([self]))

        def run(self, tasks, known, group, failure):
            self.groups.append(group)
            return iter(())

    introduce(place_of(str(tmp_path)), {})
    monkeypatch.setattr(cluster.distributed, "get_worker", Worker)
    settings, tasks = Settings(str(tmp_path), "token"), (Task("x", (str(tmp_path),), 0),)
    for _ in range(2):
        cluster.analyze_chunk(settings, tasks, {}, None, cluster.__version__)
    one, other = Worker.groups
    assert one != other
    assert all(group.startswith(cluster._group(tasks, "token")) for group in Worker.groups)


def test_a_scheduler_that_is_not_there_is_one_sentence(batch, cases, tmp_path, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    done = batch(cases, "--store", tmp_path / "s", "--engine", "dask://127.0.0.1:9")
    assert done.returncode == 2
    assert done.stderr == "stackan: dask://127.0.0.1:9: the scheduler does not answer; check that it runs\n"


def test_an_interruption_ends_cleanly_and_the_next_run_goes_on(batch, many, tmp_path, cluster):
    cluster.add_worker()
    store = tmp_path / "s"
    command = [sys.executable, "-m", "stackan", "batch", str(many), "--store", str(store), "--engine", f"dask://{cluster.address}"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + BUSY
    while not list(store.glob("cases/*.parquet")) and time.monotonic() < until:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=BUSY)
    assert run.returncode == 130, errors
    assert errors.endswith("the same command goes on from there\nstackan: interrupted\n")
    assert batch(many, "--store", store, "--engine", f"dask://{cluster.address}").returncode == 1
    assert len(by_case(store)) == 121
