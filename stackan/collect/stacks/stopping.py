"""Threads that run, stopped one at a time, each for as long as it takes to copy its registers and its stack."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from stackan.collect.maps import Maps
from stackan.collect.memory import Memory
from stackan.collect.stacks import ptrace
from stackan.collect.stacks.blocked import stack_size
from stackan.collect.stacks.copies import Copies, Copy
from stackan.collect.unwind.rules import RSP
from stackan.model.said import said

_PIECE = 32 << 10  # bytes: memory that was swapped out comes slowly, and between two pieces there is a look at the clock
_PATIENCE = 1.0  # seconds in which a thread gets a processor on which it may stop; it runs until then


def copy_running(tids: Sequence[int], copies: Copies, memory: Memory, maps: Maps, max_pause: float, until: float) -> None:
    """Put these threads into the copies, or say of each why it was not taken.  None is stopped any more behind it."""
    mask = ptrace.hold_stops()
    try:
        left = list(tids)
        while left:
            stopper = _Stopper(left, copies, memory, maps, max_pause, until)
            stopper.start()
            try:
                stopper.join()
            finally:
                stopper.is_over = True  # also on Ctrl-C: it ends behind the thread that it has in hand
                stopper.join()
            left = stopper.left
    finally:
        ptrace.set_mask(mask)


class _Stopper(threading.Thread):
    """The tracer.  When it ends, the kernel frees all that it traces, also a thread that never came to its stop."""

    def __init__(self, tids: list[int], copies: Copies, memory: Memory, maps: Maps, max_pause: float, until: float) -> None:
        super().__init__(name="stopper", daemon=True)
        self.left = tids
        self.is_over = False
        self._copies = copies
        self._memory = memory
        self._maps = maps
        self._max_pause = max_pause
        self._until = until

    def run(self) -> None:
        """All threads, or up to one that did not stop: this tracer has to end for it."""
        _hurry()
        while self.left and not self.is_over:
            tid, *self.left = self.left
            try:
                self._take(tid)
            except ptrace.Gone:
                continue
            except ptrace.NoStop:
                self._copies.missing[tid] = said("it did not come to a stop")
                return
            except OSError as error:
                self._copies.missing[tid] = said("it may not be stopped ({reason})", reason=error.strerror or "EPERM")

    def _take(self, tid: int) -> None:
        if time.monotonic() > self._until:
            self._copies.missing[tid] = said("there was no time left for it")
            return
        ptrace.seize(tid)
        signal, ran = 0, 0.0
        try:
            signal, ran = ptrace.stop(tid, time.monotonic() + _PATIENCE)
            copy = self._copy(tid, time.monotonic() + self._max_pause)
        finally:
            ptrace.release(tid, signal)
            if ran:
                self._copies.pauses.append(time.monotonic() - ran)
        self._copies.threads[tid] = copy

    def _copy(self, tid: int, until: float) -> Copy:
        """Registers, and as much of the stack as there is time for."""
        registers = ptrace.registers(tid)
        base = registers[RSP]
        stop, parts = base + stack_size(self._maps, base), list[bytes]()
        while base < stop and time.monotonic() < until:
            part = self._memory.read_some(base, min(_PIECE, stop - base))
            parts.append(part)
            base += len(part)
            if len(part) < _PIECE:
                break
        return Copy(registers, registers[RSP], b"".join(parts))


def _hurry() -> None:
    """This thread alone goes before others, as far as that is allowed: while it waits for a processor, somebody stands."""
    me = threading.get_native_id()
    try:
        os.sched_setscheduler(me, os.SCHED_RR, os.sched_param(1))
    except OSError:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, me, 0)
