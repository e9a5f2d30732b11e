"""Frames that do not begin their line: several that a tracker has put into one, and those that gdb's frame filters elide.

    Thread 1 (Thread 0x7f8af7637740 (LWP 17540)): #0 0x00007f8af7709545 in poll () #1 0x00005587d17815b5 in main () at a.c:7

    #80 0x00007fb25111455b in <emit signal ??? on instance 0x35b5f00> (instance=0x35b5f00, signal_id=113) at gsignal.c:3447
        #79 0x00007fb251114008 in g_signal_emit_valist (instance=0x35b5f00, signal_id=113) at gsignal.c:3391

A frame is only taken out of a line if its number is the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

_FRAME = re.compile(rb"#(\d{1,9}) +(?:0x|[^\s\d])")
_HEADER = re.compile(rb"Thread \d+ \((?:Thread|LWP|process) [^\n]{1,120}?\):(?= *(?:#0|$))")
_TOKEN = re.compile(rb"'\"'|\\.|[\"()]|(?<=[\s:)])(?:#(?=\d)|Thread (?=\d))", re.DOTALL)


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    level = -1  # of the frame before
    for at, line in enumerate(lines):
        text = line.lstrip()
        own = _FRAME.match(text)
        if own is not None and (text == line or level >= 0):
            level = int(own[1])
        elif text == line and _HEADER.match(text):
            level = -1
        else:
            yield Line(at, line)
            continue
        start = 0
        for part in _outside(text):
            found = _FRAME.match(text, part)
            number = -1 if found is None else int(found[1])
            if part and (number == level + 1 or _HEADER.match(text, part)):
                level = number
                yield Line(at, text[start:part].rstrip())
                start = part
        yield Line(at, text[start:])


def _outside(text: bytes) -> Iterator[int]:
    """Where frames and headers may begin: in no parenthesis and in no string."""
    depth, quoted = 0, False
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign == b'"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign == b"(":
            depth += 1
        elif sign == b")":
            depth = max(0, depth - 1)
        elif not depth and sign[:1] in b"#T":
            yield token.start()
