"""Rows of a dump, made one at a time from its columns: threads, frames, stacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar, overload

from stackan.model.brief import brief, in_short, where
from stackan.model.columns import UNKNOWN, Columns
from stackan.model.expressions import expression
from stackan.model.records import NamedTuple
from stackan.model.tabled import Tabled, Tables

if TYPE_CHECKING:
    from stackan.model.dump import Dump

Row = TypeVar("Row")


@brief
class Thread(NamedTuple):
    """One thread of a dump."""

    row: int  # its index in the thread columns
    number: int | None  # the debugger's own number; shifts between dumps
    lwp: int | None  # the kernel's thread id
    pthread: str | None  # the pthread id as the header prints it, "0x7f…"
    name: str | None
    line: int  # of the header, from 1
    first: int  # index of its innermost frame in the frame columns
    frames: int  # how many frames it has
    node: int  # its stack; equal stacks have equal nodes; -1 without frames


@brief
class Frame(NamedTuple):
    """One frame of one thread."""

    row: int  # its index in the frame columns
    level: int
    pc: int | None  # None in an inlined frame
    function: str  # as printed, without arguments
    file: str | None
    file_line: int | None
    library: str | None
    arguments: str  # as printed between the parentheses, "" if none
    line: int  # of the dump, from 1


@brief
class Local(NamedTuple):
    """The place of a printed local."""

    thread: int  # index into the columns
    level: int  # of its frame
    line: int  # of the dump, from 1


@brief
class Location(NamedTuple):
    """The origin of a frame's code; None for each part that is not printed."""

    file: str | None
    line: int | None
    library: str | None


class _Rows(Sequence[Row]):
    """Rows made one at a time: a dump of five thousand threads makes no objects for those nobody looks at."""

    def __init__(self, dump: Dump, size: int) -> None:
        self._dump = dump
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return in_short(type(self).__name__, f"{self._size} of {where(self._dump.source)}")

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(i) for i in range(*index.indices(self._size))]
        if index < 0:
            index += self._size
        if not 0 <= index < self._size:
            raise IndexError(f"row {index} of {self._size}")
        return self._row(index)

    def __iter__(self) -> Iterator[Row]:
        return (self._row(i) for i in range(self._size))

    @property
    def columns(self) -> Columns:
        """The same as arrays."""
        return self._dump.columns

    @property
    def _tables(self) -> Tables | None:
        """The tables that some of them can be had as."""
        return self._dump.tables

    def _row(self, index: int) -> Row:
        raise NotImplementedError


class ThreadRows(_Rows[Thread]):
    """The threads of a dump in its own order; `columns` gives them as arrays."""

    def _row(self, index: int) -> Thread:
        return self._dump.thread(self._dump.first_thread + index)


class FrameRows(_Rows[Frame], Tabled):
    """All frames of a dump, thread after thread, innermost first; `columns` gives them as arrays.

    As a table it has a row for each frame of a thread: the columns of `stackan.frames_table`.
    """

    def _table(self, tables: Tables) -> object:
        return tables.frames(self._dump)

    def __iter__(self) -> Iterator[Frame]:
        """By threads: to look up each frame's own would take three times as long."""
        dump, row = self._dump, self._dump.first_frame
        while row < dump.stop_frame:
            thread = dump.thread_of(row)
            found = [dump.frame(row)] if thread == UNKNOWN else list(dump.frames_of(thread))
            yield from found
            row += len(found)

    def _row(self, index: int) -> Frame:
        return self._dump.frame(self._dump.first_frame + index)


class StackRows(_Rows[tuple[str, ...]], Tabled):
    """The distinct stacks of a dump: tuples of printed function names, innermost first.

    As a table it has a row for each: `stack` (its index here), `threads` (how many have it), `functions` (a list).
    """

    def __init__(self, dump: Dump) -> None:
        self.nodes = sorted({node for node in dump.thread_nodes() if node != UNKNOWN})
        super().__init__(dump, len(self.nodes))

    def _table(self, tables: Tables) -> object:
        return tables.stacks(self._dump)

    def _row(self, index: int) -> tuple[str, ...]:
        return self._dump.stack(self.nodes[index])


_SHARED = expression(r"\.so(?:\.\d{1,9}){0,9}\Z")


def read_location(text: str) -> Location:
    """Read a site's location: `at FILE:LINE`, `from LIBRARY`, or `from LIBRARY at FILE:LINE:COLUMN` (eu-stack -m -s).

    Visual Studio prints lines without files: `from ledger.exe at :12`.  gdb names a library as the file of a function whose symbol has an
    empty name: `in  () at /lib/x86_64-linux-gnu/libglib-2.0.so.0`.
    """
    library = None
    if text.startswith("from "):
        library, _, text = text[5:].partition(" at ")
        text = f"at {text}" if text else ""
    if not text.startswith("at "):
        return Location(None, None, library)
    file, _, number = text[3:].rpartition(":")
    if _is_line(number) and ":" in file and _is_line(file.rpartition(":")[2]):
        file, _, number = file.rpartition(":")  # a column comes last
    if not _is_line(number):
        return Location(None, None, text[3:]) if library is None and _SHARED.search(text) else Location(text[3:], None, library)
    return Location(file or None, int(number), library)


def _is_line(text: str) -> bool:
    return text.isdecimal() and len(text) <= 10
