"""How fast a log is looked through for its events, beside `grep -c DSC` on the same file, and in how much memory.

Full size is 1 GB on disk: of that, stackan may take eight times the CPU of grep, and 100 MiB of memory.
"""

from __future__ import annotations

import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

import pytest
from conftest import FULL
from generate_logs import FAULT, write_log

SIZE = 1_000_000_000 if FULL else 16_000_000
MOST_TIMES_GREP = 8
MOST_MEMORY = 100  # MiB
# `ru_maxrss` of a process begins with that of the one that has started it.
_PROGRAM = """
import json, resource, sys
from stackan.pipeline import load
[log] = load(sys.argv[1]).logs
usage = resource.getrusage(resource.RUSAGE_SELF)
own = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")] if sys.platform == "linux" else [0]
print(json.dumps([usage.ru_utime + usage.ru_stime, own[0], [[event.kind, event.line] for event in log.events], log.extent.lines]))
"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("program", FAULT)
def test_events_of_a_large_log(benchmark, tmp_path, program, encoding):
    path = tmp_path / "dm_NODE0_202405.log"
    with path.open("wb") as file:
        events = write_log(file, SIZE, seed=7, program=program, encoding=encoding)
    try:
        output = benchmark.pedantic(_run, (path,), rounds=1)
        cpu, memory, told, _ = json.loads(output)
        grep = _cpu_of_grep(path)
        benchmark.extra_info.update({"CPU s": round(cpu, 2), "MiB": memory >> 10})
        assert [tuple(each) for each in told] == events
        assert memory >> 10 < MOST_MEMORY
        if grep is not None and FULL:
            benchmark.extra_info["times grep"] = round(cpu / grep, 1)
            assert cpu < MOST_TIMES_GREP * grep
    finally:
        path.unlink()


def _run(path: pathlib.Path) -> str:
    return subprocess.run([sys.executable, "-c", _PROGRAM, path], check=True, capture_output=True, text=True).stdout


def _cpu_of_grep(path: pathlib.Path) -> float | None:
    """Seconds of the CPU, the least of three; None where there is no grep."""
    if shutil.which("grep") is None:
        return None
    return min(_cpu_of(["grep", "-c", "DSC", os.fspath(path)]) for _ in range(3))


def _cpu_of(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
