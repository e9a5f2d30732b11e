"""Threads that stand in a system call, copied without touching them: the kernel shows their stack pointer and their place.

Believed only if the thread executed nothing meanwhile: it stands in the same call, and never got a processor.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from stackan.collect.maps import Maps
from stackan.collect.memory import Memory
from stackan.collect.stacks.copies import Copy
from stackan.collect.threads import read_call, read_file
from stackan.collect.unwind.rules import RA, RSP

LARGEST = 256 << 10  # bytes of a stack
UNKNOWN = 64 << 10  # the same of one in memory that the table of mappings did not have yet
_TRIES = 3
_SWITCHES = re.compile(rb"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)


class Look(NamedTuple):
    """What a thread does not change while it stands."""

    syscall: bytes
    switches: tuple[bytes, ...]


def copy_blocked(pid: int, tid: int, memory: Memory, maps: Maps) -> Copy | None:
    """None where the thread runs, or will not stand still; ProcessLookupError where it is gone; PermissionError where it may not be read."""
    before = _look(pid, tid)
    for _ in range(_TRIES):
        call = read_call(before.syscall.decode("ascii", "replace"))
        if call is None:
            return None
        stack = memory.read_some(call.stack_pointer, stack_size(maps, call.stack_pointer))
        after = _look(pid, tid)
        if after == before:
            return Copy({RSP: call.stack_pointer, RA: call.program_counter}, call.stack_pointer, stack)
        before = after
    return None


def stack_size(maps: Maps, stack_pointer: int) -> int:
    """How much there is above a stack pointer, as far as it is worth reading."""
    mapping = maps.at(stack_pointer)
    return min(mapping.stop - stack_pointer, LARGEST) if mapping is not None else UNKNOWN


def _look(pid: int, tid: int) -> Look:
    syscall, status = (read_file(f"/proc/{pid}/task/{tid}/{name}") for name in ("syscall", "status"))
    if syscall is None or status is None:
        raise ProcessLookupError
    return Look(syscall, tuple(_SWITCHES.findall(status)))
