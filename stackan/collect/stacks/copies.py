"""Registers and stacks, copied out of a process."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from stackan.collect.threads import Look
from stackan.collect.unwind.modules import Modules


@dataclass(frozen=True)
class Copy:
    """One thread, as it stood at one moment."""

    registers: Mapping[int, int]  # by DWARF's numbers; of a thread that was not stopped only stack pointer and place
    base: int  # the address of the stack's first byte
    stack: bytes
    look: Look | None = None  # of a thread that stood by itself

    def word(self, address: int) -> int | None:
        """A word of the stack; None outside of what was copied."""
        at = address - self.base
        return struct.unpack_from("<Q", self.stack, at)[0] if 0 <= at <= len(self.stack) - 8 else None


@dataclass
class Copies:
    """All threads of a process, none of them at the same moment as another."""

    pid: int
    modules: Modules
    threads: dict[int, Copy] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)  # threads that were not taken, and why
    runs: bool = True  # behind it the process ran as before
    pauses: list[float] = field(default_factory=list)  # seconds for which each thread that was stopped stood

    @property
    def longest_pause(self) -> float:
        return max(self.pauses, default=0.0)
