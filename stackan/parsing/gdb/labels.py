"""The process's id that a script writes before a stack, where the stack itself names nobody.

    4893                                                                            for p in …; do echo $p; pstack $p; done
    #0  0x00007f31b01ad790 in sem_wait () from /lib64/libpthread.so.0
    #1  0x000000000045a1b8 in ngx_shmtx_lock ()

pstack prints no header for the only thread of a process.
"""

from __future__ import annotations

from itertools import pairwise

from stackan.model.columns import UNKNOWN, Columns
from stackan.model.expressions import expression
from stackan.parsing.gdb.commands import is_outside

_LONGEST = 160  # bytes of a label
_LABEL = expression(
    rb"\A[^\w\n]{0,32}(?P<word>(?:\w{1,16} ){0,2}(?:pid|PID|Pid|process|Process|[pg]?stack|eu-stack -p|gdb -p)[^\w\n]{1,4})?"
    rb"(?P<pid>\d{1,7})(?:[^\w\n]{0,32}|[:)] ?[^\n]{0,96}|[ \t]+\(?/?[a-zA-Z][^\n]{0,96})$"
)


def find_labels(data: bytes, columns: Columns) -> dict[int, int]:
    """{start of a line right before a block of frames without a header: the process that it names}.

    All blocks have one, but those that stand right behind another: further threads.  Bare numbers that count from one are rounds.
    """
    labels: dict[int, int] = {}
    worded = True
    for row, lwp in enumerate(columns.thread_lwp):
        if lwp != UNKNOWN or columns.thread_number[row] != UNKNOWN or columns.thread_pthread[row]:
            return {}
        stop = columns.thread_start[row]
        start = _line_before(data, columns.thread_stop[row - 1] if row else 0, stop)
        if start < 0:
            if not row:
                return {}
            continue
        match = _LABEL.match(data[start:stop].strip()) if is_outside(columns, start) else None
        if match is None:
            return {}
        worded = worded and match["word"] is not None
        labels[start] = int(match["pid"])
    numbers = list(labels.values())
    return {} if not worded and (len(numbers) < 2 or _count(numbers)) else labels


def _line_before(data: bytes, start: int, stop: int) -> int:
    """Where the last line that is not blank begins, or -1."""
    text = data[max(start, stop - 2 * _LONGEST) : stop].rstrip()
    if not text.strip():
        return -1
    return stop - len(data[max(start, stop - 2 * _LONGEST) : stop]) + text.rfind(b"\n") + 1


def _count(numbers: list[int]) -> bool:
    return numbers[0] in (0, 1) and all(after == before + 1 for before, after in pairwise(numbers))
