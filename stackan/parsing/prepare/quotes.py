"""Quoted and indented dumps: mails, trackers, Markdown.

    > Thread 2 (Thread 0x7f8af73c96c0 (LWP 17543)):
    > #0  0x00007f8af76c012b in __lll_lock_wait () from /lib/x86_64-linux-gnu/libc.so.6

Formats without such frames show in their headers: see openers.py.

Only where no frame begins a line: a mail that holds a dump may quote an older one, which is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from stackan.backend import find_led
from stackan.parsing.looking import holds, lines_led
from stackan.parsing.prepare.openers import count_margins
from stackan.parsing.prepare.text import Line

# The margin before a frame or a header.  A sanitizer's frames, too, are indented: they are one report's, and no threads.
_MARGIN = b">|:\t "
_FRAME = re.compile(rb"^([>|:\t ]+)#\d+ +(?:0x[0-9a-fA-F]+ (?:in )?)?\S+(?: \((?!/)|$| - /)", re.MULTILINE)
_HEADER = re.compile(rb"^([>|:\t ]+)(?:Thread \d+ \(|TID \d+:|#\d+ \")", re.MULTILINE)


def is_needed(head: bytes) -> bool:
    """Asked only where no frame begins a line."""
    if holds(head, b"Sanitizer"):
        return False
    if any(_HEADER.match(head, at) or _FRAME.match(head, at) for at in lines_led(head, _MARGIN, b"#", b"Thread ", b"TID ")):
        return True
    return find_led(head, _MARGIN, (b"",)) >= 0 and bool(count_margins(head))


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    """Take from each line what it shares with the mark that most frames have."""
    prefix = _usual_prefix(lines)
    for at, line in enumerate(lines):
        yield Line(at, line[_shared(line, prefix) :])


def _count(shape: re.Pattern[bytes], lines: list[bytes]) -> Counter[bytes]:
    return Counter(found[1] for line in lines if (found := shape.match(line)) is not None)


def _shared(line: bytes, prefix: bytes) -> int:
    """How many bytes of the mark a line begins with: an empty quoted line lacks the blanks, a header may be indented less."""
    if line.startswith(prefix):
        return len(prefix)
    size = 0
    while size < len(line) and line[size] == prefix[size]:
        size += 1
    return size


def _usual_prefix(lines: list[bytes]) -> bytes:
    found = _count(_FRAME, lines) or _count(_HEADER, lines) or count_margins(b"\n".join(lines))
    return max(found, key=lambda prefix: found[prefix], default=b"")
