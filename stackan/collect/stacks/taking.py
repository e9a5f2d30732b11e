"""All threads of a process, copied: those that are blocked as they stand, and then, if it is allowed, those that run."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from stackan.collect.guard import is_stopped, let_run
from stackan.collect.maps import Maps, read_maps
from stackan.collect.memory import Memory
from stackan.collect.stacks.blocked import copy_blocked
from stackan.collect.stacks.copies import Copies
from stackan.collect.threads import read_file, state_in, thread_ids
from stackan.collect.unwind.modules import open_modules
from stackan.errors import InputError
from stackan.model.said import said

_MACHINE = "x86_64"
_HEAD = b"\x7fELF\x02\x01"  # 64 bits, little-endian
_MOST_AT_ONCE = 256 << 20  # bytes of copied stacks
_SECOND_LOOKS = (0.002, 0.01, 0.03)  # seconds before looking again: most threads that run stand a moment later
_ZOMBIE = ("Z", "X")


def take(pid: int, *, attach: bool, max_pause: float = 0.05, timeout: float = 60.0) -> Copies:
    """Copy registers and stacks.  Without `attach` nothing is stopped, and threads that run are missing.

    max_pause: seconds for which a thread may stand, one at a time; what is not copied by then is left out.
    timeout: seconds after which no more threads are stopped.
    Raises InputError where the process cannot be read so.  It never leaves a thread stopped.
    """
    until = time.monotonic() + timeout
    alive = _living(pid)
    _check_machine(alive)
    memory = Memory(alive)
    try:
        maps = read_maps(alive)
        copies = Copies(pid, open_modules(alive, maps, memory))
        running = _copy_blocked_ones(copies, thread_ids(pid), memory, maps)
        for delay in _SECOND_LOOKS[: 1 if attach else None]:
            if running:
                time.sleep(delay)
                running = _copy_blocked_ones(copies, running, memory, maps)
    except PermissionError as error:
        reason = error.strerror or "EPERM"
        raise InputError(said("the memory of process {pid} may not be read ({reason})", pid=pid, reason=reason)) from error
    if attach and running:
        from stackan.collect.stacks.stopping import copy_running

        stood = is_stopped(pid)
        copy_running(running, copies, memory, maps, max_pause, until)
        if copies.pauses:
            copies.runs = let_run(pid, stood)
    else:
        copies.missing.update(dict.fromkeys(running, said("it runs, and nothing was to be stopped")))
    if not copies.threads and (attach or not copies.missing):
        raise InputError(said("no stack of process {pid} could be copied", pid=pid))
    return copies


def _living(pid: int) -> int:
    """A thread that shows the memory of its process: the main thread may have ended while others go on."""
    return next((tid for tid in (pid, *thread_ids(pid)) if _has_program(tid)), pid)


def _has_program(tid: int) -> bool:
    try:
        return bool(os.readlink(f"/proc/{tid}/exe"))
    except PermissionError:
        return True
    except OSError:
        return False


def _check_machine(pid: int) -> None:
    try:
        with open(f"/proc/{pid}/exe", "rb") as file:
            head = file.read(len(_HEAD))
    except PermissionError as error:
        raise InputError(
            said("the program of process {pid} may not be read ({reason})", pid=pid, reason=error.strerror or "EPERM")
        ) from error
    except OSError as error:
        raise InputError(said("process {pid} has ended, or has no program", pid=pid)) from error
    if os.uname().machine != _MACHINE or head != _HEAD:
        raise InputError(said("process {pid} is not of x86-64, for which alone stacks are unwound here", pid=pid))


def _copy_blocked_ones(copies: Copies, tids: Sequence[int], memory: Memory, maps: Maps) -> list[int]:
    """Copy those of the threads that stand; the others."""
    running, room = list[int](), _MOST_AT_ONCE - sum(len(copy.stack) for copy in copies.threads.values())
    for tid in tids:
        try:
            copy = copy_blocked(copies.pid, tid, memory, maps) if room > 0 else None
        except ProcessLookupError:
            continue
        if copy is not None:
            copies.threads[tid] = copy
            room -= len(copy.stack)
        elif room <= 0:
            copies.missing[tid] = said("the stacks before it are too large")
        elif not _has_ended(copies.pid, tid):
            running.append(tid)
    return running


def _has_ended(pid: int, tid: int) -> bool:
    """Also a main thread that has ended while others go on."""
    stat = read_file(f"/proc/{pid}/task/{tid}/stat")
    return stat is None or state_in(stat) in _ZOMBIE
