"""How fast bytes become columns: the native scanner, its reference, and a plain `re` parser on the same text."""

from __future__ import annotations

import subprocess
import sys

import plain_re
import pytest

from stackan import _reference
from stackan.model.columns import GDB

FRAMES_OF = {"threads": 25, "frames": 435}  # of the example; made dumps repeat its threads


def megabytes_per_second(benchmark, data: bytes) -> None:
    """Note the rate beside the time (MB = 10^6 bytes, best round)."""
    if benchmark.stats is not None:
        benchmark.extra_info["MB/s"] = round(len(data) / 1e6 / benchmark.stats.stats.min, 1)


def test_native_scanner(benchmark, large_dump):
    fast = pytest.importorskip("stackan._fast", reason="the native scanner is not built")
    columns = benchmark(fast.scan, large_dump, GDB)
    megabytes_per_second(benchmark, large_dump)
    assert len(columns.thread_lwp) == large_dump.count(b"\nThread ")
    assert len(columns.frame_call) == large_dump.count(b"\n#")


def test_reference_scanner(benchmark, small_dump):
    columns = benchmark.pedantic(_reference.scan, (small_dump, GDB), rounds=3)
    megabytes_per_second(benchmark, small_dump)
    assert len(columns.frame_call) == small_dump.count(b"\n#")


def test_plain_re_parser(benchmark, small_dump):
    threads = benchmark.pedantic(plain_re.parse, (small_dump,), rounds=3)
    megabytes_per_second(benchmark, small_dump)
    assert sum(len(thread.frames) for thread in threads) == small_dump.count(b"\n#")


def test_counting_lines_is_the_floor(benchmark, large_dump):
    """The least work of any parser: to find the line ends (memchr)."""
    lines = benchmark(large_dump.count, b"\n")
    megabytes_per_second(benchmark, large_dump)
    assert lines == len(large_dump.splitlines())


def test_peak_memory_of_a_parse(benchmark, large_dump, tmp_path):
    """In a process of its own: the largest resident size beyond the text itself, in MiB."""
    path = tmp_path / "dump.txt"
    path.write_bytes(large_dump)
    code = (
        "import resource, sys, stackan\n"
        "dump = stackan.parse(sys.argv[1])\n"
        "print(len(dump.frames), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    )
    done = benchmark.pedantic(subprocess.run, ([sys.executable, "-c", code, str(path)],), {"capture_output": True, "text": True}, rounds=1)
    frames, peak = map(int, done.stdout.split())
    benchmark.extra_info["peak MiB"] = peak
    benchmark.extra_info["text MiB"] = round(len(large_dump) / 2**20, 1)
    assert frames == large_dump.count(b"\n#")
