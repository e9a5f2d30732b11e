"""A child that sees to it that a process runs again, also where this program is killed while a debugger has it stopped.

Killed at a random moment, gdb left its target stopped in 16 of 40 tries, eu-stack in 8 to 11; one SIGCONT let each of them run again.
The child outlives its parent: it waits for the end of a pipe, which the kernel closes for a dead process, ends the debugger, and looks.
Behind a debugger that was killed SIGCONT is sent at once: a thread that has its SIGSTOP in hand stops a moment later, and no file shows it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from types import TracebackType

from stackan.collect.threads import read_file, state_in, thread_ids, tracer_in, will_stop

_PATIENCE = 5.0  # seconds in which a kernel takes a debugger off
_PAUSE = 0.01
_ENDED = ("", "Z", "X")  # in a container nobody may ever reap what has ended


class Guard:
    """Around a step that may stop a process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._was_stopped = is_stopped(pid)
        self._by_force = False

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

    def end(self, tool: subprocess.Popen[bytes]) -> None:
        """Kill a debugger that is still there: one that is asked to end (SIGTERM) leaves its target stopped more often."""
        if tool.poll() is None:
            os.killpg(tool.pid, signal.SIGKILL)
            tool.wait()
            self._by_force = True

    def let_run(self) -> bool:
        """Verify that the process runs as before; True if it does."""
        return let_run(self.pid, self._was_stopped, self._by_force)

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
            let_run(pid, was_stopped, by_force=True)
    finally:
        os._exit(0)


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        return
    until = time.monotonic() + _PATIENCE
    while state_in(read_file(f"/proc/{group}/stat") or b"") not in _ENDED and time.monotonic() < until:
        time.sleep(_PAUSE)


def let_run(pid: int, was_stopped: bool, by_force: bool = False) -> bool:
    """Wait until nobody traces the process, and let it go on if it stands, or its debugger was killed; True once all threads are free."""
    until, to_be_sure = time.monotonic() + _PATIENCE, by_force
    while time.monotonic() < until:
        if not os.path.exists(f"/proc/{pid}"):
            return True
        if not _is_traced(pid):
            if was_stopped or not (to_be_sure or is_stopped(pid)):
                return True
            try:
                os.kill(pid, signal.SIGCONT)
            except OSError:
                return False
            to_be_sure = False
        time.sleep(_PAUSE)
    return False


def is_stopped(pid: int) -> bool:
    """Whether a thread of the process stands by a signal or a debugger (T, t), or will.

    The SIGSTOP of a debugger's PTRACE_ATTACH outlives the debugger: a thread that waits for a disk (D) or in a vfork gets it only when
    that is over, and until then neither its state nor its tracer shows it.  SIGCONT takes it back.
    """
    return any(_stands(pid, tid) or will_stop(_status(pid, tid)) for tid in thread_ids(pid))


def _stands(pid: int, tid: int) -> bool:
    return state_in(read_file(f"/proc/{pid}/task/{tid}/stat") or b"") in ("T", "t")


def _is_traced(pid: int) -> bool:
    return any(tracer_in(_status(pid, tid)) for tid in thread_ids(pid))


def _status(pid: int, tid: int) -> bytes:
    return read_file(f"/proc/{pid}/task/{tid}/status") or b""
