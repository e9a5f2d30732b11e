"""The debuggers that may take stacks, in the order in which they are tried; each stops its target, so each runs under a guard."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import NamedTuple

from stackan.collect.guard import Guard


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
        Tool("py-spy", lambda pid: ["py-spy", "dump", "--pid", str(pid)], False, (b"Permission Denied", b"Error: ")),
        Tool("jcmd", lambda pid: ["jcmd", str(pid), "Thread.print", "-l"], True, (b"AttachNotSupportedException", b"Exception")),
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
    with tempfile.TemporaryFile() as output, Guard(pid) as guard:
        try:
            process = subprocess.Popen(
                tool.command(pid), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            return Taken(str(error).encode(), 127, time.monotonic() - begun, 0.0, True)
        guard.watch(process.pid)
        try:
            status: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # a debugger that is asked to end (SIGTERM) leaves its target stopped more often
                process.wait()
        guard.let_run()
        seconds = time.monotonic() - begun
        output.seek(0)
        text = output.read()
    return Taken(text, status, seconds, seconds if tool.instant else None, any(words in text[:4096] for words in tool.refusals))
