"""A parsed dump: one snapshot of one process, as columns with rows read on demand."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from stackan.model.brief import amount, in_short, where
from stackan.model.columns import KINDS, UNKNOWN, Columns
from stackan.model.formats import Format, format_of
from stackan.model.frames import frame_arguments, frame_before, frame_start, frame_stop, level_at, text_stop, thread_arguments
from stackan.model.lines import Milestones, Renumbering, skip_lines
from stackan.model.printed import Facts
from stackan.model.rows import Frame, FrameRows, Local, Location, StackRows, Thread, ThreadRows, read_location
from stackan.model.tabled import Tables

if TYPE_CHECKING:
    from stackan.model.arguments import Address


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
