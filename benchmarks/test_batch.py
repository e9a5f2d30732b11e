"""Many cases: what a store costs beside the analysis, what a worker does in a second, and whether two do twice as much.

All are ratios within one run, or of processor time: the machine may do much else.
"""

from __future__ import annotations

import contextlib
import io
import pathlib
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest
from conftest import FULL
from generate_cases import write_cases

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from stackan.batch.judging import judge
from stackan.batch.task import Settings, Task
from stackan.errors import StackanError
from stackan.pipeline import analyze, load
from stackan.reading import read
from stackan.report.json import write
from stackan.store.parts import write_part
from stackan.store.place import Folder

COUNT = 2_000 if FULL else 60
PART = 50


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    made = tmp_path_factory.mktemp("cases")
    write_cases(made, COUNT)
    return made


def tasks_of(folder: pathlib.Path) -> list[Task]:
    return [Task(str(path), (str(path),), path.stat().st_size) for path in sorted(folder.rglob("case-*"))]


def each(work: Callable[[Task], object], tasks: list[Task]) -> None:
    for task in tasks:
        with contextlib.suppress(StackanError):  # some dumps are there because they cannot be read
            work(task)


def unpack(task: Task) -> None:
    for _ in read(task.inputs):
        pass


def parse(task: Task) -> None:
    load(*task.inputs)


def print_document(task: Task) -> None:
    """As `analyze --format json` does."""
    write(analyze(load(*task.inputs)), io.StringIO())


def store(tasks: list[Task], place: Folder, settings: Settings) -> None:
    """As a worker does."""
    held = []
    for task in tasks:
        held.append(judge(task, settings)[1])
        if len(held) == PART:
            write_part(place, [rows for rows in held if rows is not None])
            held = []
    write_part(place, [rows for rows in held if rows is not None])


def seconds(work: Callable[..., object], *arguments: object) -> float:
    start = time.process_time()
    work(*arguments)
    return time.process_time() - start


def test_what_a_worker_does_in_a_second(benchmark, folder, tmp_path):
    """Against its parts: unpacking alone, reading as well, and the analysis with its document, all in one process."""
    tasks, place, settings = tasks_of(folder), Folder(str(tmp_path / "s")), Settings(str(tmp_path / "s"))
    store(tasks[:PART], place, settings)
    spent = {name: seconds(each, work, tasks) for name, work in (("unpack", unpack), ("read", parse), ("analyze", print_document))}
    spent["batch"] = benchmark.pedantic(seconds, (store, tasks, place, settings), rounds=1)
    for name, value in spent.items():
        benchmark.extra_info[f"cases/s, {name}"] = round(len(tasks) / value)
    benchmark.extra_info["share of analyze"] = round(spent["analyze"] / spent["batch"], 2)
    assert spent["analyze"] / spent["batch"] > 0.5


def test_large_dumps(benchmark, large_dump, tmp_path):
    """The same for dumps of many threads each."""
    tasks = []
    for number in range(3):
        path = tmp_path / f"case-{number}.txt"
        path.write_bytes(large_dump)
        tasks.append(Task(str(path), (str(path),), len(large_dump)))
    place, settings = Folder(str(tmp_path / "s")), Settings(str(tmp_path / "s"))
    store(tasks[:1], place, settings)
    alone = seconds(each, print_document, tasks)
    batch = benchmark.pedantic(seconds, (store, tasks, place, settings), rounds=1)
    benchmark.extra_info["MB/s"] = round(3 * len(large_dump) / batch / 1e6, 1)
    benchmark.extra_info["share of analyze"] = round(alone / batch, 2)
    assert alone / batch > 0.5


def run(folder: pathlib.Path, target: pathlib.Path, jobs: int) -> tuple[float, float]:
    """(seconds, processor seconds of all its processes) of the command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "stackan", "batch", str(folder), "--store", str(target), "--jobs", str(jobs)]
    assert subprocess.run(command, capture_output=True, check=False).returncode in (0, 1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_two_workers_do_twice_as_much(benchmark, folder, tmp_path):
    """`speed-up` is that of the clock, and means something where nothing else runs; `processor time` says everywhere what two cost."""
    one = run(folder, tmp_path / "one", 1)
    two = benchmark.pedantic(run, (folder, tmp_path / "two", 2), rounds=1)
    benchmark.extra_info["speed-up"] = round(one[0] / two[0], 2)
    benchmark.extra_info["processor time, two to one"] = round(two[1] / one[1], 2)
    benchmark.extra_info["cases/s/core"] = round(COUNT / two[1])
    assert two[1] / one[1] < (1.5 if FULL else 3)


class Observed(NamedTuple):
    """A run of the command. busy: the share of its workers' lives in which they computed, or could have if a processor had been free."""

    seconds: float  # of the processor, of all its processes
    busy: float


def observe(folder: pathlib.Path, target: pathlib.Path, jobs: int) -> Observed:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "stackan", "batch", str(folder), "--store", str(target), "--jobs", str(jobs)]
    lives: dict[str, list[tuple[float, int]]] = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None:
            with contextlib.suppress(OSError):  # one has ended meanwhile
                for worker in children.read_text().split():
                    computed, waited, _ = map(int, pathlib.Path(f"/proc/{worker}/schedstat").read_text().split())
                    lives.setdefault(worker, []).append((time.monotonic(), computed + waited))
            time.sleep(0.02)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    long = [life for life in lives.values() if len(life) > 1]
    lived = sum(life[-1][0] - life[0][0] for life in long)
    busy = sum(life[-1][1] - life[0][1] for life in long) / 1e9
    return Observed(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, busy / lived)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says what workers wait for")
def test_two_workers_wait_for_nobody(benchmark, folder, tmp_path):
    """The throughput of two workers, of one, on processors of their own: what a case costs of the processor, and how long they sleep.

    So it can be measured where others compute, too.  Runs of one and of two take turns; medians.
    """

    def pair(number: int) -> tuple[Observed, Observed]:
        first, second = (observe(folder, tmp_path / f"{number}-{jobs}", jobs) for jobs in ((1, 2) if number % 2 else (2, 1)))
        return (first, second) if number % 2 else (second, first)

    pairs = benchmark.pedantic(lambda: [pair(number) for number in range(6 if FULL else 2)], rounds=1)
    costs = statistics.median(two.seconds / one.seconds for one, two in pairs)
    busy = [statistics.median(each.busy for each in some) for some in zip(*pairs)]
    benchmark.extra_info["processor time, two to one"] = round(costs, 2)
    benchmark.extra_info["busy, one and two"] = [round(share, 3) for share in busy]
    benchmark.extra_info["throughput of two"] = round(2 * busy[1] / busy[0] / costs, 2)
    assert busy[1] > 0.5
