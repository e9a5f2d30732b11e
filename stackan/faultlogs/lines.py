"""A log that passes by in pieces → its lines that hold a mark, and how much of it there was.

No more than a piece is in memory.  A piece ends where a line does: what begins behind it is kept for the next one, so neither a line
nor a character is cut.  Of a line that is longer than a piece, only the first bytes that fill one are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stackan.backend import sieve
from stackan.faultlogs.times import iso
from stackan.model.event import Extent
from stackan.model.records import NamedTuple
from stackan.model.sifted import Hit, Sifted

PIECE_BYTES = 256 << 10  # stays in the cache
_TIME_BYTES = 32
_UTF8_MARK = b"\xef\xbb\xbf"
# Chinese in UTF-8, in a line with bytes that are none.  Characters of GB18030 hardly ever fill up a run like this.
_UTF8_RUN = re.compile(rb"(?<![\x80-\xff])((?:[\xe3-\xe9\xef][\x80-\xbf]{2})+)(?![\x80-\xff])")
_QUOTE = re.compile(rb"(?<![0-9A-Za-z_])'|'(?![0-9A-Za-z_])")  # not the one in `can't`

Reader = Callable[[memoryview], int]  # fills some of the space; returns how much, and 0 only at the end


class Line(NamedTuple):
    """A line worth reading."""

    number: int  # from 1
    text: str
    head: str | None  # the first line of its record; None where the log begins in the middle of one
    continues: bool  # it is not the first line of its record
    quoted: bool  # a quote was opened before it in its record, and not closed
    marks: int  # bit by bit, which of the marks it holds; none where only its writer is another than before


def decode(line: bytes) -> str:
    """A line in its own encoding, as logs are mixed of several; so are lines, with names that a client has sent in another one."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return "".join(_decode(run, at % 2 == 1) for at, run in enumerate(_UTF8_RUN.split(line)))


def _decode(run: bytes, is_utf8: bool) -> str:
    try:
        return run.decode("utf-8" if is_utf8 else "gb18030")
    except UnicodeDecodeError:
        return run.decode("latin-1")


class Passage:
    """The lines of one log, in one pass."""

    def __init__(self, read_into: Reader, marks: tuple[bytes, ...], piece_bytes: int = PIECE_BYTES) -> None:
        self._read_into = read_into
        self._sieve = sieve(marks)
        self._piece = bytearray(piece_bytes)
        self._lines = self._records = 0
        self._recoded = [0, 0, 0]
        self._first: bytes | None = None
        self._last: bytes | None = None
        self._writer = b""
        self._head: bytes | None = None  # the first line of the record that a piece began in
        self._quotes = _Quotes()

    @property
    def extent(self) -> Extent:
        """How much was read so far."""
        utf8, gb18030, other = self._recoded
        encoding = "gb18030" if gb18030 and not utf8 + other else "mixed" if gb18030 + other else "utf-8"
        return Extent(encoding, self._lines, self._records, _shown(self._first), _shown(self._last))

    def lines(self) -> Iterator[Line]:
        """The lines that hold a mark, and those at which another process begins to write, in order."""
        filled, inside = 0, False  # inside of a line that is longer than a piece
        opened = False
        while filled < len(self._piece):
            got = self._fill(filled)
            filled += got
            stop = self._piece.rfind(b"\n", 0, filled) + 1
            if not got or (not stop and filled == len(self._piece)):
                stop = filled
            if stop:
                start = self._piece.find(b"\n", 0, stop) + 1 if inside else 0
                if not opened and self._piece.startswith(_UTF8_MARK):
                    start = len(_UTF8_MARK)
                opened = True
                if inside and not start:
                    start = stop
                inside = stop == len(self._piece) and self._piece[stop - 1] != 10
                yield from self._sift(start, stop)
            filled -= stop
            self._piece[:filled] = self._piece[stop : stop + filled]
            if not got:
                return

    def _fill(self, filled: int) -> int:
        """Read until the piece is full, or the text ends."""
        with memoryview(self._piece) as space:
            got = 0
            while filled + got < len(space) and (size := self._read_into(space[filled + got :])):
                got += size
            return got

    def _sift(self, start: int, stop: int) -> Iterator[Line]:
        piece = bytes(memoryview(self._piece)[start:stop])
        sifted = self._sieve.sift(piece, len(piece), self._writer)
        self._quotes.begin_piece()
        record, heading = -1, None if self._head is None else decode(self._head)  # where the newest record begins, and its first line
        for number, first, end, head, marks in _merged(sifted, piece):
            text = decode(piece[first:end])
            if head == first:
                yield Line(self._lines + number + 1, text, text, False, False, marks)
                continue
            self._quotes.go_to(piece, head, first)
            if head != record:
                record, heading = head, decode(_line_at(piece, head))
            yield Line(self._lines + number + 1, text, heading, True, self._quotes.are_open, marks)
        self._quotes.go_to(piece, sifted.head, len(piece))
        self._count(sifted, piece)

    def _count(self, sifted: Sifted, piece: bytes) -> None:
        self._lines += sifted.lines
        self._records += sifted.records
        self._writer = sifted.writer
        self._recoded = [before + more for before, more in zip(self._recoded, sifted.recoded)]
        if sifted.head >= 0:
            self._head = _line_at(piece, sifted.head)
            earliest, latest = (piece[at : at + _TIME_BYTES] for at in (sifted.earliest, sifted.latest))
            if self._first is None or earliest[:19] < self._first[:19]:
                self._first = earliest
            if self._last is None or latest[:19] >= self._last[:19]:
                self._last = latest


def _merged(sifted: Sifted, piece: bytes) -> list[Hit]:
    """Lines that hold marks, and those of another writer, each once and in order."""
    if not sifted.writers:
        return sifted.hits
    known = {hit.line for hit in sifted.hits}
    others = [Hit(line, start, _end(piece, start), start, 0) for line, start in sifted.writers if line not in known]
    return sorted([*sifted.hits, *others])


def _line_at(piece: bytes, start: int) -> bytes:
    return piece[start : _end(piece, start)]


def _end(piece: bytes, start: int) -> int:
    end = piece.find(b"\n", start)
    end = len(piece) if end < 0 else end
    return end - 1 if end > start and piece[end - 1] == 13 else end


def _shown(time: bytes | None) -> str | None:
    return None if time is None else iso(time.decode("latin-1"))


class _Quotes:
    """Whether a quote is open at a place of a record.  Each byte is counted once, and most never: only records that matter."""

    def __init__(self) -> None:
        self._record, self._place = -1, 0
        self._double = self._single = 0

    @property
    def are_open(self) -> bool:
        return bool(self._double % 2 or self._single % 2)

    def begin_piece(self) -> None:
        """The record that the last piece ended in goes on at the start of this one."""
        self._record, self._place = -1, 0

    def go_to(self, piece: bytes, record: int, place: int) -> None:
        """Count on from the last place, or from the start of another record; -1 is the one that began before the piece."""
        if record != self._record:
            self._record, self._place, self._double, self._single = record, record, 0, 0
        self._double += piece.count(b'"', self._place, place)
        if piece.find(b"'", self._place, place) >= 0:
            self._single += sum(1 for _ in _QUOTE.finditer(piece, self._place, place))
        self._place = max(place, self._place)
