"""A text that need not be held: it passes by while it is read, however long it is."""

from __future__ import annotations

from stackan.reading.items import Blob, Item
from stackan.reading.limits import Budget
from stackan.reading.magic import TEXT_HEAD_BYTES
from stackan.reading.stream import Stream
from stackan.reading.text import as_utf8
from stackan.reading.trouble import LimitHit, Unreadable


class Passing:
    """One text, as long as no next one is asked for.

    item: as known before it was opened. trouble: why it could not be read to its end; None as long as it could.
    Only `Limits.total_bytes` bounds it, and `Limits.ratio` where it is packed.
    """

    def __init__(self, stream: Stream, item: Item, budget: Budget) -> None:
        self.item = item
        self._stream = stream
        self._budget = budget
        self._trouble: str | None = None

    @property
    def source(self) -> str:
        return self.item.source

    @property
    def head(self) -> bytes:
        """Its first bytes, which stay to be read."""
        return self._stream.peek(TEXT_HEAD_BYTES)

    @property
    def trouble(self) -> str | None:
        return self._trouble or self._stream.fault

    def hold(self, most: int) -> Blob | None:
        """The whole text, if it has no more than `most` bytes; else it stays to be read from its beginning."""
        try:
            size = len(self._stream.peek(most + 1))
        except (LimitHit, Unreadable) as trouble:
            self._trouble = trouble.args[0]
            return None
        if size > most:
            return None
        data, item = as_utf8(self._stream.read(size)), self.item
        return Blob(item.source, data, item.taken_at, item.named, item.written, item.stamped)

    def read_into(self, space: memoryview) -> int:
        """Fill some of the space; returns how much, and 0 only at the end."""
        stream = self._stream
        if self._trouble and not stream.ahead:
            return 0
        straight = not stream.ahead and stream.file is not None  # as such bytes are counted by nobody else
        try:
            size = stream.read_into(space)
            if straight:
                self._budget.bring(size)
        except (LimitHit, Unreadable) as trouble:
            self._trouble = trouble.args[0]
            return 0
        return size
