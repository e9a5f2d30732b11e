"""Frames that a mailer has wrapped, without the blanks by which gdb goes on:

    #4  0x001346f7 in MPI::Request::Waitany (v1=3, v2=0xbffff860,
    v4=@0xbffff848) at /home/rk/
    Development/MDS/Worker.cpp:965

Lines are joined only if that makes a frame whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.debugger_phrases import LOCALS_LINES
from stackan.parsing.prepare.text import Line

MOST = 12  # lines of one frame
_SIGN = b">"  # some archives of mails put the sign of a quotation on a line of its own, before each line
_FRAME = re.compile(rb"#\d{1,9} ")
_BARE = re.compile(rb"#\d+ +(?:<signal |0x[0-9a-fA-F]+(?![0-9a-fA-F]| +in ))")  # has no arguments: a signal's frame, or one of eu-stack
_NEXT = re.compile(rb"\A[>|\s]*(?:#\d+\s|Thread \d+ \(|TID \d+:|\(gdb\)|\[(?:New|Switching|Current|Inferior|Thread) |$)")
_TOKEN = re.compile(rb"\\.|[\"()]", re.DOTALL)
_AT = re.compile(rb"at .*[^/]:\d+$", re.DOTALL)
_FROM = re.compile(rb"from .*[^/]$", re.DOTALL)


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    at = 0
    while at < len(lines):
        text, span = _joined(lines, at) if _FRAME.match(lines[at]) else (lines[at], 1)
        yield Line(at, text, span)
        at += span


def _joined(lines: list[bytes], at: int) -> tuple[bytes, int]:
    """A frame's whole text, and how many lines it takes; the line alone if it cannot be made whole."""
    frame = _Frame(lines[at])
    for span in range(1, MOST):
        behind = lines[at + span] if at + span < len(lines) else b""
        if behind.strip() == _SIGN:
            continue
        if frame.is_whole(behind):
            return (frame.text if span > 1 else lines[at]), span
        if _NEXT.match(behind) or behind in LOCALS_LINES:
            break
        if frame.place and b"(" in behind:
            break  # no place holds arguments
        frame.add(behind)
    return lines[at], 1


class _Frame:
    """A frame's text as it grows, and the brackets and quotes that are open in it."""

    def __init__(self, text: bytes) -> None:
        self.text = b""
        self.depth = 0
        self.quoted = False
        self.called = False  # arguments were seen
        self.closed = -1  # behind the last parenthesis that left none open
        self.add(text)

    def add(self, text: bytes) -> None:
        before = self.text.rstrip()
        text = text.strip() if before else text
        broken = before.endswith((b"/", b"::")) or not before  # within a word
        self.text = before + text if broken else before + b" " + text
        start = len(self.text) - len(text)
        for token in _TOKEN.finditer(self.text, start):
            sign = token[0]
            if sign == b'"':
                self.quoted = not self.quoted
            elif not self.quoted and sign == b"(":
                self.called |= not self.depth and self._begins_arguments(token.start())
                self.depth += 1
            elif not self.quoted and sign == b")":
                self.depth = max(0, self.depth - 1)
                if not self.depth:
                    self.closed = token.end()

    @property
    def place(self) -> bytes:
        """The text behind the arguments."""
        return self.text[self.closed :].strip() if self.called and not self.depth else b""

    def _begins_arguments(self, at: int) -> bool:
        return self.text[at - 1 : at] == b" " and not self.text.startswith(b"(anonymous namespace)", at)

    def is_whole(self, behind: bytes) -> bool:
        """Whether nothing is missing; `behind` is the line that follows, which may hold the place."""
        if self.depth or self.quoted:
            return False
        if not self.called:
            return _BARE.match(self.text) is not None
        place = self.place
        if not place:
            return not behind.strip().startswith((b"at ", b"from "))
        if place.startswith((b"at", b"from")):
            return _AT.match(place) is not None or _FROM.match(place) is not None
        return True
