"""A parsed dump: one snapshot of one process, as columns with rows read on demand."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar, overload

from stackan.model.brief import amount, brief, in_short, where
from stackan.model.columns import KINDS, UNKNOWN, Columns
from stackan.model.formats import Format, format_of
from stackan.model.frames import frame_arguments, frame_before, frame_start, frame_stop, level_at, text_stop, thread_arguments
from stackan.model.lines import Milestones, Renumbering, skip_lines
from stackan.model.tabled import Tabled, Tables

if TYPE_CHECKING:
    from stackan.model.arguments import Address

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

    def __init__(self, dump: "Dump", size: int) -> None:
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

    def _row(self, index: int) -> Row:
        raise NotImplementedError


class ThreadRows(_Rows[Thread]):
    """The threads of a dump in its own order; `columns` gives them as arrays."""

    @property
    def columns(self) -> Columns:
        return self._dump.columns

    def _row(self, index: int) -> Thread:
        return self._dump.thread(self._dump.first_thread + index)


class FrameRows(_Rows[Frame], Tabled):
    """All frames of a dump, thread after thread, innermost first; `columns` gives them as arrays.

    As a table it has a row for each frame of a thread: the columns of `stackan.frames_table`.
    """

    @property
    def columns(self) -> Columns:
        return self._dump.columns

    @property
    def _tables(self) -> Tables | None:
        return self._dump.tables

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

    def __init__(self, dump: "Dump") -> None:
        self.nodes = sorted({node for node in dump.thread_nodes() if node != UNKNOWN})
        super().__init__(dump, len(self.nodes))

    @property
    def columns(self) -> Columns:
        return self._dump.columns

    @property
    def _tables(self) -> Tables | None:
        return self._dump.tables

    def _table(self, tables: Tables) -> object:
        return tables.stacks(self._dump)

    def _row(self, index: int) -> tuple[str, ...]:
        return self._dump.stack(self.nodes[index])


@brief
class Printed(NamedTuple):
    """A lock's owner that the debugger was asked to print (`p *(pthread_mutex_t *) 0x…`)."""

    address: int
    owner: int  # LWP; 0 is none
    line: int
    kind: str = "mutex"  # or "rwlock", whose printed owner is its writer
    readers: int = 0  # that hold a rwlock; their identity is recorded nowhere
    queue: str = ""  # the threads behind the readers: "", "writer", or "both" a writer and the readers that came after it


@brief
class Lock(NamedTuple):
    """A lock or another object in a thread's own lines: `- waiting to lock <0x00000000f0d1a2b8> (a java.lang.Object)`."""

    kind: str  # a RESOURCE of the contract
    address: int | None
    line: int
    what: str = ""  # in the dump's words: "java.lang.Object"
    frame: int = 0  # position in the stack of the frame after which it is printed
    mode: str = ""  # "read" or "write" of a lock that knows both
    owners: tuple[int, ...] = ()  # LWPs that the dump itself names as having to release it, or to end
    owner: str = ""  # the thread that the dump names as its owner, where it is not among those of the dump
    evidence: str = "recorded"  # or "locals", where variables show it
    descriptor: int | None = None  # of a socket, a pipe or a file
    gone: int = 0  # the LWP of an owner that has ended without giving it back
    home: int = 0  # the process of these LWPs, where it is another one that shares the lock; the child whose end is waited for


@brief
class PrintedState(NamedTuple):
    """The lines of a dump about one thread beside its frames."""

    words: str  # its state as profiles know it: "go: chan receive", "java: BLOCKED"; "" if none is printed
    line: int  # of these words
    awaits: Lock | None = None
    holds: tuple[Lock, ...] = ()
    ran: int | None = None  # CPU time that it has used, in microseconds
    age: int = 0  # since it was started, in microseconds
    cut: bool = False  # not all of its frames are printed
    waited: int = 0  # the least time, in seconds, for which it has waited in one go; 0 if the dump prints none


