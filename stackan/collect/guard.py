"""A child that sees to it that a process runs again, also where this program is killed while a debugger has it stopped.

Killed at a random moment, gdb left its target stopped in 16 of 40 tries, eu-stack in 8 to 11; one SIGCONT let each of them run again.
The child outlives its parent: it waits for the end of a pipe, which the kernel closes for a dead process, ends the debugger, and looks.
"""

from __future__ import annotations

import os
import re
import signal
import time
from types import TracebackType

from stackan.collect.threads import read_file, thread_ids

_PATIENCE = 5.0  # seconds in which a kernel takes a debugger off
_PAUSE = 0.01
_TRACER = re.compile(rb"^TracerPid:\s+(\d+)", re.MULTILINE)


class Guard:
    """Around a step that may stop a process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._was_stopped = is_stopped(pid)

    def __enter__(self) -> Guard:
        theirs, ours = os.pipe()
        self._child = os.fork()
        if not self._child:
            os.close(ours)
            _keep_watch(theirs, self.pid, self._was_stopped)
        os.close(theirs)
        self._words = open(ours, "wb", buffering=0)
        return self

    def watch(self, tool: int) -> None:
        """The debugger, which leads a process group of its own, is ended if this program is."""
        self._words.write(b"%d\n" % tool)

    def let_run(self) -> bool:
        """Verify that the process runs as before; True if it does."""
        return let_run(self.pid, self._was_stopped)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self.let_run()
        finally:
            self._words.write(b"done\n")
            self._words.close()
            os.waitpid(self._child, 0)


def _keep_watch(pipe: int, pid: int, was_stopped: bool) -> None:
    """The whole life of the child: it never returns."""
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        said = b""
        while piece := os.read(pipe, 4096):
            said += piece
        if not said.endswith(b"done\n"):
            for tool in said.split():
                _end(int(tool))
            let_run(pid, was_stopped)
    finally:
        os._exit(0)


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        return
    until = time.monotonic() + _PATIENCE
    while os.path.exists(f"/proc/{group}") and time.monotonic() < until:
        time.sleep(_PAUSE)


def let_run(pid: int, was_stopped: bool) -> bool:
    """Wait until nobody traces the process, and let it go on if it stands; True once all of its threads are free."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if not os.path.exists(f"/proc/{pid}"):
            return True
        if not _is_traced(pid):
            if was_stopped or not is_stopped(pid):
                return True
            try:
                os.kill(pid, signal.SIGCONT)
            except OSError:
                return False
        time.sleep(_PAUSE)
    return False


def is_stopped(pid: int) -> bool:
    """Whether a thread of the process stands by a signal or a debugger (T, t)."""
    return any(_state(pid, tid) in (b"T", b"t") for tid in thread_ids(pid))


def _state(pid: int, tid: int) -> bytes:
    stat = read_file(f"/proc/{pid}/task/{tid}/stat") or b""
    return stat.rpartition(b")")[2].split()[:1][0] if b")" in stat else b""


def _is_traced(pid: int) -> bool:
    found = (_TRACER.search(read_file(f"/proc/{pid}/task/{tid}/status") or b"") for tid in thread_ids(pid))
    return any(each is not None and each[1] != b"0" for each in found)
