"""Threads that stand in a system call, copied without touching them: the kernel shows their stack pointer and their place.

Believed only if the thread executed nothing meanwhile: it stands in the same call, and never got a processor.
"""

from __future__ import annotations

import struct

from stackan.collect.maps import Maps
from stackan.collect.memory import Memory
from stackan.collect.stacks.copies import Copy
from stackan.collect.threads import glance, read_call
from stackan.collect.unwind.rules import RA, RSP

LARGEST = 256 << 10  # bytes of a stack
UNKNOWN = 64 << 10  # the same of one in memory that the table of mappings did not have yet
_TRIES = 3
_PAGE = 4096
_MOST_PAGES = 512


def copy_blocked(pid: int, tid: int, memory: Memory, maps: Maps) -> Copy | None:
    """None where the thread runs.  Raises ProcessLookupError where it is gone, PermissionError where it may not be read."""
    before = glance(pid, tid)
    for _ in range(_TRIES):
        call = read_call(before.syscall.decode("ascii", "replace"))
        if call is None:
            return None
        stack = memory.read_some(call.stack_pointer, stack_size(maps, call.stack_pointer))
        if not stack:  # of a thread that has ended the kernel shows zeros
            return None
        after = glance(pid, tid)
        if after == before:
            return Copy({RSP: call.stack_pointer, RA: call.program_counter}, call.stack_pointer, stack, before)
        before = after
    return None


def stack_size(maps: Maps, stack_pointer: int) -> int:
    """How much there is above a stack pointer, as far as it is worth reading."""
    mapping = maps.at(stack_pointer)
    return min(mapping.stop - stack_pointer, LARGEST) if mapping is not None else UNKNOWN


class Beyond:
    """The stack of a thread that still stands, also where nothing was copied: a very deep one, or one that a signal has left."""

    def __init__(self, pid: int, tid: int, copy: Copy) -> None:
        self._pid = pid
        self._tid = tid
        self._copy = copy
        self._memory = Memory(pid)
        self._pages: dict[int, bytes] = {}
        self.is_missed = False  # what was asked for lies behind a copy that is not whole

    def word(self, address: int) -> int | None:
        found = self._copy.word(address)
        if found is not None:
            return found
        if self._copy.look is None or address % 8:
            self.is_missed = self.is_missed or len(self._copy.stack) >= LARGEST
            return None
        start = address // _PAGE * _PAGE
        if start not in self._pages:
            if len(self._pages) >= _MOST_PAGES:
                return None
            self._pages[start] = self._memory.read(start, _PAGE) or b""
        page = self._pages[start]
        return struct.unpack_from("<Q", page, address - start)[0] if page else None

    def is_true(self) -> bool:
        """Whether the thread has stood all the time."""
        try:
            return not self._pages or glance(self._pid, self._tid) == self._copy.look
        except (ProcessLookupError, PermissionError):
            return False