@brief
class Facts(NamedTuple):
    """The lines of a dump beside the frames of its threads."""

    pid: int | None
    command: str | None
    printed: tuple[Printed, ...]
    refusals: tuple[str, ...]  # words of a debugger that could not look ("ptrace: Operation not permitted.")
    announced: int = 0  # threads that gdb named on attaching, before it printed any
    limited: bool = False  # the tool printed only so many frames of each stack
    tabled: bool = False  # of threads with one frame, which a table printed, others are not shown
    states: Mapping[int, PrintedState] = {}  # {thread row: its printed state}
    ended: bool = False  # the process printed this as the last thing before its end
    core: bool = False  # the threads are those of a core
    excerpt: bool = False  # threads that were taken out of a dump: nothing is known of the others
    numbered: int = 0  # threads that the numbers of those which are printed show, where the text ends within one of them
    hexadecimal: bool = False  # the threads' ids are listed so, apart from their headers: `thread #2: tid = 0x1a2b`
    moment: str = ""  # of a table of waits: those of several processes with the same words are of one instant
    again: int = 0  # frames that a reader has passed over, as they print a thread a second time
    deadlock: int = 0  # the line in which the run-time itself reports that none of these threads can ever go on


class Dump:
    """One snapshot.  Text is decoded as UTF-8; bytes that are none become U+FFFD."""

    def __init__(
        self,
        data: bytes,
        columns: Columns,
        *,
        source: str,
        format: str,
        facts: Facts,
        threads: range | None = None,
        warnings: Sequence[str] = (),
        reason: str = "",
        taken_at: str | None = None,
        original: bytes | None = None,
        numbers: Renumbering | None = None,
        text: tuple[int, int] | None = None,
    ) -> None:
        chosen = range(len(columns.thread_lwp)) if threads is None else threads
        self.data = data
        self.original = data if original is None else original  # as it was given, where `data` was prepared for the scanner
        self.numbers = numbers  # of the original's lines, for each line of `data`; None where they are the same
        self.text_range = (0, len(data)) if text is None else text  # which part of the text is this snapshot's
        self.columns = columns
        self.source = source
        self.format = format
        self.reason = reason  # why the text was taken for one in this format
        self.facts = facts
        self.warnings = list(warnings)
        self.taken_at = taken_at  # ISO-8601, where an archive or a capture says so
        self.captured_at: str | None = None  # the same, where it is a capture that does
        self.tables: Tables | None = None  # what gives its rows as tables
        self.stamped: str | None = None  # the same in a zip's local time
        self.written: float | None = None  # when its file was, in seconds since 1970: the last resort to find an order
        self.first_thread = chosen.start
        self.stop_thread = chosen.stop
        # Frames of no thread (a core's current frame, what a session prints again) belong to the snapshot before them.
        self.first_frame = columns.thread_first[chosen.start] if chosen.start else 0
        self.stop_frame = columns.thread_first[chosen.stop] if chosen.stop < len(columns.thread_first) else len(columns.frame_call)
        self._functions: dict[int, str] = {}
        self._milestones = Milestones(data, columns.thread_start, columns.thread_line)

    def __repr__(self) -> str:
        threads, frames = amount(len(self.threads), "thread"), amount(len(self.frames), "frame")
        return in_short("Dump", f"{where(self.source)}: {self.format}, {threads}, {frames}")

    def __getstate__(self) -> dict[str, object]:
        """What a pickle keeps: the lines' places among it are found again, as they lie in the scanner's memory."""
        return {name: value for name, value in self.__dict__.items() if name != "_milestones"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._milestones = Milestones(self.data, self.columns.thread_start, self.columns.thread_line)

    @property
    def traits(self) -> Format:
        """The traits of the dump's format."""
        return format_of(self.format)

    @property
    def threads(self) -> ThreadRows:
        return ThreadRows(self, self.stop_thread - self.first_thread)

    @property
    def frames(self) -> FrameRows:
        return FrameRows(self, self.stop_frame - self.first_frame)

    @property
    def stacks(self) -> StackRows:
        return StackRows(self)

    @property
    def unparsed(self) -> list[tuple[int, str]]:
        """(line, text) of every line that is no part of a thread and no known noise."""
        return [(self.columns.unparsed_line[index], self.line_at(self.columns.unparsed_start[index])) for index in self.unparsed_rows]

    @property
    def unparsed_rows(self) -> range:
        """Rows of the unparsed columns that belong to this snapshot: a text may hold several."""
        starts = self.columns.unparsed_start
        return range(bisect_left(starts, self.text_range[0]), bisect_left(starts, self.text_range[1]))

    @cached_property
    def thread_of_lwp(self) -> dict[int, int]:
        """{LWP: index of its thread}; of two with one id the last counts."""
        own = slice(self.first_thread, self.stop_thread)
        threads = dict(zip(self.columns.thread_lwp[own], range(self.first_thread, self.stop_thread)))
        threads.pop(UNKNOWN, None)
        return threads

    @cached_property
    def printed_addresses(self) -> frozenset[int]:
        """The locks whose owners the debugger was asked to print."""
        return frozenset(word.address for word in self.facts.printed)

    @cached_property
    def lwp_of_pthread(self) -> dict[int, int]:
        """{pthread id: LWP} of the threads; of two with one id the first counts."""
        own = slice(self.first_thread, self.stop_thread)
        return dict(zip(reversed(self.columns.thread_pthread[own]), reversed(self.columns.thread_lwp[own]), strict=True))

    @property
    def lines(self) -> dict[str, int]:
        """How many lines are of which kind; together they are all lines of the input."""
        return dict(zip(KINDS, self.columns.lines_by_kind))

    @property
    def is_truncated(self) -> bool:
        """Whether the text ends before all threads were printed that the debugger had announced, or that the numbers show."""
        return self.expected > self.stop_thread - self.first_thread

    @property
    def lacks_threads(self) -> bool:
        """Whether its process may have had other threads: the text breaks off, or these were taken out of a dump."""
        return self.is_truncated or self.facts.excerpt

    @property
    def expected(self) -> int:
        """How many threads the text promises; 0 if it does not.

        What a debugger announces in a text of several snapshots is of all of them.
        """
        return max(self.facts.announced if self.text_range == (0, len(self.data)) else 0, self.facts.numbered)

    @cached_property
    def frames_read(self) -> int:
        """How many frames its part of the text has, also those of no thread, and of what is printed there a second time."""
        columns = self.columns
        start, stop = (bisect_left(columns.thread_start, end) for end in self.text_range)
        last = columns.thread_first[stop] if stop < len(columns.thread_first) else len(columns.frame_call)
        return last - (columns.thread_first[start] if start else 0) + self.facts.again

    @cached_property
    def frames_used(self) -> int:
        """How many frames its threads have."""
        return sum(self.columns.thread_frames[self.first_thread : self.stop_thread])

    # -- rows

    def thread(self, index: int) -> Thread:
        columns = self.columns
        number, lwp, pthread = columns.thread_number[index], columns.thread_lwp[index], columns.thread_pthread[index]
        return Thread(
            index,
            None if number == UNKNOWN else number,
            None if lwp == UNKNOWN else lwp,
            hex(pthread) if pthread else None,
            self.thread_name(index),
            columns.thread_line[index],
            columns.thread_first[index],
            columns.thread_frames[index],
            columns.thread_node[index],
        )

    def thread_name(self, index: int) -> str | None:
        start = self.columns.thread_name_start[index]
        if start == UNKNOWN:
            return None
        return self.text(start, start + self.columns.thread_name_size[index])

    def threads_named(self, name: str) -> int:
        """How many of its threads have a name."""
        return self._name_counts[name]

    @cached_property
    def _name_counts(self) -> Counter[str | None]:
        return Counter(self.thread_names)

    @cached_property
    def thread_names(self) -> tuple[str | None, ...]:
        """The names of its threads, in their order; None where the text gives none."""
        columns, data, own = self.columns, self.data, slice(self.first_thread, self.stop_thread)
        known: dict[bytes, str] = {}  # a server names many threads alike
        names: list[str | None] = []
        for start, size in zip(columns.thread_name_start[own], columns.thread_name_size[own]):
            if start == UNKNOWN:
                names.append(None)
                continue
            printed = data[start : start + size]
            name = known.get(printed)
            names.append(name if name is not None else known.setdefault(printed, printed.decode("utf-8", "replace")))
        return tuple(names)

    def thread_nodes(self) -> Iterator[int]:
        return (self.columns.thread_node[index] for index in range(self.first_thread, self.stop_thread))

    def frame(self, index: int) -> Frame:
        start = frame_start(self.columns, index)
        return self._frame(index, self.level(index), start, self.line_number(start))

    def frames_of(self, thread: int) -> Iterator[Frame]:
        """The frames of a thread, innermost first."""
        columns = self.columns
        first, origin = columns.thread_first[thread], columns.thread_start[thread]
        at, line = origin, columns.thread_line[thread]
        for position in range(columns.thread_frames[thread]):
            start = origin + columns.frame_start[first + position]
            if self.numbers is not None:
                line = self.line_number(start)
            elif start >= at:  # counted on from the frame before
                line += self.data.count(b"\n", at, start)
            else:  # back, where the text shows the innermost last
                line -= self.data.count(b"\n", start, at)
            at = start
            level = level_at(self.data, start) if self.traits.levels else position
            yield self._frame(first + position, level, start, line)

    def _frame(self, index: int, level: int, start: int, line: int) -> Frame:
        columns = self.columns
        call = columns.frame_call[index]
        site = columns.call_site[call]
        where = self.location(site)
        args_start = columns.frame_args_start[index]
        return Frame(
            index,
            level,
            columns.call_pc[call] if columns.site_has_pc[site] else None,
            self.function(site),
            where.file,
            where.line,
            where.library,
            "" if args_start == UNKNOWN else self.text(start + args_start, start + args_start + columns.frame_args_size[index]),
            line,
        )

    def function(self, site: int) -> str:
        """A site's function as printed ("" where there is only an address)."""
        name = self._functions.get(site)
        if name is None:
            name = self._functions[site] = self.columns.site_function[site].decode("utf-8", "replace")
        return name

    def site(self, frame: int) -> int:
        return self.columns.call_site[self.columns.frame_call[frame]]

    def pc(self, frame: int) -> int:
        """A frame's program counter, 0 where none is printed."""
        return self.columns.call_pc[self.columns.frame_call[frame]]

    def location(self, site: int) -> Location:
        return read_location(self.columns.site_location[site].decode("utf-8", "replace"))

    def sites(self, node: int) -> list[int]:
        """The sites of a stack, innermost first."""
        columns, sites = self.columns, []
        while node != UNKNOWN:
            sites.append(columns.node_site[node])
            node = columns.node_parent[node]
        return sites

    def stack(self, node: int) -> tuple[str, ...]:
        return tuple(self.function(site) for site in self.sites(node))

    # -- text

    def text(self, start: int, stop: int) -> str:
        return self.data[start:stop].decode("utf-8", "replace")

    def frame_start(self, frame: int) -> int:
        return frame_start(self.columns, frame)

    def frame_stop(self, frame: int) -> int:
        """First byte behind a frame's text, continuation lines included; locals follow."""
        return frame_stop(self.data, self.columns, frame)

    def frame_line(self, frame: int) -> int:
        """The number of the original's line where a frame starts."""
        return self.line_number(frame_start(self.columns, frame))

    def level(self, frame: int) -> int:
        """The level that is printed before a frame, else its place in the stack."""
        if self.traits.levels:
            return level_at(self.data, frame_start(self.columns, frame))
        return frame - self.columns.thread_first[self.thread_of(frame)]

    def arguments(self, frame: int) -> bytes:
        """A frame's arguments as printed; a wrapped frame's line ends are kept."""
        return frame_arguments(self.data, self.columns, frame)

    def arguments_in(self, thread: int, position: int) -> bytes:
        """The arguments of a thread's frame, counted from its innermost."""
        return thread_arguments(self.data, self.columns, thread, position)

    def line_in(self, thread: int, position: int) -> int:
        """The number of the original's line where a thread's frame starts, counted from its innermost."""
        columns = self.columns
        start = columns.thread_start[thread] + columns.frame_start[columns.thread_first[thread] + position]
        return self.numbers.number(start) if self.numbers is not None else self._milestones.number_behind(thread, start)

    def argument(self, frame: int, name: bytes) -> "Address | None":
        """The address that a frame's argument of that name holds, or None."""
        from stackan.model.arguments import address_argument

        return address_argument(self.arguments(frame), name)

    def frame_at(self, offset: int) -> int | None:
        """The frame whose text or locals hold a byte of the buffer, or None."""
        place = self._place_at(offset)
        return place[1] if place is not None else None

    def local_at(self, offset: int) -> Local | None:
        """The place of a byte among the printed locals of a frame; None if it is anywhere else."""
        place = self._place_at(offset)
        if place is None:
            return None
        thread, frame = place
        columns = self.columns
        start = columns.thread_start[thread] + columns.frame_start[frame]
        if offset < text_stop(self.data, start):
            return None
        level = level_at(self.data, start) if self.traits.levels else frame - columns.thread_first[thread]
        line = self.numbers.number(offset) if self.numbers is not None else self._milestones.number_behind(thread, offset)
        return Local(thread, level, line)

    def _place_at(self, offset: int) -> tuple[int, int] | None:
        """(thread, frame) of a byte of a frame's text or locals."""
        if self.traits.outermost_first:
            return None
        frame = frame_before(self.columns, offset)
        if frame < self.first_frame or frame >= self.stop_frame:
            return None
        thread = self.thread_of(frame)
        return (thread, frame) if thread != UNKNOWN and offset < self.columns.thread_stop[thread] else None

    def thread_of(self, frame: int) -> int:
        """The index of the thread that a frame belongs to, or UNKNOWN for a frame of the text that is of no thread."""
        columns = self.columns
        index = bisect_right(columns.thread_first, frame) - 1
        while index >= 0 and not columns.thread_frames[index]:  # threads without frames start where the next one does
            index -= 1
        return index if index >= 0 and frame < columns.thread_first[index] + columns.thread_frames[index] else UNKNOWN

    def line_at(self, start: int) -> str:
        """The line that starts at a byte offset, without its end."""
        stop = self.data.find(b"\n", start)
        return self.text(start, len(self.data) if stop < 0 else stop).rstrip("\r")

    def line_text(self, line: int) -> str:
        """A line by its number, from 1."""
        if self.numbers is not None:
            return self.numbers.line(line).decode("utf-8", "replace").rstrip("\r")
        if self.original is not self.data:
            start = skip_lines(self.original, 0, line - 1)
            stop = self.original.find(b"\n", start)
            return self.original[start : len(self.original) if stop < 0 else stop].decode("utf-8", "replace").rstrip("\r")
        return self.line_at(self._milestones.start(line))

    def line_number(self, offset: int) -> int:
        """The number of the original's line that holds a byte, from 1."""
        if self.numbers is not None:
            return self.numbers.number(offset)
        return self._milestones.number(offset)


_SHARED = re.compile(r"\.so(?:\.\d{1,9}){0,9}\Z")


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
