"""The scanner against its bounds: `memchr`, `wc -l`, a decompressor, a second core; and on hostile texts.

CPU time of one thread, best of some rounds; the ratios are in `extra_info`.  Machines differ and are shared: compare the
ratios of one run.  At full size the project's own bounds are asserted; at small sizes only the answers.
"""

from __future__ import annotations

import gzip
import lzma
import pathlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import floor
import hostile
import pytest
from conftest import FULL
from generate import churn, grow, with_locals

from stackan.model.columns import FRAME, GDB, LOCALS
from stackan.overview import summarize
from stackan.reading import Limits, open_text

fast = pytest.importorskip("stackan._fast", reason="the native scanner is not built")
needs_compiler = pytest.mark.skipif(not floor.is_there(), reason="no C compiler for the loop of memchr")
ROUNDS = 9 if FULL else 2


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """CPU time of this process, best round."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return max(best, 1e-9)


def note(benchmark, **figures: float) -> None:
    benchmark.extra_info.update({name.replace("_", " "): round(figure, 3) for name, figure in figures.items()})


def text_of(name: str, example: pathlib.Path) -> bytes:
    threads = 16_000 if FULL else 250
    real = (example / "snap1.txt").read_bytes()
    if name == "repetitive":
        return grow(real, threads, seed=7)
    if name == "churning":
        return churn(real, threads, seed=7)
    return with_locals(real, threads // 2, seed=7)


@needs_compiler
@pytest.mark.parametrize(("name", "share"), [("repetitive", 0.35), ("churning", 0.15), ("with locals", 0.35)])
def test_a_scan_takes_at_most_a_few_times_what_finding_the_lines_takes(benchmark, example, name, share):
    data = text_of(name, example)
    columns = benchmark.pedantic(fast.scan, (data, GDB), rounds=ROUNDS)
    assert columns.lines_by_kind[FRAME] == data.count(b"\n#")
    assert bool(columns.lines_by_kind[LOCALS]) == (name == "with locals")
    assert floor.count_lines(data) == data.count(b"\n")
    lines, scan = seconds(lambda: floor.count_lines(data)), seconds(lambda: fast.scan(data, GDB))
    note(benchmark, MB_per_s=len(data) / 1e6 / scan, memchr_MB_per_s=len(data) / 1e6 / lines, share_of_memchr=lines / scan)
    assert not FULL or lines / scan >= 0.8 * share  # a busy machine takes its part


@pytest.mark.parametrize("kind", hostile.KINDS, ids=lambda kind: kind.__name__)
def test_hostile_texts_take_time_in_proportion(benchmark, kind):
    size = 40_000_000 if FULL else 400_000
    short, long = hostile.text(kind, size // 4), hostile.text(kind, size)
    columns = benchmark.pedantic(fast.scan, (long, GDB), rounds=2)
    assert columns.lines_by_kind[FRAME] == long.count(b"\n#")
    times = [seconds(lambda data=data: fast.scan(data, GDB), 3) / len(data) for data in (short, long)]
    note(benchmark, MB_per_s=1e-6 / times[1], growth=times[1] / times[0])
    assert not FULL or times[1] < 2.5 * times[0]  # tables leave the cache, that is all


# A process starts with the peak of the one that it was forked from: so a small one is put between this and the command.
_LAUNCHER = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stdout.buffer.write(b"%f %d\\n" % (used.ru_utime + used.ru_stime, used.ru_maxrss) + done.stdout)
"""


def run(*command: object) -> tuple[float, int, bytes]:
    """(CPU seconds, peak in KiB, output) of a command."""
    done = subprocess.run([sys.executable, "-S", "-c", _LAUNCHER, *map(str, command)], stdout=subprocess.PIPE, check=True)
    used, _, out = done.stdout.partition(b"\n")
    seconds_used, peak = used.split()
    return float(seconds_used), int(peak), out


