"""Locks that gdb was asked for by their names, where a source line that it prints tells who waits for which.

    (gdb) frame 2
    #2  0x0000000000400917 in first () at demo.c:18
    18              pthread_mutex_lock(&lock_b);
    (gdb) p lock_b
    $2 = {__data = {__lock = 2, __count = 0, __owner = 2497, __nusers = 1, …

No address is printed, so such a lock is known by its name alone: all that were stopped in that line of that file wait for it, if it
names one of the locks only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from stackan.model.columns import Columns
from stackan.model.frames import frame_start
from stackan.model.printed import Lock, Printed, PrintedState

_LONGEST = 1000  # bytes of a line that is looked at
_SOURCE = re.compile(rb"(\d{1,9})[ \t]")


def read_named(data: bytes, columns: Columns, printed: Sequence[tuple[Printed, bytes]]) -> Mapping[int, PrintedState]:
    """{thread row: the named locks that it waits for, and owns}; a name that was answered in two ways is left out."""
    words: dict[bytes, Printed] = {}
    for word, name in printed:
        if words.setdefault(name, word).owner != word.owner:
            words[name] = word._replace(owner=0)
    owned = {name: word for name, word in words.items() if word.owner}
    places = _find_places(data, owned)
    if not places:
        return {}
    states: dict[int, PrintedState] = {}
    for row in range(len(columns.thread_lwp)):
        holds = tuple(_lock(name, word.line) for name, word in owned.items() if word.owner == columns.thread_lwp[row])
        awaited = _awaited(data, columns, row, places)
        if holds or awaited is not None:
            line = awaited.line if awaited is not None else holds[0].line
            states[row] = PrintedState("", line, awaited, holds)
    return states


def _find_places(data: bytes, names: Iterable[bytes]) -> dict[bytes, bytes]:
    """{`demo.c:18`: the one lock that this line of the source names}."""
    named: dict[bytes, set[bytes]] = {}
    for name in names:
        for match in re.finditer(rb"(?<![\w:])" + re.escape(name) + rb"(?![\w:])", data):
            place = _place(data, match.start())
            if place:
                named.setdefault(place, set()).add(name)
    return {place: min(locks) for place, locks in named.items() if len(locks) == 1}


def _place(data: bytes, at: int) -> bytes:
    """The place, `demo.c:18`, of the source line that names a lock at `at`; b"" if that is no source line below a frame."""
    start = data.rfind(b"\n", max(0, at - _LONGEST), at) + 1
    number = _SOURCE.match(data, start) if start else None
    if number is None:
        return b""
    above = data.rfind(b"\n", max(0, start - 1 - _LONGEST), start - 1) + 1
    frame = data[above : start - 1].rstrip()
    place = frame.rpartition(b" at ")[2]
    return place if frame.startswith(b"#") and place.endswith(b":" + number[1]) else b""


def _awaited(data: bytes, columns: Columns, row: int, places: Mapping[bytes, bytes]) -> Lock | None:
    """The lock that the innermost of a thread's frames names whose source line is known."""
    first = columns.thread_first[row]
    for frame in range(first, first + columns.thread_frames[row]):
        start = frame_start(columns, frame)
        stop = data.find(b"\n", start, start + _LONGEST)
        place = data[start : stop if stop >= 0 else start].rstrip().rpartition(b" at ")[2]
        if place in places:
            line = columns.thread_line[row] + data.count(b"\n", columns.thread_start[row], start)
            return _lock(places[place], line, "frames")
    return None


def _lock(name: bytes, line: int, evidence: str = "recorded") -> Lock:
    return Lock("mutex", None, line, name.decode("utf-8", "replace"), evidence=evidence)
