"""Live programs that hang in known ways, built from programs/lab.c."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

PROGRAMS = Path(__file__).parent / "programs"


class Truth(NamedTuple):
    """What a program says of one of its threads."""

    waiter: int
    holder: int  # 0 where nobody is recorded
    kind: str


class Program(NamedTuple):
    """A program whose threads stand where they will stand."""

    pid: int
    truths: list[Truth]


Build = Callable[..., Path]
Start = Callable[..., Program]


# A debugger of the worst kind: PTRACE_ATTACH, whose SIGSTOP outlives it, and no end of its own.  It writes down
# the process, itself, and its priorities for processor and disk.
_ATTACHES = """#!{python}
import ctypes, os, sys, time
pid = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 0)
if pid:
    ctypes.CDLL(None).ptrace(16, pid, None, None)
    with open({notes!r}, "a") as notes:
        notes.write(f"{{pid}} {{os.getpid()}} {{os.nice(0)}} {{ctypes.CDLL(None).syscall(252, 1, 0) >> 13 & 3}}\\n")  # ioprio_get
    time.sleep(600)
"""


class Debugger(NamedTuple):
    """What stands in for gdb, or another one, in a folder that comes first in PATH."""

    folder: Path
    program: Path
    notes: Path

    def stand_in_for(self, tool: str) -> None:
        """Be another debugger."""
        self.program.rename(self.folder / tool)

    def attached(self) -> list[int]:
        """Its processes that have attached so far."""
        return [int(line.split()[1]) for line in self.notes.read_text().splitlines()] if self.notes.exists() else []


@pytest.fixture
def debugger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Debugger:
    """A gdb that stops its target and never lets go."""
    found = Debugger(tmp_path / "bin", tmp_path / "bin" / "gdb", tmp_path / "notes")
    found.folder.mkdir()
    found.program.write_text(_ATTACHES.format(python=sys.executable, notes=str(found.notes)), encoding="utf-8")
    found.program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{found.folder}:{os.environ['PATH']}")
    return found


def _compiler_of(program: Path, compiler: str) -> str:
    if program.suffix == ".c":
        return compiler
    for_cpp = shutil.which("c++") or shutil.which("g++")
    if for_cpp is None:
        pytest.skip("no compiler of C++, which builds the programs that hang")
    return for_cpp


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The lab, built with these flags of the compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler, which builds the programs that hang")
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("the layouts of locks are those of Linux on x86-64")
    folder, known = tmp_path_factory.mktemp("lab"), dict[tuple[str, str], Path]()

    def built(flags: str, source: str = "lab") -> Path:
        if (flags, source) not in known:
            target = folder / f"{source}{len(known)}"
            program = next(PROGRAMS.glob(f"{source}.c*"))
            subprocess.run([_compiler_of(program, compiler), *flags.split(), "-w", "-pthread", "-o", target, program], check=True)
            known[flags, source] = target
        return known[flags, source]

    return built


@pytest.fixture
def start(build: Build) -> Iterator[Start]:
    """Start the lab in one of its ways to hang; all are ended behind the test."""
    running: list[subprocess.Popen[str]] = []

    def started(name: str, flags: str = "-O2", source: str = "lab", program: Path | None = None, within: Sequence[str] = ()) -> Program:
        command = [*within, program or build(flags, source), name]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        running.append(process)
        assert process.stdout is not None
        truths = []
        for line in process.stdout:
            if line.strip() == "ready":
                break
            _, waiter, holder, kind = line.split()
            truths.append(Truth(int(waiter), int(holder), kind))
        return Program(process.pid, truths)

    yield started
    for process in running:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextlib.contextmanager
def unstoppable(build: Build) -> Iterator[subprocess.Popen[str]]:
    """A process that gets no signal until its standard input ends: it is the parent of a vfork."""
    with subprocess.Popen([build("-O2", "frames"), "vfork"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()
            assert process.stdin is not None
            process.stdin.close()  # its child ends, and it with it


@pytest.fixture
def apart() -> list[str]:
    """The command that starts a program in a pid namespace of its own."""
    command = ["unshare", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no right to make a pid namespace")
    return command