@pytest.fixture(scope="module")
def mix(tmp_path_factory, example) -> pathlib.Path:
    """Snapshots of one server, 1 GB (small: 2 MB)."""
    path = tmp_path_factory.mktemp("mix") / "mix.txt"
    threads = 4000 if FULL else 250
    snapshots = [(example / name).read_bytes() for name in ("snap1.txt", "snap2.txt")]
    with path.open("wb") as file:
        for number in range(63 if FULL else 2):
            file.write(churn(snapshots[number % 2], threads, seed=number // 8))
    yield path
    path.unlink()


@pytest.mark.skipif(shutil.which("wc") is None, reason="no wc")
def test_the_summary_of_a_large_file_takes_a_few_times_what_wc_takes(benchmark, mix):
    command = (sys.executable, "-m", "stackan", "parse", "--format", "summary", mix)
    benchmark.pedantic(run, command, rounds=1)
    counted, summed = (
        min((run(*each) for each in [command] * ROUNDS), key=lambda done: done[0]) for command in (("wc", "-l", mix), command)
    )
    lines = int(counted[2].split()[0])
    first = summed[2].decode().partition("\n")[0]
    kinds = first.rpartition("; lines: ")[2].split(", ")
    assert sum(int(kind.split()[0]) for kind in kinds) == lines
    note(benchmark, times_wc=summed[0] / counted[0], peak_MiB=summed[1] / 1024, MB_per_s=mix.stat().st_size / 1e6 / summed[0])
    assert not FULL or (summed[0] <= 4 * counted[0] and summed[1] <= 120 * 1024)


@pytest.mark.skipif(shutil.which("stackcollapse-gdb.pl") is None, reason="FlameGraph's stackcollapse-gdb.pl is not on the PATH")
@pytest.mark.parametrize("kind", hostile.KINDS, ids=lambda kind: kind.__name__)
def test_no_hostile_text_takes_longer_than_flamegraphs_script(benchmark, kind, tmp_path):
    path = tmp_path / "dump.txt"
    path.write_bytes(hostile.text(kind, 40_000_000 if FULL else 400_000))
    benchmark.pedantic(summarize, (path, Limits()), rounds=1)
    ours = seconds(lambda: summarize(path, Limits()), 2)
    theirs = min(run("stackcollapse-gdb.pl", path)[0] for _ in range(2))
    note(benchmark, times_as_fast=theirs / ours)
    assert not FULL or ours <= theirs


def test_two_halves_of_a_file_are_scanned_at_once(benchmark, large_dump):
    cut = large_dump.index(b"\nThread ", len(large_dump) // 2) + 1
    halves = memoryview(large_dump)[:cut], memoryview(large_dump)[cut:]
    found: list[int] = []

    def scan(half: memoryview) -> None:
        found.append(len(fast.scan(half, GDB).thread_lwp))

    def at_once() -> None:
        workers = [threading.Thread(target=scan, args=(half,)) for half in halves]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def wall(work: Callable[[], object]) -> float:
        best = float("inf")
        for _ in range(ROUNDS):
            start = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - start)
        return best

    benchmark.pedantic(at_once, rounds=ROUNDS)
    assert sum(found[-2:]) == large_dump.count(b"\nThread ")
    one_by_one = lambda: [scan(half) for half in halves]  # noqa: E731
    note(benchmark, times_as_fast=wall(one_by_one) / wall(at_once), more_CPU=seconds(at_once) / seconds(one_by_one))


@pytest.mark.parametrize("codec", ["gz", "zst", "xz"])
def test_counting_a_packed_text_takes_little_more_than_to_unpack_it(benchmark, example, tmp_path, codec):
    dump = text_of("churning", example)
    path = tmp_path / f"dump.txt.{codec}"
    if codec == "zst":
        zstandard = pytest.importorskip("zstandard", reason="zstandard is not installed")
        path.write_bytes(zstandard.compress(dump))
    else:
        path.write_bytes(gzip.compress(dump, 6) if codec == "gz" else lzma.compress(dump, preset=1))
    space = memoryview(bytearray(512 << 10))

    def unpack() -> int:
        with open_text(path) as text:
            assert text is not None
            return sum(iter(lambda: text.read_into(space), 0))

    summaries = benchmark.pedantic(summarize, (path, Limits()), rounds=1)
    assert summaries is not None and sum(each.frames for each in summaries) == dump.count(b"\n#")
    assert unpack() == len(dump)
    alone, fused = seconds(unpack, 3), seconds(lambda: summarize(path, Limits()), 3)
    note(benchmark, MB_per_s=len(dump) / 1e6 / fused, share_of_unpacking=alone / fused)
    assert not FULL or alone / fused >= 0.45  # dumps that repeat themselves less are unpacked more slowly: of those it is 0.6
