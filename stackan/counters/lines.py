"""Lines of a text that may be hostile: found by what they hold, numbered from 1, none of them long."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.records import NamedTuple

LONGEST = 2000  # bytes of a line that is read; a command line may make it longer, and comes last
_ABOVE = 200  # bytes before a table that are looked at


class Line(NamedTuple):
    start: int
    stop: int  # behind its end
    number: int
    text: bytes  # without its end


class Lines:
    """A text that is gone through once, forward."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0  # start of the line to come
        self._number = 1

    def seek(self, mark: bytes) -> Line | None:
        """The next line that holds a mark."""
        place = self._data.find(mark, self.at)
        if place < 0:
            return None
        start = self._data.rfind(b"\n", self.at, place) + 1 or self.at
        self._number += self._data.count(b"\n", self.at, start)
        self.at = start
        return self.next()

    def next(self) -> Line | None:
        """The line to come; None at the end."""
        start, number = self.at, self._number
        if start >= len(self._data):
            return None
        end = self._data.find(b"\n", start)
        self.at = len(self._data) if end < 0 else end + 1
        self._number += 1
        stop = self.at if end < 0 else end
        return Line(start, self.at, number, self._data[start : min(stop, start + LONGEST)].rstrip(b"\r"))

    def back(self, line: Line) -> None:
        """Go back to the start of the line that came last."""
        self.at, self._number = line.start, line.number

    def rest(self) -> Iterator[Line]:
        while (line := self.next()) is not None:
            yield line


def line_above(data: bytes, start: int, end: int = 0) -> str:
    """The line before a table, in which `date` may have printed the time; `end` is that of what was read before."""
    return data[max(end, start - _ABOVE) : start].rstrip().rpartition(b"\n")[2].decode("utf-8", "replace")


def number_of(text: bytes) -> int | None:
    """A decimal number of ASCII digits, as long as one of the kernel's may be."""
    return int(text) if text.isdigit() and len(text) <= 20 else None
