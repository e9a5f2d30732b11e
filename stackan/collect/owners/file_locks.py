"""Who has the lock of a file for which a thread waits, by the kernel's own table, /proc/locks.

1: FLOCK  ADVISORY  WRITE 4310 fe:01:131073 0 EOF
1: -> FLOCK  ADVISORY  WRITE 4242 fe:01:131073 0 EOF      4242 waits for it

The table names processes, not threads; fcntl(2) refuses to close a circle, flock(2) and locks of open file descriptions do not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property

from stackan.collect.owners.waits import Wait
from stackan.collect.threads import Call, read_file, thread_ids

_FLOCK, _FCNTL = 73, 72  # of x86-64
_WAITING = (7, 38)  # F_SETLKW, F_OFD_SETLKW


class FileLocks:
    """The table, as it is when it is first looked into."""

    def find(self, pid: int, call: Call) -> Wait | None:
        """The lock of a file that a thread waits for; None in another call."""
        if call.number != _FLOCK and not (call.number == _FCNTL and call.arguments[1] in _WAITING):
            return None
        descriptor = call.arguments[0] & 0xFFFFFFFF
        try:
            status = os.stat(f"/proc/{pid}/fd/{descriptor}")
        except OSError:
            return None
        file = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        holders = self._holders.get((pid, file), ())
        wait = Wait("file", 0, mode="lock", how="kernel-table", descriptor=descriptor)
        if len(holders) != 1 or holders[0] <= 0:  # 0: of another pid namespace; -1: whoever has the open file description
            return wait
        (threads,) = (thread_ids(holder) for holder in holders)
        return wait._replace(keeper=(holders[0], threads[0] if len(threads) == 1 else 0))

    @cached_property
    def _holders(self) -> dict[tuple[int, str], tuple[int, ...]]:
        """{(process that waits, file): processes that have the lock}"""
        having: dict[str, list[int]] = {}
        waiting: list[tuple[str, int, str]] = []
        for number, waits, pid, file in _rows():
            if waits:
                waiting.append((number, pid, file))
            else:
                having.setdefault(number, []).append(pid)
        return {(pid, file): tuple(dict.fromkeys(having.get(number, ()))) for number, pid, file in waiting}


def _rows() -> Iterator[tuple[str, bool, int, str]]:
    """(number of the lock, whether it is waited for, process, file)"""
    try:
        text = read_file("/proc/locks") or b""
    except OSError:
        return
    for line in text.decode("ascii", "replace").splitlines():
        number, *words = line.split()
        waits = words[:1] == ["->"]
        words = words[waits:]
        if len(words) >= 5 and words[3].lstrip("-").isdecimal():
            yield number, waits, int(words[3]), words[4]
