"""How fast the dumps of run-times become columns and findings: Java, Go, Python; natively, and by the plain readers."""

from __future__ import annotations

import pathlib
import time

import pytest
from conftest import FULL
from generate_runtimes import grow_dump_file, grow_goroutines, grow_jstack, grow_py_spy

import stackan
from stackan.parsing.go import goroutines
from stackan.parsing.java import dump_file, jstack
from stackan.parsing.python import pyspy

DUMPS = pathlib.Path(__file__).parents[1] / "tests" / "dumps"
MADE = {
    "jstack": (grow_jstack, "java/jdk17-idle-1.txt", 3_000, jstack),
    "dump_to_file": (grow_dump_file, "java/jdk25-virtual-file.txt", 20_000, dump_file),
    "goroutines": (grow_goroutines, "go/http-busy.txt", 100_000, goroutines),
    "py-spy": (grow_py_spy, "python/working-1.py-spy.txt", 3_000, pyspy),
}


def made(form: str, most: int) -> tuple[bytes, int]:
    """A dump of that form, and the number of its threads: as the documented figures have it, or a small one."""
    grow, seed, threads, _ = MADE[form]
    threads = min(threads, most) if FULL else 300
    return grow((DUMPS / seed).read_bytes(), threads, seed=7), threads


@pytest.mark.parametrize("form", MADE)
def test_a_text_becomes_columns(benchmark, form):
    data, threads = made(form, 100_000)
    reading = benchmark(MADE[form][3].read, data)
    if benchmark.stats is not None:
        benchmark.extra_info["MB/s"] = round(len(data) / 1e6 / benchmark.stats.stats.min, 1)
    assert len(reading.columns.thread_lwp) == threads


@pytest.mark.parametrize("form", ["jstack", "dump_to_file", "goroutines"])
def test_the_plain_reader_is_so_much_slower(benchmark, form):
    data, threads = made(form, 10_000)
    read, plainly = MADE[form][3].read, MADE[form][3].read_plainly
    native, plain = (min(_seconds(each, data) for _ in range(3)) for each in (read, plainly))
    benchmark.extra_info["ratio"] = round(plain / native, 1)
    assert len(benchmark(read, data).columns.thread_lwp) == threads


@pytest.mark.parametrize("form", MADE)
def test_a_text_becomes_findings(benchmark, form, tmp_path):
    """The formats are recognized in it, and everything behind: the command without the start of Python."""
    data, threads = made(form, 100_000)
    path = tmp_path / "dump.txt"
    path.write_bytes(data)
    analysis = benchmark.pedantic(lambda: stackan.analyze(stackan.load(path)), rounds=3)
    if benchmark.stats is not None:
        benchmark.extra_info["MB/s"] = round(len(data) / 1e6 / benchmark.stats.stats.min, 1)
    assert sum(len(process.tracks) for process in analysis.processes) == threads


def _seconds(read, data: bytes) -> float:
    start = time.process_time()
    read(data)
    return max(time.process_time() - start, 1e-9)
