"""Inputs that would make a careless scanner slow, large or wrong: they take about as long as other inputs of their size."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from stackan import _reference
from stackan.model.columns import EU_STACK, GDB

SIZE = 200_000

SHAPES = {
    "escaped quotes in parentheses": (b"#0 f ", b'(\\") '),
    "escaped character quotes in parentheses": (b"#0 f ", b"(\\') "),
    "both quotes, never closed": (b"#0 f ", b"(\\\"\\') "),
    "parentheses that open": (b"#0 f", b" ("),
    "parentheses that open and close": (b"#0 f", b" ()"),
    "parentheses that close": (b"#0 f (", b") x"),
    "closing parentheses and blanks": (b"#0 f (", b")          "),
    "angle brackets": (b"#0 f", b"<"),
    "all brackets": (b"#0 f", b"<([{"),
    "closing brackets": (b"#0 f", b">)]}"),
    "quotes": (b"#0 f (", b'"'),
    "backslashes": (b"#0 f (", b"\\"),
    "operators": (b"#0 ", b"operator"),
    "operator signs": (b"#0 operator", b"<"),
    "anonymous namespaces": (b"#0 f", b" (anonymous namespace)"),
    "ends of arguments": (b"#0 f (", b") at "),
    "digits of a level": (b"#", b"9"),
    "digits of a thread": (b"Thread ", b"9"),
    "digits of an LWP": (b"Thread 1 (LWP ", b"9"),
    "digits alone": (b"", b"9"),
    "digits of an address": (b"#0 0x", b"f"),
    "quotes in a thread's name": (b'Thread 1 (LWP 1 "', b'"'),
    "blanks": (b"", b" "),
    "blanks behind a frame": (b"#0 f ()", b" "),
    "tabs": (b"#0 f ()\n", b"\t"),
    "continuation lines": (b"#0 f (\n", b"    (\n"),
    "blank continuation lines": (b"#0 f (\n", b"     \n"),
    "locals": (b"#0 f ()\n", b"        x = (\n"),
    "frames": (b"", b"#0\n"),
    "deep frames": (b"", b"#1 f\n"),
    "headers": (b"", b"TID 1:\n"),
    "empty lines": (b"", b"\n"),
    "carriage returns": (b"", b"\r"),
    "NUL bytes": (b"#0 f (", b"\x00"),
    "places": (b"#0 0x1 in f", b" at x"),
    "places behind blanks": (b"#0 0x1 in f", b" at  from "),
    "digits of a thread's signed id": (b"Thread 1 (Thread -", b"9"),
    "digits of an inferior": (b"Thread 1.", b"9"),
    "lines that go on with noise": (b"+\n", b" x\n"),
    "modules": (b"#0 0x1", b" - "),
    "modules with slashes": (b"#0 0x1", b" - /"),
    "bare frames": (b"f", b' (\\")'),
    "table rows": (b"* ", b"1 "),
    "noise": (b"", b"+\n"),
}


@pytest.mark.parametrize("dialect", [GDB, EU_STACK], ids=["gdb", "eu-stack"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_hostile_shape_takes_no_longer_than_its_size_explains(in_proportion, scan, shape, dialect):
    start, piece = SHAPES[shape]
    size = SIZE if scan is not _reference.scan else SIZE // 8
    in_proportion(lambda size: start + piece * (size // len(piece)) + b"\n", lambda data: scan(data, dialect), size)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_scanners_agree_on_hostile_shapes(agree, shape):
    start, piece = SHAPES[shape]
    for behind in (b"", b"\n", b")", b' at x.c:1 (s=")\n#1 g (a=1) at y.c:2\n', b"\n    ) at x.c:1\n"):
        agree(start + piece * 100 + behind)


def test_frames_that_only_differ_between_their_ends_are_not_compared_with_each_other(in_proportion, native):
    """20,000 texts that start and end alike, have one address, and so one place in the cache."""

    def texts(count):
        return b"".join(
            b"#0  std::__invoke_impl<a::b%d, c> (f=1) at /usr/include/c++/12/bits/invoke.h:61\n" % number for number in range(count)
        )

    assert len(native(texts(20_000), GDB).site_function) == 20_000
    in_proportion(texts, lambda data: native(data, GDB), 20_000)


measures_memory = pytest.mark.skipif(
    sys.platform != "linux" or "asan" in os.environ.get("LD_PRELOAD", ""), reason="reads /proc, and AddressSanitizer keeps freed memory"
)


def run(code: str, **environment: str) -> str:
    environment = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@measures_memory
def test_a_scan_without_memory_raises_memory_error_and_the_next_one_works(native):
    """At each of these limits another allocation fails: rows, sites, nodes, joined locations, indexes, strings."""
    out = run(
        "import resource\n"
        "from stackan import _fast\n"
        "gdb = b''.join(b'#%d  0x%016x in f%d (a=1) at x%d.c:1\\n' % (n % 30, n, n, n) for n in range(20_000))\n"
        "eu = b''.join(b'#%d  0x%016x f%d - /lib/x%d.so\\n' % (n % 30, n, n, n) for n in range(20_000))\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_AS)\n"
        "failures = 0\n"
        "for room in range(0, 10_000_000, 100_000):\n"
        "    for dialect, data in enumerate((gdb, eu)):\n"
        "        resource.setrlimit(resource.RLIMIT_AS, (used + room, hard))\n"
        "        try:\n"
        "            columns = _fast.scan(data, dialect)\n"
        "        except MemoryError:\n"
        "            failures += 1\n"
        "        else:\n"
        "            assert len(columns.site_function) == 20_000\n"
        "        columns = None\n"
        "        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))\n"
        "print(failures)\n",
        MALLOC_MMAP_THRESHOLD_="4096",  # so that all memory is given back at once, and needs room anew
    )
    assert int(out) > 10


@measures_memory
def test_scanning_again_and_again_takes_no_more_memory(native):
    out = run(
        "from stackan import _fast\n"
        "data = b''.join(b'#%d  0x%016x f%d (a=1) - /lib/x%d.so\\n' % (n % 30, n, n, n) for n in range(40))\n"
        "def resident(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "def rounds(n):\n"
        "    for _ in range(n):\n"
        "        _fast.scan(data, 0), _fast.scan(data, 1)\n"
        "rounds(1000)\n"
        "before = resident()\n"
        "rounds(10_000)\n"
        "print(resident() - before)\n"
    )
    assert int(out) < 500_000
