"""Looking for a line by its start or its content, without a look at all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

SHOWN = 100  # bytes of a line: enough to know a header


def starts_line(text: bytes, *marks: bytes) -> bool:
    """Whether a line starts with one of the marks."""
    return text.startswith(marks) or _one_of(marks).search(text) is not None


@cache
def _one_of(marks: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """Looked for from one end of a line to the next, which takes no longer for several marks than for one."""
    return re.compile(rb"\n(?:%b)" % b"|".join(map(re.escape, marks)))


def lines_from(text: bytes, mark: bytes) -> Iterator[bytes]:
    """The beginnings of the lines that start with `mark`."""
    at = 0 if text.startswith(mark) else text.find(b"\n" + mark) + 1
    while at or text.startswith(mark):
        yield text[at : at + SHOWN].partition(b"\n")[0]
        at = text.find(b"\n" + mark, at) + 1
        if not at:
            return


def has_number_behind(text: bytes, mark: bytes) -> bool:
    """Whether a line starts with `mark` and goes on with a digit."""
    return any(line[len(mark) :][:1].isdigit() for line in lines_from(text, mark))


def has_line_with(text: bytes, mark: bytes, fits: Callable[[bytes], bool]) -> bool:
    """Whether a line with `mark` in it fits."""
    at = text.find(mark)
    while at >= 0:
        start, stop = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
        stop = len(text) if stop < 0 else stop
        if fits(text[start:stop]):
            return True
        at = text.find(mark, stop)
    return False
