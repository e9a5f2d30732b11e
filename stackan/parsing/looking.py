"""Looking for a line by its start or its content, without a look at all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stackan.backend import find, find_led

SHOWN = 100  # bytes of a line: enough to know a header


def holds(text: bytes, mark: bytes) -> bool:
    """Whether a mark is in a long text."""
    return find(text, mark) >= 0


def starts_line(text: bytes, *marks: bytes) -> bool:
    """Whether a line starts with one of the marks."""
    return text.startswith(marks) or any(holds(text, b"\n" + mark) for mark in marks)


def lines_from(text: bytes, mark: bytes) -> Iterator[bytes]:
    """The beginnings of the lines that start with `mark`."""
    return (text[at : at + SHOWN].partition(b"\n")[0] for at in lines_where(text, mark))


def lines_where(text: bytes, mark: bytes) -> Iterator[int]:
    """Where those lines begin."""
    at = 0 if text.startswith(mark) else find(text, b"\n" + mark) + 1
    while at or text.startswith(mark):
        yield at
        at = find(text, b"\n" + mark, at) + 1
        if not at:
            return


def lines_led(text: bytes, lead: bytes, *words: bytes) -> Iterator[int]:
    """Where the lines begin that go on with one of the words behind a run of bytes of `lead`."""
    at = find_led(text, lead, words)
    while at >= 0:
        yield at
        at = text.find(b"\n", at) + 1
        at = find_led(text, lead, words, at) if at else -1


def has_number_behind(text: bytes, mark: bytes) -> bool:
    """Whether a line starts with `mark` and goes on with a digit."""
    return any(line[len(mark) :][:1].isdigit() for line in lines_from(text, mark))


def has_line_with(text: bytes, mark: bytes, fits: Callable[[bytes], bool]) -> bool:
    """Whether a line with `mark` in it fits."""
    at = find(text, mark)
    while at >= 0:
        start, stop = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
        stop = len(text) if stop < 0 else stop
        if fits(text[start:stop]):
            return True
        at = find(text, mark, stop)
    return False
