"""Bytes that are read once, forward, and whose first ones can be looked at before."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Protocol

from stackan.model.said import said
from stackan.reading.limits import KIB, Budget
from stackan.reading.trouble import Unreadable, why

CHUNK_BYTES = 256 * KIB  # stays in the cache; 64 KiB to 1 MiB measured alike


class Producer(Protocol):
    """Where a stream's bytes come from.

    `fault` is None, or says in one short sentence why the bytes ended before their time: so what came before is not lost.
    """

    fault: str | None

    def read(self, size: int, /) -> bytes:
        """Some bytes, at most about `size`; none only at the end. Raises Unreadable."""


class Stream:
    """A producer with a look ahead.

    file: the plain file on disk behind it, or None; its user has to seek in it.
    """

    __slots__ = ("_ahead", "_producer", "_used", "file")

    def __init__(self, producer: Producer, file: io.FileIO | None = None) -> None:
        self._producer = producer
        self._ahead = b""  # looked at; of it, the first `_used` bytes are read
        self._used = 0
        self.file = file

    @property
    def fault(self) -> str | None:
        """Why the stream ended too early; None if it did not, or has not ended yet."""
        return self._producer.fault

    @property
    def ahead(self) -> int:
        """How many bytes were looked at and are not yet read."""
        return len(self._ahead) - self._used

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, which stay to be read; fewer only if the stream ends before."""
        while self.ahead < size:
            more = self._producer.read(size)
            if not more:
                break
            self._ahead = self._ahead[self._used :] + more
            self._used = 0
        return self._ahead[self._used : self._used + size]

    def read(self, size: int) -> bytes:
        """At most `size` bytes, and none only at the end."""
        if not self.ahead:
            data = self._producer.read(size)
            if len(data) <= size:
                return data
            self._ahead, self._used = data, 0
        data = self._ahead[self._used : self._used + size]
        self._used += len(data)
        return data

    def read_into(self, space: memoryview) -> int:
        """Fill some of the space; returns how much, and 0 only at the end. A file's bytes are not copied once more."""
        if self.file is not None and not self.ahead:
            try:
                return self.file.readinto(space) or 0
            except OSError as error:
                raise Unreadable(why(error)) from error
        if not self.ahead:
            self._ahead, self._used = self._producer.read(len(space)), 0
        size = min(self.ahead, len(space))
        space[:size] = memoryview(self._ahead)[self._used : self._used + size]
        self._used += size
        return size


def take(stream: Stream, budget: Budget) -> bytes:
    """All that is left of a stream. Raises LimitHit past the limit for one item."""
    if stream.file is not None:
        return _take_file(stream.file, stream, budget)
    buffer = io.BytesIO()
    while data := stream.read(CHUNK_BYTES):
        budget.check_item(buffer.tell() + len(data))
        buffer.write(data)
    return buffer.getvalue()  # CPython hands out the buffer itself, no copy


def _take_file(file: io.FileIO, stream: Stream, budget: Budget) -> bytes:
    """A file on disk in one piece: `readall` asks for its size and reads once."""
    size = os.fstat(file.fileno()).st_size
    budget.check_item(size)
    budget.spend(size - stream.ahead)
    try:
        file.seek(0)
        return file.readall()
    except OSError as error:
        raise Unreadable(why(error)) from error


class Slice:
    """The next `size` bytes of an archive, which `read` reads from: one member as it is stored."""

    __slots__ = ("_left", "_read", "_size", "fault")

    def __init__(self, read: Callable[[int], bytes], size: int) -> None:
        self._read = read
        self._size = self._left = size
        self.fault: str | None = None

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            return b""
        data = self._read(min(size, self._left))
        self._left -= len(data)
        if not data:
            self.fault = said("truncated at {at} of {size} bytes: the archive ends there", at=self._size - self._left, size=self._size)
        return data
