"""What a first look at the lines of a log gives: how many there are, when they begin and end, and which of them are worth reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from stackan.model.brief import brief
from stackan.model.records import NamedTuple

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MOST_MARKS = 64


@brief
class Hit(NamedTuple):
    """A line that holds a mark."""

    line: int  # from 0, in the piece
    start: int
    end: int  # without what ends the line
    head: int  # where the record begins that this line belongs to; -1 if it begins before the piece
    marks: int  # bit by bit, which of the marks it holds


@brief
class Sifted(NamedTuple):
    """The lines of a piece.  A record is a line that begins with a time, with those behind it that do not."""

    lines: int
    records: int
    earliest: int  # where the first time begins that no other comes before; -1 if there is none
    latest: int  # where the last time begins that no other comes after; -1 if there is none
    head: int  # where the last record begins; -1 if none begins here
    writer: bytes  # the digits of the pid that the last record names, or those given
    recoded: tuple[int, int, int]  # lines that are not ASCII: in UTF-8, in GB18030 by their shape, in neither
    hits: list[Hit]
    writers: list[tuple[int, int]]  # (line from 0, start) of each record with another pid than the record before


class Sieve(Protocol):
    """Looks at pieces for given marks."""

    def sift(self, data: ReadableBuffer, size: int, writer: bytes) -> Sifted:
        """Look at the first `size` bytes, which begin where a line does; `writer` is that of the piece before."""
