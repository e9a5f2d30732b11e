"""What is said of threads and of calls, spread over their frames: columns of plain numbers, as tables have them.

The native form of all that is in _fast_spread.pxi; this is its specification, and serves where nothing native is built.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from stackan.model.columns import UNKNOWN

if TYPE_CHECKING:
    Numbers = array[Any] | memoryview


class PlainSpread:
    """The frames of some threads, one thread after the other: columns with an item for each of them.

    firsts, frames: of each thread the row of its innermost frame, and how many it has.
    """

    def __init__(self, firsts: Sequence[int], frames: Sequence[int]) -> None:
        self._firsts = firsts
        self._frames = frames
        self.size = sum(frames)

    def levels(self) -> array[int]:
        """The place of each frame in its stack, from 0."""
        return array("i", chain.from_iterable(map(range, self._frames)))

    def offsets(self, starts: Iterable[int], frame_start: Sequence[int]) -> array[int]:
        """Where each frame's text stands: its thread's start, and the frame's from there."""
        return array("q", [start + frame_start[row] for start, rows in zip(starts, self._rows()) for row in rows])

    def of_threads(self, values: Numbers) -> array[Any]:
        """What is said of each thread."""
        return array(memoryview(values).format, chain.from_iterable(map(repeat, values, self._frames)))

    def of_calls(self, frame_call: Sequence[int], values: Numbers) -> array[Any]:
        """What is said of each frame's call."""
        return array(memoryview(values).format, [values[frame_call[row]] for rows in self._rows() for row in rows])

    def _rows(self) -> Iterable[range]:
        return (range(first, first + frames) for first, frames in zip(self._firsts, self._frames))


def known_bits(values: Numbers, unknown: int) -> tuple[bytes, int]:
    """A bit for each item that is not the unknown one, the lowest of a byte first; and how many are."""
    known = [value != unknown for value in values]
    bits = bytearray((len(known) + 7) // 8)
    for at, each in enumerate(known):
        bits[at >> 3] |= each << (at & 7)
    return bytes(bits), sum(known)


def number_texts(data: bytes, starts: Iterable[int], sizes: Iterable[int]) -> tuple[array[int], list[bytes]]:
    """The parts of a text by their numbers, from 0 in the order in which they come, UNKNOWN where there is none; and these parts."""
    known: dict[bytes, int] = {}
    numbers = array("i")
    for start, size in zip(starts, sizes):
        numbers.append(UNKNOWN if start == UNKNOWN else known.setdefault(data[start : start + size], len(known)))
    return numbers, list(known)
