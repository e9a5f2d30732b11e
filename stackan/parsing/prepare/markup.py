"""Frames as Markdown leaves them: each line in backticks, `#` behind a backslash, of Go the star of a method as emphasis, and of a
place's tab one blank.

    `#1  0x00007f39c9af010a in waitpid () at src/process/waitpid.c:6`

    > \\# 1  0xb77cd829 in __lll_lock_wait () from /lib/libpthread.so.0

    sync.(_Mutex).Lock(0xc08204e080)
     runtime/sema.go:71 +0x47

Go has no parenthesis before an underscore of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.looking import holds
from stackan.parsing.prepare.text import Line

_TICKED = re.compile(rb"\A(?:> ?)*`((?:#\d{1,9} |Thread \d{1,9} \()[^`\n]*)`[ \t]*$")
_ESCAPED = re.compile(rb"\A([>|:\t ]*)\\# {0,2}(?=\d{1,9} )")
_METHOD = re.compile(rb"(?<=\w\.\()_(?=\w{1,200}\)\.)")
_PLACE = re.compile(rb"\A [^\s()][^\n()]{0,1000}\.(?:go|s|c|h):\d{1,9}(?: \+0x[0-9a-f]{1,16})?\Z")
_INDENT = re.compile(rb"\n [^\s()][^\n()]{0,1000}\.go:\d")
_SIGNS = (b"\n`#", b"\\#", b".(_")


def is_needed(head: bytes) -> bool:
    """Asked only where no frame begins a line."""
    return any(holds(head, sign) for sign in _SIGNS) or (holds(head, b"goroutine ") and _INDENT.search(head) is not None)


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    of_go = any(line.startswith(b"goroutine ") for line in lines)
    for at, line in enumerate(lines):
        if b"`" in line and (ticked := _TICKED.match(line)) is not None:
            line = ticked[1].rstrip()
        elif b"\\#" in line:
            line = _ESCAPED.sub(rb"\1#", line)
        elif of_go and _PLACE.match(line) is not None:
            line = b"\t" + line[1:]
        elif of_go and b".(_" in line:
            line = _METHOD.sub(b"*", line)
        yield Line(at, line)
