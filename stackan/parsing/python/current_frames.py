"""Recipes over `sys._current_frames`, which many projects carry: gunicorn's and Odoo's signal handlers, ActiveState's, Stack Overflow's.

    *** STACKTRACE - START ***

    # ThreadID: 140289192748800                                             a pthread id, in decimal
    # Thread: Worker-1(140289192748800)                                     gunicorn's sample configuration
    # Thread: <Thread(cron1, started daemon 1402891)> (db:n/a) (uid:n/a)    Odoo's dumpstacks
    File: "/srv/app/store.py", line 95, in refresh                          the colon is the recipe's, `traceback` writes none
      with self.lock, self.row_lock:                                        the source, where its file is at hand

Frames are printed outermost first.  Headers differ from project to project, so only one right before a frame is one.
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.printed import PrintedState
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots
from stackan.parsing.python.file_lines import read_file_line
from stackan.parsing.python.source_lines import Sources

_HEADER = re.compile(rb"[ \t#*=>-]{0,12}(?:Thread|THREAD|thread|Greenlet|Stack|Dumping stack)\b|[ \t#*=-]{0,12}Thread ?ID\b")
_REPR = re.compile(rb"<[\w.]{1,80}\((.{0,200}?), (?:started|stopped|initial)(?: daemon)?(?: (\d{1,20}))?\)>")
_NUMBER = re.compile(rb"(?<![\w.])(0x[0-9a-fA-F]{1,16}|\d{1,20})(?![\w.])")
_NAMED = re.compile(rb"\bThread: ?(.{1,200}?) ?\((\d{1,20})\)[ :]*$")
_OPENS, _CLOSES = re.compile(rb"\A\*{3,20} .{0,60}(?:START|BEGIN).{0,60}\*{3,}"), re.compile(rb"\A\*{3,20} .{0,60}END.{0,60}\*{3,}")


class Header(NamedTuple):
    ident: int  # the thread's id, as threading.get_ident gives it; UNKNOWN where none is printed
    name: tuple[int, int] | None  # the range of its name


def read(data: bytes) -> ParsedText:
    builder = Builder(data, outermost_first=True)
    sources = Sources(builder)
    for text in builder.lines():
        header = read_header(text) if not builder.is_last and read_frame(builder.following()) is not None else None
        frame = read_frame(text)
        if header is not None and frame is None:
            if header.ident != UNKNOWN:
                builder.again(header.ident)
            number = header.ident if header.ident < 1 << 63 else UNKNOWN
            row = builder.thread(number=number, pthread=max(header.ident, 0), name=header.name)
            sources.begin(row, PrintedState("python: thread", builder.line))
        elif not text.strip():
            builder.blank()
        elif builder.open and frame is not None:
            builder.frame(*frame)
            sources.frame(frame[0])
        elif builder.open and text[:1] in (b" ", b"\t") and _behind_frame(builder):
            builder.locals()
            sources.source(text)
        elif _OPENS.match(text.strip()):
            builder.noise()
            sources.end()
            builder.snapshot()
        elif _CLOSES.match(text.strip()):
            builder.noise()
            sources.end()
            builder.close_thread()
    sources.end()
    return split_snapshots(builder, {0: NOTHING_SAID._replace(states=sources.states)})


@once_each
def read_header(text: bytes) -> Header | None:
    """A line that may head a thread, if a frame follows it."""
    if len(text) > 600 or not _HEADER.match(text):
        return None
    shown = _REPR.search(text)
    if shown is not None:
        return Header(int(shown[2]) if shown[2] and _fits(shown[2]) else UNKNOWN, shown.span(1))
    named = _NAMED.search(text)
    if named is not None and _fits(named[2]):
        return Header(int(named[2]), named.span(1))
    number = _NUMBER.search(text)
    return Header(int(number[1], 16 if number[1].startswith(b"0x") else 10) if number and _fits(number[1]) else UNKNOWN, None)


@once_each
def read_frame(text: bytes) -> tuple[bytes, bytes] | None:
    """(function, location) of `File: "/srv/app/store.py", line 95, in refresh`, with or without the colon and an indent."""
    text = text.strip()
    return read_file_line(b"File " + text[6:] if text.startswith(b"File: ") else text)


def _behind_frame(builder: Builder) -> bool:
    """Whether the line before the current one is a frame's."""
    columns = builder.columns
    if not columns.thread_frames[-1]:
        return False
    start = columns.thread_start[-1] + columns.frame_start[-1]
    return builder.data.find(b"\n", start) + 1 == builder.start


def _fits(number: bytes) -> bool:
    return number.startswith(b"0x") or int(number) < 1 << 64
