"""Lines of a width in columns: a Chinese character takes two, a combining mark none.

The layout of a line turns all that a terminal would obey into escapes, so that it fits the width with them, and a line end inside
of a name begins no line.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from stackan.escapes import shorten, shown

WIDTH = 80
_LONGEST_WORD = 3 * WIDTH
# Between a Chinese character and its neighbor a line may end, but not before the first of these marks, nor behind the second.
_CLOSING = frozenset("、，。；：！？）」』》】”’…,.;:!?)]}")
_OPENING = frozenset("（「『《【“‘([{")
_ENDING = frozenset("、，。；：！？")  # what comes behind these begins a word, even with a mark: `：./snap1.txt`


def columns(text: str) -> int:
    """How wide a text is on a terminal (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


@functools.lru_cache(maxsize=4096)
def _columns_of(char: str) -> int:
    import unicodedata

    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fitting(text: str, width: int) -> int:
    """How many of the first characters fit into a width."""
    if text.isascii():
        return min(len(text), width)
    used = 0
    for at, char in enumerate(text):
        used += _columns_of(char)
        if used > width:
            return at
    return len(text)


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns, broken at blanks and between Chinese characters.

    A word that is longer is broken, and one of several lines cut in the middle.
    """
    line = ""
    for blank, unit in _units(safe(text)):
        *full, rest = [unit] if columns(unit) <= width else _pieces(shorten(unit, _LONGEST_WORD), width)
        gap = " " if blank and line else ""
        if line and (full or columns(line) + len(gap) + columns(rest) > width):
            yield line
            line = gap = ""
        yield from full
        line += gap + rest
    if line:
        yield line


def _units(text: str) -> Iterator[tuple[bool, str]]:
    """The pieces that stay together, each with whether a blank comes before it."""
    for word in text.split():
        if word.isascii():
            yield True, word
            continue
        start = 0
        for at in range(1, len(word)):
            if _may_break(word[at - 1], word[at]):
                yield start == 0, word[start:at]
                start = at
        yield start == 0, word[start:]


def _may_break(before: str, after: str) -> bool:
    goes_on = after in _CLOSING and not (before in _ENDING and after.isascii())
    return not goes_on and before not in _OPENING and 2 in (_columns_of(before), _columns_of(after)) and _columns_of(after) > 0


def _pieces(word: str, width: int) -> Iterator[str]:
    """A path behind one of its folders, if that fills half a line; else any word where the line ends.  A comma is never left alone."""
    start = 0
    while columns(word[start:]) > width:
        last = max(min(start + fitting(word[start:], width), len(word) - 2), start + 1)
        folder = word.rfind("/", start + width // 2, last) + 1
        yield word[start : folder or last]
        start = folder or last
    yield word[start:]


def cut(text: str, width: int) -> str:
    """The text within `width` columns; what is left out is marked."""
    text = safe(text)
    return text if columns(text) <= width else text[: fitting(text, width - 1)] + "…"


def cut_folder(path: str, width: int) -> str:
    """A path within `width` columns, of which the middle of its folder is left out: its last part stays whole, however long it is."""
    path = safe(path)
    folder, slash, name = path.rpartition("/")
    if not slash or columns(path) <= width:
        return path
    room = max(width - columns(name) - 2, 0)
    head = folder[: fitting(folder, room // 2)]
    tail = folder[::-1]
    tail = tail[: fitting(tail, room - columns(head))][::-1]
    return f"{head}…{tail}/{name}"


def safe(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    return shown(text.replace("\t", " "))


def at_most(most: int, lines: Iterable[str], rest: str) -> Iterator[str]:
    """The first of the lines; where there are more, the words that say where all of them are."""
    for at, line in enumerate(lines):
        if at == most:
            yield " " * (len(line) - len(line.lstrip())) + rest
            return
        yield line
