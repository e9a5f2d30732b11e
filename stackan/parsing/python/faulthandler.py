"""faulthandler of CPython: the output of `dump_traceback`, `dump_traceback_later` and its signal handlers.

    Timeout (0:00:01)!
    Thread 0x00007ff244c746c0 (most recent call first):
      File "/usr/lib/python3.11/threading.py", line 320 in wait

    Current thread 0x00007ff246849040 [python3] (most recent call first):
      Garbage-collecting
      <no Python frame>
    Stack (most recent call first):                          the calling thread alone
      ...                                                    more than 100 frames

Frames are printed innermost first.  Threads have pthread ids, names since 3.14.  (CPython Python/traceback.c, Modules/faulthandler.c)
"""

from __future__ import annotations

from bisect import bisect_left

from stackan.model.columns import UNKNOWN
from stackan.model.printed import PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.fields import is_hex
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, pieces_of, split_snapshots
from stackan.parsing.python.file_lines import read_file_line

_TAIL = b" (most recent call first):"
_ALONE = b"Stack" + _TAIL
_OPENINGS = (b"Timeout (", b"Fatal Python error: ")
_CUT = b"  ..."
_REMARKS = (
    b"  Garbage-collecting",
    b"  <no Python frame>",
    b"  <tstate is freed>",
    b"  <freed interpreter>",
    b"  <freed thread state>",
    _CUT,
)
_NOISE = (b"Extension modules: ", b"<Cannot show all threads ", b"Python runtime state: ", b"...")


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    states: dict[int, PrintedState] = {}
    cut: list[int] = []  # rows of threads whose stack is
    alone = False  # the current thread alone is printed, which has no id
    for text in builder.lines():
        header = read_header(text)
        if header is not None:
            pthread, name = header
            if alone or pthread == UNKNOWN:
                builder.snapshot()
            alone = pthread == UNKNOWN
            states[builder.thread(pthread=max(pthread, 0), name=name)] = PrintedState("python: thread", builder.line)
        elif text.startswith(_OPENINGS):
            builder.snapshot()
            builder.noise()
        elif not text:
            builder.blank()
        elif builder.open and text.startswith(b"  File "):
            frame = read_file_line(text[2:], b" in ")
            if frame is not None:
                builder.frame(*frame)
        elif builder.open and text.startswith(_REMARKS):
            builder.locals()
            if text == _CUT:
                cut.append(len(builder.columns.thread_lwp) - 1)
        elif text.startswith(_NOISE):
            builder.noise()
    reading = split_snapshots(builder, {})
    limited = [bisect_left(cut, piece.start) < bisect_left(cut, piece.stop) for piece in pieces_of(reading)]
    return reading._replace(facts=tuple(NOTHING_SAID._replace(limited=each, states=states) for each in limited))


@once_each
def read_header(text: bytes) -> tuple[int, tuple[int, int] | None] | None:
    """(pthread id, range of the name) of a thread's line; UNKNOWN where it has no id."""
    if not text.endswith(_TAIL):
        return None
    if text == _ALONE:
        return UNKNOWN, None
    start = 10 if text.startswith(b"Thread 0x") else 18 if text.startswith(b"Current thread 0x") else 0
    digits, space, name = text[start - 1 : -len(_TAIL)].partition(b" ")
    if not start or not is_hex(digits):
        return None
    pthread = int(digits, 16)
    if not space:
        return pthread, None
    if not (name.startswith(b"[") and name.endswith(b"]")):
        return None
    return pthread, (start + len(digits) + 1, len(text) - len(_TAIL) - 1)
