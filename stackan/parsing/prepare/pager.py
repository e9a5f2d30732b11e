"""gdb's pager, whose question is between two lines, in the middle of one, or glued before it:

---Type <return> to continue, or q <return> to quit---
#2  0x00007f42ab055482 in lll_mutex_lock_optimized (mutex=0x55b454623180 <accoun--Type <RET> for more, q to quit, c to …--
ts_lock>) at ./nptl/pthread_mutex_lock.c:48
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

_QUESTION = re.compile(
    rb"--Type <RET> for more, q to quit, c to continue without paging--|---Type <return> to continue, or q <return> to quit---"
)
_OWN_LINE = re.compile(rb"\A\s*(?:#\d+ |Thread \d+ \(|\(gdb\)|[+\[]|$)")
_TEXT = re.compile(rb"\A(?: +\S|#\d+ |Thread \d+ \(|\(gdb\)|\[)")  # else it is what was typed in answer: a command, too
_ANSWERS = (b"", b"c", b"q", b"y", b"Quit")


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    at = 0
    while at < len(lines):
        begun, text = at, lines[at]
        at += 1
        if b"--Type <" in text:
            pieces: list[bytes] = []
            while True:  # the line before a question goes on behind it
                *before, behind = _QUESTION.split(text)
                pieces += before
                if not before or (any(pieces) and behind.strip() not in _ANSWERS) or _TEXT.match(behind):
                    pieces.append(behind)
                    break
                if at == len(lines) or not any(pieces) or pieces[0].startswith(b"(gdb)") or _OWN_LINE.match(lines[at]):
                    break
                text = lines[at]
                at += 1
            text = b"".join(pieces)
            if not text:
                continue  # the question had a line of its own
        yield Line(begun, text, at - begun)
