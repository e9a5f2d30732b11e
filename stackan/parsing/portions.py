"""Pieces of a text → dumps of some whole threads each, for what is written thread by thread and needs no more of the text.

A thread's header begins anew, whatever comes before it: from one on, a text is scanned as if it began there.  So each portion ends
before the last thread that has begun, which begins the next one.  Only texts that a tally has found to be plain may be read so.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from stackan import backend
from stackan.model.columns import Columns
from stackan.model.dump import Dump
from stackan.parsing.pieces import NOTHING_SAID

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Portions:
    """Takes the pieces of a text one after the other, wherever it is cut."""

    def __init__(self, grammar: int, format: str, source: str) -> None:
        self._grammar = grammar
        self._format = format
        self._source = source
        self._begun = b""  # the text from the last thread on
        self._lines = 0  # before it

    @property
    def wanted(self) -> int:
        """How many bytes a piece should have at least: a thread that goes on and on is not to be scanned again for each few of them."""
        return len(self._begun)

    def take(self, piece: ReadableBuffer) -> Dump:
        """The threads that end in this piece."""
        data = self._begun + piece
        columns = backend.scan(memoryview(data)[: data.rfind(b"\n") + 1], self._grammar)
        last = len(columns.thread_lwp) - 1
        if last < 0:
            self._begun = data
            return self._dump(data, columns, 0)
        self._begun = data[columns.thread_start[last] :]
        dump = self._dump(data, columns, last)
        self._lines = columns.thread_line[last] - 1
        return dump

    def end(self) -> Dump:
        """The last thread, now that the text has ended."""
        columns = backend.scan(self._begun, self._grammar)
        return self._dump(self._begun, columns, len(columns.thread_lwp))

    def _dump(self, data: bytes, columns: Columns, threads: int) -> Dump:
        columns.thread_line = array("i", [line + self._lines for line in columns.thread_line])
        return Dump(data, columns, source=self._source, format=self._format, facts=NOTHING_SAID, threads=range(threads))
