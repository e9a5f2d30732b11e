"""The counts of `go tool pprof -top` of a goroutine profile: how many goroutines are in a wait, and below which function of the program.

    Showing nodes accounting for 1203, 99.92% of 1204 total
          flat  flat%   sum%        cum   cum%
          1203 99.92% 99.92%       1203 99.92%  runtime.gopark
             0     0% 99.92%       1200 99.67%  main.(*store).get
             0     0% 99.92%       1200 99.67%  sync.(*Mutex).Lock (inline)

It adds functions up, so no stack can be made of it.  (google/pprof, internal/report/report.go: printText)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.records import NamedTuple

_TOTAL = re.compile(rb"% of (\d{1,18}) total")
_ROW = re.compile(rb"^ *\d{1,18} +[\d.]{1,12}% +[\d.]{1,12}% +(\d{1,18}) +[\d.]{1,12}%  ?(\S[^\r\n]{0,200})", re.MULTILINE)
# Functions in which a goroutine waits.
_WAITS = frozenset(
    (
        "sync.(*Mutex).Lock",
        "sync.(*RWMutex).Lock",
        "sync.(*RWMutex).RLock",
        "sync.(*WaitGroup).Wait",
        "sync.(*Cond).Wait",
        "internal/poll.runtime_pollWait",
        "runtime.chanrecv1",
        "runtime.chanrecv2",
        "runtime.chansend1",
        "runtime.selectgo",
    )
)
_OWN = re.compile(rb"main\.|[\w-]{1,100}\.[\w.-]{1,100}/")  # a package of a program: `main`, or one whose path begins with a host


class Top(NamedTuple):
    """The wait that most goroutines are in, and the function of the program that most are below."""

    total: int
    waiting: tuple[int, str]
    below: tuple[int, str]


def read_top(head: bytes) -> Top | None:
    """None where it names no known wait, or no function of the program."""
    total = _TOTAL.search(head)
    rows = list(_rows(head))
    waiting = max((row for row in rows if row[1] in _WAITS), default=None, key=_count)
    below = max((row for row in rows if _OWN.match(row[1].encode())), default=None, key=_count)
    return Top(int(total[1]), waiting, below) if total and waiting and below else None


def _rows(head: bytes) -> Iterator[tuple[int, str]]:
    for found in _ROW.finditer(head):
        yield int(found[1]), found[2].partition(b" (")[0].strip().decode("utf-8", "replace")


def _count(row: tuple[int, str]) -> int:
    return row[0]
