"""Wording and layout that all text reports share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

WIDTH = 80


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` characters, broken at blanks; a longer word is cut, as it would break the layout."""
    line = ""
    for word in text.split():
        *full, rest = [word] if len(word) <= width else _pieces(word, width)
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
    return text if len(text) <= width else text[: width - 1] + "…"


def safe(text: str) -> str:
    """The text without anything that a terminal would obey: control characters and bidirectional marks are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    if char == "\t":
        return " "
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"


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


def tally(words: Iterable[str]) -> str:
    """The words with their numbers, the most frequent first."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{number} {word}" for word, number in ranked]
    return ", ".join(parts[:8]) + (f", {len(parts) - 8} more" if len(parts) > 8 else "")


def each_with(members: Sequence[tuple[str, str]]) -> str:
    """`n1/17 (10), n2/17 (8)`; what is the same of all is said once: `n1/17, n2/17 (10 each)`."""
    said = {words for _, words in members}
    if len(said) == 1 and len(members) > 1:
        return f"{', '.join(name for name, _ in members)} ({said.pop()} each)"
    return ", ".join(f"{name} ({words})" for name, words in members)
