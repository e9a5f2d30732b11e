"""The objects that a thread waits for, as py-spy and pystack show them among a frame's variables (`--locals`).

    Thread.join (threading.py:1112)
        Arguments:
            self: <Thread at 0x7f99e606ac10>

A thread that is joined names itself the same way in its outermost frame, `Thread._bootstrap`.  A lock has no such line: neither
tool prints which of a frame's variables is being taken, and which thread holds it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from stackan.model.place import LOCALS
from stackan.model.printed import Lock, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each

# {(end of the file's name, function without its class): what `self` is there}
_WAITS = {
    (b"threading.py", b"wait"): {b"Condition": "condition", b"Event": "condition", b"Barrier": "barrier"},
    (b"threading.py", b"acquire"): {b"Semaphore": "semaphore", b"BoundedSemaphore": "semaphore"},
    (b"threading.py", b"_wait_for_tstate_lock"): {b"Thread": "thread"},
    (b"threading.py", b"join"): {b"Thread": "thread"},
    (b"queue.py", b"get"): {b"Queue": "condition", b"LifoQueue": "condition", b"PriorityQueue": "condition"},
    (b"queue.py", b"put"): {b"Queue": "semaphore"},
    (b"futures/_base.py", b"result"): {b"Future": "future"},
    (b"futures/_base.py", b"exception"): {b"Future": "future"},
}
_START = (b"threading.py", b"_bootstrap")
_BY_NAME: dict[bytes, list[tuple[bytes, bytes]]] = {}  # the same by their functions
for _known in (*_WAITS, _START):
    _BY_NAME.setdefault(_known[1], []).append(_known)


@once_each
def _place(frame: bytes) -> tuple[bytes, bytes] | None:
    """The one of these functions that a frame is in, of which the function and the location are lines."""
    function, _, location = frame.partition(b"\n")
    file = location.rpartition(b":")[0]
    return next((each for each in _BY_NAME.get(function.rpartition(b".")[2], ()) if file.endswith(each[0])), None)


class Objects:
    """Objects among the variables of the threads' frames, gathered while the frames are read."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._thread = -1
        self._frame: tuple[bytes, bytes] | None = None
        self._waits = True  # whether only functions that wait are further in
        self._awaited: dict[int, Lock] = {}
        self._own: dict[int, int] = {}  # {row of a thread: address of its Thread}

    def frame(self, function: bytes, location: bytes) -> None:
        """A frame of Python code was read."""
        row = len(self._builder.columns.thread_lwp) - 1
        if row != self._thread:
            self._thread, self._waits = row, True
        self._frame = _place(function + b"\n" + location)
        if self._frame is None or self._frame == _START:
            if self._builder.outermost_first:
                self._awaited.pop(row, None)
            else:
                self._waits = False

    def variable(self, text: bytes) -> None:
        """A line of that frame's variables was read."""
        name, _, value = text.strip().partition(b": <")
        kind, _, digits = value.removesuffix(b">").partition(b" at 0x")
        if name != b"self" or self._frame is None or not 0 < len(digits) <= 16 or digits.strip(b"0123456789abcdef"):
            return
        if self._frame == _START:
            self._own[self._thread] = int(digits, 16)
        elif self._waits and kind in _WAITS[self._frame] and not (self._builder.outermost_first and self._thread in self._awaited):
            what, address = _WAITS[self._frame][kind], int(digits, 16)
            self._awaited[self._thread] = Lock(what, address, self._builder.line, kind.decode(), evidence=LOCALS)

    def complete(self, states: dict[int, PrintedState], snapshots: Iterable[int]) -> None:
        """Add to the printed state of each thread what it waits for; `snapshots` are the rows with which they begin."""
        lwps = self._builder.columns.thread_lwp
        for first, stop in itertools.pairwise(sorted({0, *snapshots, len(lwps)})):
            rows = range(first, stop)
            ending = {self._own[row]: lwps[row] for row in rows if row in self._own and lwps[row] >= 0}
            for row in rows:
                lock = self._awaited.get(row)
                if lock is not None:
                    owner = ending.get(lock.address or 0) if lock.kind == "thread" else None
                    states[row] = states[row]._replace(awaits=lock._replace(owners=() if owner is None else (owner,)))
