"""ptrace(2), as far as it stops one thread for a moment.

PTRACE_SEIZE and PTRACE_INTERRUPT leave nothing behind: no SIGSTOP is sent, and the kernel lets a tracee run on when its tracer
ends, however it ends.  (PTRACE_ATTACH leaves its target stopped if it is killed at the wrong moment.)  A tracer is a thread, not a
process: so threads are stopped by one that ends at once, and a tracee that has not come to its stop yet is free with it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import time
from functools import cache

from stackan.collect.unwind.rules import RA, RBP, RBX, RSP

_GETREGS, _DETACH, _SEIZE, _INTERRUPT = 12, 17, 0x4206, 0x4207
_WALL = 0x40000000  # __WALL: threads, too
_EVENT_STOP = 128  # PTRACE_EVENT_STOP
_SPIN, _NAP = 0.0002, 0.0001  # seconds: the stop comes within microseconds, unless the thread has no processor just now
_TERMINAL = (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
# struct user_regs_struct (sys/user.h), by DWARF's numbers
_ORDER = (15, 14, 13, 12, RBP, RBX, 11, 10, 9, 8, 0, 2, 1, 4, 5, None, RA, None, None, RSP)


class Gone(Exception):
    """The thread has ended."""


class NoStop(Exception):
    """The thread did not come to a stop in time: it stands in the kernel."""


@cache
def _call() -> ctypes._NamedFuncPointer:
    call = ctypes.CDLL(None, use_errno=True).ptrace
    call.restype = ctypes.c_long
    call.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    return call


def _ask(request: int, tid: int, data: object = None) -> None:
    if _call()(request, tid, None, data) < 0:
        failure = ctypes.get_errno()
        if failure == errno.ESRCH:
            raise Gone
        raise OSError(failure, os.strerror(failure))


def seize(tid: int) -> None:
    """Become the tracer; the thread runs on.  Raises Gone, or OSError where the kernel refuses."""
    _ask(_SEIZE, tid)


def stop(tid: int, until: float) -> tuple[int, float]:
    """Let it stand; the signal that it was just about to get, and when it still ran for sure.

    Raises Gone, or NoStop if it does not stand at that time.
    """
    ran = begun = time.monotonic()
    _ask(_INTERRUPT, tid)
    while True:
        now = time.monotonic()
        found, status = _wait(tid)
        if found:
            break
        ran = now
        if ran > until:
            raise NoStop
        if ran > begun + _SPIN:
            time.sleep(_NAP)
    if not os.WIFSTOPPED(status):
        raise Gone
    return (0 if status >> 16 == _EVENT_STOP else os.WSTOPSIG(status)), ran


def _wait(tid: int) -> tuple[int, int]:
    try:
        return os.waitpid(tid, os.WNOHANG | _WALL)
    except ChildProcessError:
        raise Gone from None


def release(tid: int, number: int = 0) -> None:
    """Let it run on, with the signal that it was about to get."""
    try:
        _ask(_DETACH, tid, number or None)
    except (Gone, OSError):
        return  # it has ended, or does not stand, and runs free when this thread ends


def registers(tid: int) -> dict[int, int]:
    """By DWARF's numbers."""
    buffer = (ctypes.c_ulonglong * 27)()
    _ask(_GETREGS, tid, ctypes.addressof(buffer))
    return {number: buffer[at] for at, number in enumerate(_ORDER) if number is not None}


def hold_stops() -> set[int]:
    """From now on this program does not stand by the keys of a terminal, as whoever stands keeps others standing; the mask as it was."""
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, _TERMINAL))


def set_mask(mask: set[int]) -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
