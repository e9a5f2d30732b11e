"""Lines that head the threads of a format without frames `#n`, recognized behind the margin that quotes or indents them.

    > Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1 mixed mode, sharing):
    > "transfer-1" #12 prio=5 os_prio=0 cpu=0.29ms elapsed=2.73s tid=0x00007f09b80be890 nid=0x4e17 waiting for monitor entry
    >    java.lang.Thread.State: BLOCKED (on object monitor)

Tools indent some of these themselves, so each is known with the blanks that its tool prints: the text before them is the margin.
Where one line has none, the text is no quotation.  The lines stand in model/formats.py, with the format that each of them opens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from stackan.backend import find, word_set
from stackan.model.formats import FORMATS

if TYPE_CHECKING:
    from stackan.backend import WordSet

# The words that are searched for, as that is fast, and the line that they have to be in.
_OPENERS: tuple[tuple[bytes, re.Pattern[bytes]], ...] = tuple(
    (opener.mark, re.compile(rb"\A" + opener.margin + opener.line)) for row in FORMATS.values() for opener in row.openers
)
_LOOK_AT = 16 << 10  # bytes in which most dumps show what they are


def count_margins(text: bytes) -> Counter[bytes]:
    """How often each margin comes before such a line; none if a line has no margin."""
    begin = text[:_LOOK_AT]
    if _has_bare(begin[: begin.rfind(b"\n") + 1]):  # as in nearly every dump; else each mark is looked for in all of the text
        return Counter()
    margins: Counter[bytes] = Counter()
    shown = _marks().within(text)
    for mark, opener in _OPENERS:
        if mark not in shown:
            continue
        for line in _lines_with(text, mark):
            found = opener.match(line)
            if found is None:
                continue
            if not found[1]:
                return Counter()
            margins[found[1]] += 1
    return margins


def _has_bare(text: bytes) -> bool:
    """Whether such a line has no margin."""
    return any((found := opener.match(line)) is not None and not found[1] for mark, opener in _OPENERS for line in _lines_with(text, mark))


@cache
def _marks() -> WordSet:
    return word_set(tuple(mark for mark, _ in _OPENERS))


def _lines_with(text: bytes, mark: bytes) -> Iterator[bytes]:
    at = find(text, mark)
    while at >= 0:
        start, stop = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
        stop = len(text) if stop < 0 else stop
        yield text[start:stop]
        at = find(text, mark, stop)
