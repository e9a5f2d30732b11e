"""Who waits for which lock, and who owns it, read from a live process without stopping it and without symbols.

The futex of a waiting thread is an argument of its system call; what lies around it says of which kind it is, and who has it.
Layouts: glibc 2.25 to 2.40 on x86-64 (nptl/, bits/struct_mutex.h, bits/struct_rwlock.h, pthreadtypes.h).
"""

from __future__ import annotations

from collections.abc import Iterable

from stackan.collect.owners.reading import View, take
from stackan.collect.owners.text import render

__all__ = ["View", "read", "take"]


def read(pids: Iterable[int]) -> dict[int, bytes]:
    """The text `waits.txt` of each process.  Raises PermissionError where the kernel refuses."""
    return {view.pid: render(view) for view in take(list(pids))}
