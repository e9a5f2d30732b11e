"""CPU time and peak memory of commands, and of work inside of a fresh interpreter; always the median of some rounds."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import NamedTuple

# A small process starts the command: the system counts what its parent held when it was started as its peak, too.
_LAUNCHER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
STACKAN = (sys.executable, "-m", "stackan")


class Used(NamedTuple):
    """The work of one command."""

    seconds: float  # CPU, of the whole command
    peak: float  # MiB


def run(command: Sequence[object], rounds: int) -> Used:
    """The medians of that many rounds; the first one, which may have to read from a disk, does not count."""
    found = [_run([*map(str, command)]) for _ in range(rounds + 1)][1:]
    return Used(median(each.seconds for each in found), median(each.peak for each in found))


def _run(command: list[str]) -> Used:
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, *command], stdout=subprocess.PIPE, text=True, check=True, env=_installed()
    )
    seconds, peak = done.stdout.split()
    return Used(float(seconds), int(peak) / 1024)


@cache
def _installed() -> dict[str, str]:
    """The environment of programs whose byte code is kept, as that of installed ones is: pip compiles them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if "PYTHONDONTWRITEBYTECODE" in os.environ:
        _folders.append(tempfile.TemporaryDirectory())
        kept["PYTHONPYCACHEPREFIX"] = _folders[0].name
    return kept


_folders: list[tempfile.TemporaryDirectory[str]] = []  # which go when the program ends


def run_inside(prepare: str, work: str, rounds: int, *arguments: object) -> float:
    """CPU seconds of a statement in an interpreter of its own; `prepare` is run before each round and does not count."""
    code = (
        "import sys, time\nfrom statistics import median\nfound = []\n"
        f"for _ in range({rounds}):\n"
        + "".join(f"    {line}\n" for line in prepare.splitlines())
        + f"    start = time.process_time()\n    {work}\n    found.append(time.process_time() - start)\nprint(median(found))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)
