"""Wording and layout that all text reports share.

What lays out a line (`wrap` and `cut`, and what is made of them) shows by escapes what a terminal would obey, so that it fits the
width with them, and a line end inside of a name begins no line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from stackan.escapes import shorten, shown

WIDTH = 80
_LONGEST_WORD = 3 * WIDTH
_MEMBERS = 48  # processes that are listed in one sentence


class Stream(Protocol):
    """What a report is written to."""

    def write(self, text: str, /) -> object: ...
    def writelines(self, lines: Iterable[str], /) -> object: ...


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` characters, broken at blanks; a longer word is broken, and one of several lines cut in the middle."""
    line = ""
    for word in safe(text).split():
        *full, rest = [word] if len(word) <= width else _pieces(shorten(word, _LONGEST_WORD), width)
        if line and (full or len(line) + 1 + len(rest) > width):
            yield line
            line = ""
        yield from full
        line = f"{line} {rest}" if line else rest
    if line:
        yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    """A path behind one of its folders, if that fills half a line; else any word where the line ends.  A comma is never left alone."""
    start = 0
    while len(word) - start > width:
        last = max(min(start + width, len(word) - 2), start + 1)
        folder = word.rfind("/", start + width // 2, last) + 1
        yield word[start : folder or last]
        start = folder or last
    yield word[start:]


def cut(text: str, width: int) -> str:
    """The text within `width` characters; what is left out is marked."""
    text = safe(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def safe(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    return shown(text.replace("\t", " "))


def count(number: int, noun: str) -> str:
    """`1 thread`, `25 threads`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def numbers(values: Sequence[int | None], most: int = 12) -> str:
    """`17815 17816 17818 …`: as many as are useful to read, and how many more there are."""
    known = [str(value) for value in values if value is not None]
    if len(known) <= most:
        return " ".join(known) or "(no thread ids in the dump)"
    return " ".join(known[:most]) + f" and {len(known) - most} more"


def indented(text: str, first: int, rest: int) -> Iterator[str]:
    """The text wrapped, with its first line and the following ones indented."""
    for at, line in enumerate(wrap(text, WIDTH - max(first, rest))):
        yield " " * (first if at == 0 else rest) + line


def labelled(name: str, text: str, rest: int) -> Iterator[str]:
    """The text wrapped behind a label; following lines are indented by `rest`."""
    for at, line in enumerate(wrap(text, WIDTH - max(rest, 12))):
        yield f"   {name:7}  {line}" if at == 0 else " " * rest + line


def few(words: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of the words, and how many more there are."""
    return between.join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def at_most(most: int, lines: Iterable[str]) -> Iterator[str]:
    """The first of the lines; where there are more, one that says where they stand whole."""
    for at, line in enumerate(lines):
        if at == most:
            yield " " * (len(line) - len(line.lstrip())) + "... (--format json)"
            return
        yield line


def tally(words: Iterable[str]) -> str:
    """The words with their numbers, the most frequent first."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{number} {word}" for word, number in ranked]
    return ", ".join(parts[:8]) + (f", {len(parts) - 8} more" if len(parts) > 8 else "")


def each_with(members: Sequence[tuple[str, str]]) -> str:
    """`n1/17 (10), n2/17 (8)`; what is the same of all is said once: `n1/17, n2/17 (10 each)`."""
    said = {words for _, words in members}
    if len(said) == 1 and len(members) > 1:
        return f"{few([name for name, _ in members], _MEMBERS)} ({said.pop()} each)"
    return few([f"{name} ({words})" for name, words in members], _MEMBERS)
