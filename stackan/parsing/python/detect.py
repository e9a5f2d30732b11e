"""How the formats of Python's tools are recognized: by lines that only these write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with, has_number_behind, holds, lines_from, starts_line

_FIRST = b" (most recent call first):"

# A header of any recipe over sys._current_frames, and right below it a frame as `traceback` writes one.
_RECIPE = re.compile(
    rb"\n[ \t#*=>-]{0,12}(?:[Tt]hread|THREAD|Thread ?ID|Greenlet|Stack|Dumping stack)\b[^\n]{0,600}"
    rb"\n[ \t]{0,8}File:? \"[^\"\n]{1,1000}\", line \d+, in "
)

_STARTS = (
    *(b"Thread ", b"Current thread 0x", b"Stack (most recent call first):"),
    *(b"Traceback for thread ", b"  Traceback for thread ", b"The frame stack for thread "),
)


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if starts_line(head, *_STARTS):
        yield from _by_lines(head)
    yield from _by_recipes(head)
    if holds(head, b'"owns_gil": ') and holds(head, b'"os_thread_id": '):
        yield "py-spy-json", said("its objects have `os_thread_id` and `owns_gil`")


def _by_lines(head: bytes) -> Iterator[tuple[str, str]]:
    if any(map(_has_state, lines_from(head, b"Thread "))):
        yield "py-spy", said("lines `Thread n (idle)` or `(active)` head the threads")
    for mark in (b"Traceback for thread ", b"  Traceback for thread ", b"The frame stack for thread "):
        if has_number_behind(head, mark):
            yield "pystack", said("lines `Traceback for thread n` head the threads")
    if holds(head, _FIRST):
        for mark in (b"Thread 0x", b"Current thread 0x", b"Stack (most recent call first):"):
            if any(_FIRST in line for line in lines_from(head, mark)):
                yield "faulthandler", said("lines `Thread 0x… (most recent call first):` head the threads")
    if holds(head, b"\nPython v") and has_number_behind(head, b"Process ") and holds(head, b"\nThread "):
        yield "py-spy", said("lines `Process n:` and `Python v` open the dump")


def _has_state(line: bytes) -> bool:
    """`Thread 20870 (active+gil): "worker_0"`"""
    return line[7:].partition(b" (")[2].partition(b")")[0] in (b"idle", b"active", b"active+gil", b"idle+gil", b"gil")


def _by_recipes(head: bytes) -> Iterator[tuple[str, str]]:
    if holds(head, b'File: "') or holds(head, b'File "'):
        from stackan.parsing.python.sampling_dump import HEADER

        if has_line_with(head, b"Stack dump", lambda line: HEADER.match(line.rstrip(b"\r")) is not None):
            yield "profiling-sampling", said("lines `Stack dump …, thread n (…; most recent call last):` head the threads")
        elif _RECIPE.search(b"\n" + head):
            yield "current-frames", said('a line `# Thread …` heads each thread, and frames `File: "FILE", line n, in FUNCTION` follow it')
    if holds(head, b" filename = "):
        from stackan.parsing.python.uwsgi import FRAME

        if has_line_with(head, b"thread_id = ", lambda line: FRAME.search(line.rstrip(b"\r")) is not None):
            yield "uwsgi-tracebacker", said("lines `thread_id = NAME filename = FILE lineno = n function = NAME` are frames")
