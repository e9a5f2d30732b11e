"""One text while it is read: for callers that need not hold it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from stackan.reading.items import Item
from stackan.reading.limits import DEFAULT_LIMITS, Budget, Limits
from stackan.reading.magic import CODECS, HEAD_BYTES, PLAIN, recognise
from stackan.reading.names import shown
from stackan.reading.sources import STANDARD_INPUT, open_file
from stackan.reading.stream import Stream
from stackan.reading.text import has_mark
from stackan.reading.trouble import LimitHit, Unreadable


class Text:
    """A text that is read forward. `source` as in `Blob`; `whole` turns False where it could not be read to its end."""

    def __init__(self, source: str, stream: Stream, limits: Limits) -> None:
        self.source = source
        self.whole = True
        self._stream = stream
        self._left = limits.item_bytes

    def peek(self, size: int) -> bytes:
        """The first bytes, which stay to be read; none if they cannot be read."""
        try:
            return self._stream.peek(size)
        except (LimitHit, Unreadable):
            self.whole = False
            return b""

    def read_into(self, space: memoryview) -> int:
        """Fill some of the space; returns how much, and 0 only at the end."""
        try:
            size = self._stream.read_into(space)
        except (LimitHit, Unreadable):
            self.whole = False
            return 0
        self._left -= size
        self.whole = self._left >= 0 and not self._stream.fault
        return size if self._left >= 0 else 0


@contextlib.contextmanager
def open_text(path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> Iterator[Text | None]:
    """The text of one file, plain or compressed.

    None for all that `read` takes apart or whole: folders, archives, pipes, texts with an encoding's mark; and for files that
    cannot be read, since `read` says why.
    """
    name, budget = os.fspath(path), Budget(limits)
    if name == STANDARD_INPUT or not os.path.isfile(name):
        yield None
        return
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(open_file(name, budget))
        except Unreadable:
            stream = None
        yield _unwrap(stream, Item(shown(name), named=True), budget) if stream is not None else None


def _unwrap(stream: Stream, item: Item, budget: Budget) -> Text | None:
    """The text inside of all codecs."""
    try:
        while (kind := recognise(stream.peek(HEAD_BYTES))) in CODECS:
            from stackan.reading.compressed import unpacked

            item = item.unpacked()
            budget.check_depth(item.depth)
            stream = unpacked(stream, kind, budget)
        return Text(item.source, stream, budget.limits) if kind == PLAIN and not has_mark(stream.peek(HEAD_BYTES)) else None
    except (LimitHit, Unreadable):
        return None
