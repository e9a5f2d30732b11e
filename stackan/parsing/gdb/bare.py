"""Frames without a thread's header, and a debugger's refusal: what is left when nothing more specific is in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.gdb.detect import speaks
from stackan.parsing.looking import starts_line

# A frame shows where it is: by an address, or by `in FUNCTION`, `at FILE:LINE`, `from LIBRARY`, `(ARGUMENTS)`.  So does no rule of
# /etc/apache2/magic: `#0       string          \x31\xbe`.
_NUMBERED = re.compile(rb"^#(\d{1,9}) {1,4}([^\n]*)", re.MULTILINE)
_PLACED = re.compile(rb"\A0x[0-9a-fA-F]{1,16}(?: |\r?$)| \(| (?:in|at|from) \S")
_FAIR = 2  # of the numbered lines, one in so many is a frame


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if (starts_line(head, b"#0  ", b"#0 0x", b"#1  0x") or b"[Switching to " in head) and _shows_frames(head):
        if speaks(head):
            yield "gdb", said("frames `#n` without a thread's header, and gdb's own words")
        yield "pstack", said("frames `#n` without a thread's header")
    if starts_line(head, b"ptrace: ", b"eu-stack: ", b"Could not attach") or b"already traced by process" in head:
        yield "gdb", said("a debugger's refusal")


def _shows_frames(head: bytes) -> bool:
    """Whether a fair share of the lines with numbers are frames."""
    lines = [(level, _PLACED.search(text) is not None) for level, text in _NUMBERED.findall(head)]
    placed = [level for level, is_placed in lines if is_placed]
    return bool(placed) and len(placed) * _FAIR >= len(lines)
