"""The debuggers that may take stacks, in the order in which they are tried; each stops its target, so each runs under a guard."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import IO

from stackan.collect.guard import Guard
from stackan.collect.threads import read_file
from stackan.model.records import NamedTuple


class Tool(NamedTuple):
    """A program that prints the stacks of a process."""

    name: str
    command: Callable[[int], list[str]]
    instant: bool  # it stops all threads at one moment
    refusals: tuple[bytes, ...]  # words by which it says that it could not look; some exit 0 with them

    @property
    def path(self) -> str | None:
        return shutil.which(self.name)


class Taken(NamedTuple):
    """What a tool left."""

    text: bytes
    exit: int | None  # None where it was ended at its time limit
    seconds: float
    pause: float | None
    refused: bool
    runs: bool = True  # the process runs as before

    @property
    def shows(self) -> bool:
        """Whether there are stacks in the text; some tools end well where they could not look."""
        has_frames = b"#0" in self.text or b"\tat " in self.text
        return self.text.strip() != b"" and not self.refused and (has_frames or not self.exit)


_PTRACE = (b"ptrace: Operation not permitted", b"Operation not permitted", b"Could not attach", b"already traced by process")

TOOLS = {
    tool.name: tool
    for tool in (
        Tool("eu-stack", lambda pid: ["eu-stack", "-p", str(pid)], False, (*_PTRACE, b": Permission denied")),
        Tool(
            "gdb",
            lambda pid: [
                *("gdb", "-nx", "-batch", "-iex", "set auto-load off", "-iex", "set debuginfod enabled off", "-ex", "set pagination off"),
                *("-ex", "set width 0", "-ex", "thread apply all bt", "-p", str(pid)),
            ],
            True,
            _PTRACE,
        ),
        Tool("pstack", lambda pid: ["pstack", str(pid)], True, _PTRACE),
        Tool(
            "lldb",
            lambda pid: ["lldb", "--batch", "-p", str(pid), "-o", "thread backtrace all", "-o", "detach"],
            True,
            (b"error: attach failed",),
        ),
        Tool("py-spy", lambda pid: ["py-spy", "dump", "--nonblocking", "--pid", str(pid)], False, (b"Permission Denied",)),
        Tool("jcmd", lambda pid: ["jcmd", str(pid), "Thread.print", "-l"], True, (b"AttachNotSupportedException",)),
    )
}


def version_of(tool: Tool) -> str | None:
    """The first line of what it says of itself."""
    try:
        done = subprocess.run([tool.name, "--version"], capture_output=True, timeout=10, stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (done.stdout or done.stderr).decode("utf-8", "replace").strip().partition("\n")[0][:120] or None


def take(tool: Tool, pid: int, timeout: float) -> Taken:
    """Run a tool on a process; behind it the process runs as before, whatever became of the tool or of this program."""
    begun = time.monotonic()
    status: int | None = None
    process: subprocess.Popen[bytes] | None = None
    with tempfile.TemporaryFile() as output, Guard(pid) as guard:
        try:
            with _signals_held():  # between its start and the guard's knowing of it; what was held comes as this ends
                process = _start(tool.command(pid), output)
                guard.watch(process.pid)
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        except OSError as error:
            return Taken(str(error).encode(), 127, time.monotonic() - begun, 0.0, True)
        finally:
            if process is not None:
                guard.end(process)
        runs = guard.let_run()
        seconds = time.monotonic() - begun
        output.seek(0)
        text = output.read()
    return Taken(text, status, seconds, seconds if tool.instant else None, any(words in text[:4096] for words in tool.refusals), runs)


def _start(command: list[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_let_signals_through,
        env={name: value for name, value in os.environ.items() if name != "DEBUGINFOD_URLS"},  # nothing is fetched, and nothing told
    )


_HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _let_signals_through() -> None:
    """A tool would inherit what is held."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD)


def fits(name: str, pid: int) -> bool:
    """Whether a process is one of a run-time's tool: jcmd sends SIGQUIT to it, which ends whoever is no JVM."""
    return name not in _OF_RUN_TIMES or name in run_time_tools(pid)


_OF_RUN_TIMES = frozenset(("jcmd", "py-spy"))


def run_time_tools(pid: int) -> list[str]:
    """The tools of the run-time that a process is, by the libraries that it has loaded."""
    try:
        program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
            maps = file.read()
    except OSError:
        return []
    found = ["jcmd"] if "libjvm.so" in maps and _catches(pid, signal.SIGQUIT) else []
    return [*found, "py-spy"] if program.startswith("python") or "libpython3" in maps else found


def _catches(pid: int, number: signal.Signals) -> bool:
    found = _CAUGHT.search(read_file(f"/proc/{pid}/status") or b"")
    return found is not None and bool(int(found[1], 16) >> (number - 1) & 1)


_CAUGHT = re.compile(rb"^SigCgt:\s+([0-9a-f]{1,16})", re.MULTILINE)
