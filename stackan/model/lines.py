"""Lines of a text: where they end, and their numbers, without an index of all of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

_STRIDE = 4096


class Milestones:
    """The way between offsets and line numbers, counted from known lines: those where threads start.

    Where the way is long, as in a stack of 200,000 frames, the count is noted every few kilobytes: however many lines are
    looked up, each byte is counted once, and each look-up counts one stride more at the most.
    """

    def __init__(self, data: bytes, starts: Sequence[int], numbers: Sequence[int]) -> None:
        self._data = data
        self._starts = starts
        self._numbers = numbers
        self._noted: dict[int, list[int]] = {}  # {known start: the number of the line at each stride behind it}

    def number(self, offset: int) -> int:
        """The number of the line that holds a byte, from 1."""
        return self.number_behind(bisect_right(self._starts, offset) - 1, offset)

    def number_behind(self, known: int, offset: int) -> int:
        """The same, of a byte of which it is known behind which known line it is."""
        start, number = (self._starts[known], self._numbers[known]) if known >= 0 else (0, 1)
        if offset - start > _STRIDE:
            strides = (offset - start) // _STRIDE
            noted = self._noted.setdefault(start, [number])
            while len(noted) <= strides:
                self._note(start, noted)
            start, number = start + strides * _STRIDE, noted[strides]
        return number + self._data.count(b"\n", start, offset)

    def start(self, line: int) -> int:
        """The byte offset where a line starts."""
        known = bisect_right(self._numbers, line) - 1
        start, number = (self._starts[known], self._numbers[known]) if known >= 0 else (0, 1)
        if line - number > 32:
            noted = self._noted.setdefault(start, [number])
            while noted[-1] < line and start + len(noted) * _STRIDE < len(self._data):
                self._note(start, noted)
            before = bisect_left(noted, line) - 1
            start, number = start + before * _STRIDE, noted[before]
        return skip_lines(self._data, start, line - number)

    def _note(self, start: int, noted: list[int]) -> None:
        stop = start + len(noted) * _STRIDE
        noted.append(noted[-1] + self._data.count(b"\n", stop - _STRIDE, stop))


class Renumbering:
    """Which lines of the original the lines of a prepared text come from; all snapshots of the text share what is found out about it."""

    def __init__(self, data: bytes, numbers: Sequence[int], original: bytes) -> None:
        self._data = data
        self.numbers = numbers
        self._original = original
        self._milestones = Milestones(original, (), ())

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(line) + 1 for line in self._data.split(b"\n")), initial=0))

    def number(self, offset: int) -> int:
        """The number of the original's line that a byte of the prepared text comes from, from 1."""
        return self.numbers[bisect_right(self._starts, offset) - 1]

    def line(self, number: int) -> bytes:
        """A line of the original, without its end."""
        start = self._milestones.start(number)
        stop = self._original.find(b"\n", start)
        return self._original[start : len(self._original) if stop < 0 else stop]


def skip_lines(data: bytes, start: int, lines: int) -> int:
    """The byte offset behind so many ends of lines from `start`.

    A way that is not short is counted in growing strides, which is far faster than to look for each end.
    """
    stride = _STRIDE
    while lines > 32:
        ends = data.count(b"\n", start, start + stride)
        if ends < lines and start + stride < len(data):
            start, lines, stride = start + stride, lines - ends, stride * 2
        elif stride > 512:
            stride //= 4
        else:
            break
    for _ in range(lines):
        start = data.find(b"\n", start) + 1
    return start


def line_stop(data: bytes, start: int) -> int:
    """Where a line's text ends, before its line end."""
    stop = data.find(b"\n", start)
    if stop < 0:
        stop = len(data)
    return stop - 1 if stop > start and data[stop - 1] == 13 else stop
