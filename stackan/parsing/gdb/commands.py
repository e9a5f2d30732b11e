"""Commands at a shell's prompt that a record of a terminal holds: each runs a tool anew.

[root@db1 ~]# pstack 4242
Thread 2 (Thread 0x7f8af73c96c0 (LWP 4243)):
…
$ sudo gdb -p 4242
(gdb) bt
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from stackan import backend
from stackan.model.columns import Columns
from stackan.model.expressions import expression

_TOOLS = (b"pstack ", b"gstack ", b"eu-stack ", b"gdb ")
_LONGEST = 240  # bytes of a line that is looked at
_MANY = 1024  # lines
_COMMAND = expression(
    rb"\A(?:(?:[^\n]{0,100}[$#%>] {1,8})?(?:sudo {1,8})?(?:/[\w./-]{0,80}/)?"
    rb"(?:[pg]stack {1,8}|eu-stack {1,8}(?:-\S+ {1,8})*)(?P<pid>\d{1,10})\b[^\n]{0,80}$"
    rb"|[^\n]{0,100}[$#%>] {1,8}(?:sudo {1,8})?(?:/[\w./-]{0,80}/)?gdb {1,8}(?:[^\n]{0,100} )??"
    rb"(?:-p {0,8}|--pid[= ] {0,8}|-pid {1,8})?(?P<attached>\d{1,10})?(?: [^\n]*)?)$"
)


def find_commands(data: bytes, columns: Columns) -> dict[int, int | None]:
    """{start of a line that is no part of a dump: the process that the command names}"""
    found: dict[int, int | None] = {}
    for start in lines_with(data, columns, _TOOLS):
        match = _COMMAND.match(data[start : start + _LONGEST].partition(b"\n")[0].rstrip())
        if match is not None:
            pid = match["pid"] or match["attached"]
            found[start] = int(pid) if pid else None
    return found


def is_outside(columns: Columns, start: int) -> bool:
    """Whether a line is no part of a thread; one that begins like `$1 = …` is taken for a debugger's."""
    return _begins(columns.unparsed_start, start) or _begins(columns.note_start, start)


def _begins(starts: array[int], start: int) -> bool:
    at = bisect_left(starts, start)
    return at < len(starts) and starts[at] == start


def lines_with(data: bytes, columns: Columns, words: tuple[bytes, ...]) -> list[int]:
    """Where the lines start that are no part of a thread and hold one of these words."""
    return sorted({*lines_holding(data, columns.unparsed_start, words), *lines_holding(data, columns.note_start, words)})


def lines_holding(data: bytes, starts: array[int], words: tuple[bytes, ...]) -> Iterable[int]:
    """The starts of those lines that hold one of these words."""
    natively = backend.lines_holding()
    return natively(data, starts, words, _LONGEST) if natively is not None else _lines_holding(data, starts, words)


def _lines_holding(data: bytes, starts: array[int], words: tuple[bytes, ...]) -> Iterator[int]:
    """Lines are looked at one by one only where many of them together, with what follows each, hold a word at all."""
    for first in range(0, len(starts), _MANY):
        some = starts[first : first + _MANY]
        together = b"\n".join([data[start : start + _LONGEST] for start in some])
        if any(word in together for word in words):
            yield from (start for start in some if _holds(data[start : start + _LONGEST].partition(b"\n")[0], words))


def _holds(line: bytes, words: tuple[bytes, ...]) -> bool:
    return any(word in line for word in words)
