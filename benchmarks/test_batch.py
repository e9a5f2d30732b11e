"""Many cases: what a store costs beside the analysis, what a worker does in a second, and whether two do twice as much.

All are ratios within one run, or of processor time: the machine may do much else.
"""

from __future__ import annotations

import contextlib
import io
import pathlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable

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


def together(commands: list[list[str]]) -> float:
    """Seconds until the last of some commands, begun at once, is done."""
    began = time.monotonic()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands]
    assert {process.wait() for process in running} <= {0, 1}
    return time.monotonic() - began


def test_two_workers_do_as_much_as_two_runs_of_one(benchmark, folder, tmp_path):
    """On half of the cases each, side by side: two processors of a shared machine are never twice one, whoever uses them.

    In pairs that alternate, so that what else goes on meets both.
    """
    files = sorted(map(str, folder.rglob("case-*")))
    halves = [files[::2], files[1::2]]

    def command(inputs: list[str], name: str, jobs: int) -> list[str]:
        return [sys.executable, "-m", "stackan", "batch", *inputs, "--store", str(tmp_path / name), "--jobs", str(jobs)]

    def pair(number: int) -> float:
        apart = [command(half, f"{number}-{at}", 1) for at, half in enumerate(halves)]
        whole = [command(files, f"{number}", 2)]
        first, second = (apart, whole) if number % 2 else (whole, apart)
        seconds = together(first), together(second)
        return seconds[0] / seconds[1] if number % 2 else seconds[1] / seconds[0]

    ratios = benchmark.pedantic(lambda: sorted(map(pair, range(7 if FULL else 2))), rounds=1)
    benchmark.extra_info["two workers, to two runs"] = [round(ratio, 2) for ratio in ratios]
    assert ratios[len(ratios) // 2] > (0.8 if FULL else 0.3)
