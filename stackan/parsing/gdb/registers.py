"""The lock that a thread waits for, where gdb was asked for the registers of a thread that glibc has put to sleep for it.

    [Switching to thread 2 (Thread 0x7fffd8ff9700 (LWP 24349))]
    #0  __lll_lock_wait () at ../nptl/sysdeps/unix/sysv/linux/x86_64/lowlevellock.S:135
    (gdb) info reg rdi r8
    rdi            0x7ffff6c296a0   140737333335712

On x86-64 `rdi` is the first argument of the system call `futex`: the word that is waited for, and a mutex begins with its word.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

from stackan.model.columns import UNKNOWN, Columns
from stackan.model.frames import frame_start
from stackan.model.printed import Lock, PrintedState
from stackan.parsing.gdb.sessions import read_switch

_RDI = re.compile(rb"^rdi {2,40}0x([0-9a-f]{1,16})\b", re.MULTILINE)
_SLEEPS = b"lll_lock_wait"
_LONGEST = 400  # bytes of a frame's line that are looked at


def read_registers(data: bytes, columns: Columns) -> Mapping[int, PrintedState]:
    """{thread row: the mutex that its registers show it to wait for}."""
    switches = [(start, lwp) for start in columns.note_start if (lwp := read_switch(data, start)) != UNKNOWN]
    starts = [start for start, _ in switches]
    rows = {lwp: row for row, lwp in enumerate(columns.thread_lwp)}
    states: dict[int, PrintedState] = {}
    seen: set[tuple[int, int]] = set()  # the first registers behind a thread and a switch are believed, and looked at once
    for match in _RDI.finditer(data):
        at, value = match.start(), int(match[1], 16)
        row, last = bisect_right(columns.thread_start, at) - 1, bisect_right(starts, at) - 1
        if (row, last) in seen or not value:
            continue
        seen.add((row, last))
        if last >= 0 and (row < 0 or starts[last] > columns.thread_start[row] or _is_at_prompt(data, columns.thread_start[row], at)):
            row = rows.get(switches[last][1], -1)
        if row >= 0 and _is_put_to_sleep(data, columns, row):
            line = columns.thread_line[row] + data.count(b"\n", columns.thread_start[row], at)
            states[row] = PrintedState("", line, Lock("mutex", value, line))
    return states


def _is_at_prompt(data: bytes, start: int, stop: int) -> bool:
    """Whether a further command was given behind a thread: its output is of the thread that gdb looks at."""
    return data.find(b"\n(gdb) ", start, stop) >= 0


def _is_put_to_sleep(data: bytes, columns: Columns, row: int) -> bool:
    if not columns.thread_frames[row]:
        return False
    start = frame_start(columns, columns.thread_first[row])
    return _SLEEPS in data[start : start + _LONGEST].partition(b"\n")[0]
