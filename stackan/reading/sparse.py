"""A member of a tar with holes, of which the archive holds a map and the data between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from stackan.model.said import said, said_of
from stackan.reading.limits import Budget
from stackan.reading.stream import CHUNK_BYTES
from stackan.reading.trouble import Unreadable


class Sparse:
    """The content with its holes filled with zeros: bytes out of nothing, so they count as those of a decompressor do.

    content: gives some of the next bytes of the archive, at most as many as it is asked for. regions: the map, (offset, size)
    of what is no hole. size: of the whole.
    """

    def __init__(self, content: Callable[[int], bytes], regions: Iterable[tuple[int, int]], size: int, budget: Budget) -> None:
        self.fault: str | None = None
        self._content = content
        self._pieces = _pieces(regions, size)
        self._budget = budget
        self._is_hole = True  # of the piece that is being read
        self._left = 0  # of it
        self._stored = self._holes = 0  # bytes so far

    def read(self, size: int, /) -> bytes:
        """The next bytes. Raises LimitHit, and Unreadable where the map is none."""
        while not self._left and (piece := next(self._pieces, None)):
            self._is_hole, self._left = piece
        part = min(size, self._left, CHUNK_BYTES)
        data = (self._zeros if self._is_hole else self._next_stored)(part) if part else b""
        self._left -= len(data)
        return data

    def _zeros(self, size: int) -> bytes:
        self._holes += size
        self._budget.check_ratio(self._stored, self._holes)
        self._budget.make(size)
        return bytes(size)

    def _next_stored(self, size: int) -> bytes:
        data = self._content(size)
        self._stored += len(data)
        if not data:
            self.fault = said_of(
                self._stored,
                "truncated at {count} byte of what it holds: the archive ends there",
                "truncated at {count} bytes of what it holds: the archive ends there",
            )
        return data


def _pieces(regions: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[bool, int]]:
    """(whether it is a hole, size), one after the other up to the end. Raises Unreadable where regions overlap or leave the member."""
    at = 0
    for start, length in (*regions, (size, 0)):
        if start < at or length < 0 or start + length > size:
            raise Unreadable(said("damaged sparse member: its map is no list of regions in their order"))
        yield True, start - at
        yield False, length
        at = start + length
