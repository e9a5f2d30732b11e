"""Compressed streams, unpacked as they are read; a bomb stops at the limit and not in memory."""

from __future__ import annotations

from stackan.model.said import said_of
from stackan.reading.decoders import Codec, codec
from stackan.reading.limits import KIB, Budget
from stackan.reading.magic import HEAD_BYTES, recognise
from stackan.reading.stream import Stream
from stackan.reading.trouble import own_words

# Not larger: each frame's end copies what is left of the piece, and a frame may be 20 bytes.
_PIECE_BYTES = 64 * KIB

# An error costs what the failing call had unpacked, so calls start small and double: what is kept is at least half of
# what lies before the damage, or all but the last 256 KiB of it.
_FIRST_BYTES = 4 * KIB


def unpacked(stream: Stream, kind: str, budget: Budget) -> Stream:
    """The unpacked content of a stream of this kind. Raises Unreadable if this Python lacks the codec."""
    return Stream(Unpacked(stream, codec(kind), budget))


class Unpacked:
    """All frames of a compressed stream, one after the other, as gzip(1) and its kin unpack them.

    lead: bytes to put before the stream.
    """

    def __init__(self, stream: Stream, how: Codec, budget: Budget, lead: bytes = b"") -> None:
        self.fault: str | None = None
        self._stream = stream
        self._codec = how
        self._budget = budget
        self._decoder = how.decoder()
        self._rest = lead  # not yet given to a decoder
        self._packed = self._unpacked = 0  # bytes so far
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end, and then `fault` says if it came too early. Raises LimitHit."""
        while not self._ended:
            if self._decoder.eof:
                self._next_frame()
            elif data := self._decompress(min(size, max(self._unpacked, _FIRST_BYTES))):
                self._count(data)
                return data
        return b""

    def _decompress(self, size: int) -> bytes:
        piece = b""
        if self._decoder.needs_input:
            piece = self._next_piece()
            if not piece:
                return self._end(
                    said_of(
                        self._unpacked,
                        "truncated at {count} byte: the {kind} data ends before its end mark",
                        "truncated at {count} bytes: the {kind} data ends before its end mark",
                        kind=self._codec.kind,
                    )
                )
        try:
            return self._decoder.decompress(piece, size)
        except self._codec.errors as error:
            return self._end(
                said_of(
                    self._unpacked,
                    "damaged {kind} data after {count} byte: {reason}",
                    "damaged {kind} data after {count} bytes: {reason}",
                    kind=self._codec.kind,
                    reason=own_words(error),
                )
            )

    def _next_piece(self) -> bytes:
        piece, self._rest = self._rest, b""
        if not piece:
            piece = self._stream.read(_PIECE_BYTES)
            self._packed += len(piece)
        return piece

    def _count(self, data: bytes) -> None:
        self._unpacked += len(data)
        self._budget.check_ratio(self._packed, self._unpacked)
        self._budget.make(len(data))

    def _next_frame(self) -> None:
        """A frame is followed by another one, zeros (xz and tapes pad so), the end, or bytes that do not belong there."""
        rest = self._decoder.unused_data.lstrip(b"\0")
        while len(rest) < HEAD_BYTES and (more := self._next_piece()):
            rest = (rest + more).lstrip(b"\0")
        if not rest:
            self._end(None)
        elif recognise(rest[:HEAD_BYTES]) == self._codec.kind:
            self._budget.check_frame()
            self._decoder = self._codec.decoder()
            self._rest = rest
        else:
            self._end(
                said_of(
                    self._unpacked,
                    "left out what follows the {kind} data after {count} byte: it is of another kind",
                    "left out what follows the {kind} data after {count} bytes: it is of another kind",
                    kind=self._codec.kind,
                )
            )

    def _end(self, fault: str | None) -> bytes:
        self.fault = fault
        self._ended = True
        return b""
