"""Fills the columns of a dump line by line, for readers in plain Python.

    builder = Builder(data)
    for text in builder.lines():
        if is_header(text):
            builder.thread(number=17)
        elif is_frame(text):
            builder.frame(function)
        elif not text:
            builder.blank()

A line that the loop's body does not take counts as unparsed: so all lines of the text add up, whatever the reader forgets.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING

from stackan import backend
from stackan.model.columns import BLANK, CONTINUATION, FRAME, LOCALS, NOISE, THREAD, UNKNOWN, UNPARSED, Columns

_MOST_TWINS = 4  # frames of a text that lists threads once with one stack, for each of its bytes


class PlainBuilder:
    """Columns under construction; offsets in its calls are bytes within the current line."""

    def __init__(self, data: bytes, outermost_first: bool = False) -> None:
        self.data = data
        self.outermost_first = outermost_first  # the text shows the innermost frame of each stack last
        self.columns = Columns()
        self.line = 0  # the current line's number, from 1
        self.start = 0  # where it starts
        self.snapshots: list[int] = []  # rows of the threads with which a further snapshot begins
        self.joined: set[int] = set()  # rows of threads that come again, but in the same snapshot
        self.is_whole = True  # each thread has the stack that is printed for it
        self._present: set[Hashable] = set()  # threads of the current snapshot, by whatever their format knows them by
        self._twins: Sequence[tuple[int, tuple[int, int] | None]] = ()  # (LWP, range of the name) of those that share the open stack
        self._stop = self._next = 0
        self._taken = True
        self._open = False  # a thread takes lines
        self._sites: dict[tuple[bytes, bytes, bool], int] = {}
        self._calls: dict[tuple[int, int], int] = {}
        self._nodes: dict[tuple[int, int], int] = {}

    def lines(self) -> Iterator[bytes]:
        """Each line of the text without its end; a line that is not taken before the next is asked for is unparsed."""
        data, size = self.data, len(self.data)
        while self._next < size:
            self.start = self._next
            end = data.find(b"\n", self.start)
            end = size if end < 0 else end
            self._next = min(end + 1, size)
            self._stop = end - 1 if end > self.start and data[end - 1] == 13 else end
            self.line += 1
            self._taken = False
            yield data[self.start : self._stop]
            if not self._taken:
                self._unparsed()
        self.close_thread()
        if self.snapshots and self.snapshots[-1] == len(self.columns.thread_lwp):
            self.snapshots.pop()  # announced, but no thread came

    @property
    def is_last(self) -> bool:
        """Whether no line follows the current one."""
        return self._next >= len(self.data)

    def following(self) -> bytes:
        """The line behind the current one, without its end."""
        end = self.data.find(b"\n", self._next)
        return self.data[self._next : len(self.data) if end < 0 else end].rstrip(b"\r")

    def ahead(self) -> Iterator[bytes]:
        """The lines behind the current one, without their ends."""
        at = self._next
        while at < len(self.data):
            end = self.data.find(b"\n", at)
            end = len(self.data) if end < 0 else end
            yield self.data[at:end].rstrip(b"\r")
            at = end + 1

    # -- what a line is

    def thread(
        self, *, number: int = UNKNOWN, lwp: int = UNKNOWN, pthread: int = 0, name: tuple[int, int] | None = None, headed: bool = True
    ) -> int:
        """The current line heads a thread; `name` is the range of its name.  Returns the thread's row.

        Not `headed`: the thread has no such line, and begins with the current line, which is of another kind.
        """
        if headed:
            self._take(THREAD)
        self.close_thread()
        columns = self.columns
        name_start, name_stop = name if name is not None else (UNKNOWN, UNKNOWN)
        columns.thread_number.append(number)
        columns.thread_lwp.append(lwp)
        columns.thread_pthread.append(pthread)
        columns.thread_name_start.append(UNKNOWN if name is None else self.start + name_start)
        columns.thread_name_size.append(name_stop - name_start)
        columns.thread_line.append(self.line)
        columns.thread_start.append(self.start)
        columns.thread_stop.append(self._next)
        columns.thread_first.append(len(columns.frame_call))
        columns.thread_frames.append(0)
        columns.thread_node.append(UNKNOWN)
        self._open = True
        return len(columns.thread_lwp) - 1

    def repeat(self, times: int) -> None:
        """The last thread, which is closed, counts so many times more: its lines are those of all of them."""
        columns = self.columns
        first, frames = columns.thread_first[-1], columns.thread_frames[-1]
        for column in (columns.frame_call, columns.frame_start, columns.frame_args_start, columns.frame_args_size):
            column.extend(column[first : first + frames] * times)
        row = len(columns.thread_lwp) - 1
        for name in columns.__slots__:
            if name.startswith("thread_"):
                column = getattr(columns, name)
                column.extend(column[row:] * times)
        for copy in range(1, times + 1):
            columns.thread_first[row + copy] = first + copy * frames

    def rename(self, start: int, stop: int) -> None:
        """The open thread's name is in the current line."""
        self.columns.thread_name_start[-1] = self.start + start
        self.columns.thread_name_size[-1] = stop - start

    def identify(self, *, number: int | None = None, lwp: int | None = None) -> None:
        """The open thread's number or LWP is in the current line."""
        if number is not None:
            self.columns.thread_number[-1] = number
        if lwp is not None:
            self.columns.thread_lwp[-1] = lwp

    def snapshot(self) -> None:
        """The next thread belongs to a further snapshot, if any thread comes before it."""
        self.close_thread()
        row = len(self.columns.thread_lwp)
        if row and self.snapshots[-1:] != [row]:
            self.snapshots.append(row)
            self._present = set()

    def again(self, *threads: Hashable) -> bool:
        """Whether one of the threads that come now, with one stack, is in the current snapshot: then they begin a further one.

        For headers that need no frames below them, or that stand for several threads; `pieces.split` sees all others that come again.
        """
        is_here = not self._present.isdisjoint(threads)
        if is_here:
            self.snapshot()
        self._present.update(threads)
        return is_here

    def frame(
        self,
        function: bytes,
        location: bytes = b"",
        *,
        pc: int | None = None,
        arguments: tuple[int, int] | None = None,
        further: bool = False,
    ) -> None:
        """The current line is the open thread's next frame outwards, or inwards in a text that is `outermost_first`.

        `location` is `at FILE:LINE`, `from LIBRARY`, or nothing; `pc` the program counter if one is printed; `arguments` their range.
        `further`: the line was taken before, as a header or another frame, and holds this frame, too.
        """
        if not further:
            self._take(FRAME)
        columns = self.columns
        key = (function, location, pc is not None)
        site = self._sites.get(key)
        if site is None:
            site = self._sites[key] = len(columns.site_function)
            columns.site_function.append(function)
            columns.site_location.append(location)
            columns.site_has_pc.append(pc is not None)
        args_start, args_stop = arguments if arguments is not None else (UNKNOWN, UNKNOWN)
        call = self._calls.get((pc or 0, site))
        if call is None:
            call = self._calls[pc or 0, site] = len(columns.call_site)
            columns.call_site.append(site)
            columns.call_pc.append(pc or 0)
        columns.frame_call.append(call)
        columns.frame_start.append(self.start - columns.thread_start[-1])
        columns.frame_args_start.append(args_start)
        columns.frame_args_size.append(args_stop - args_start)
        columns.thread_frames[-1] += 1
        columns.thread_stop[-1] = self._next

    def share(self, twins: Sequence[tuple[int, tuple[int, int] | None]]) -> None:
        """The open thread's header and stack are those of these threads, too: (LWP, range of the name in the current line).

        Of a few bytes with many ids and many frames no more is made than a text of several times its size could hold: then the text
        is not whole, and the last of them have no frames.
        """
        start = self.start
        self._twins = [(lwp, (name[0] + start, name[1] + start) if name is not None else None) for lwp, name in twins]

    def _add_twin(self, lwp: int, name: tuple[int, int] | None) -> None:
        columns = self.columns
        first, frames = columns.thread_first[-1], columns.thread_frames[-1]
        whole = len(columns.frame_call) + frames <= _MOST_TWINS * len(self.data)
        self.is_whole = self.is_whole and whole
        frames = frames if whole else 0
        columns.thread_number.append(UNKNOWN)
        columns.thread_lwp.append(lwp)
        columns.thread_pthread.append(0)
        columns.thread_name_start.append(UNKNOWN if name is None else name[0])
        columns.thread_name_size.append(0 if name is None else name[1] - name[0])
        for copied in (columns.thread_line, columns.thread_start, columns.thread_stop):
            copied.append(copied[-1])
        columns.thread_first.append(len(columns.frame_call))
        columns.thread_frames.append(frames)
        columns.thread_node.append(columns.thread_node[-1] if whole else UNKNOWN)
        for column in (columns.frame_call, columns.frame_start, columns.frame_args_start, columns.frame_args_size):
            column.extend(column[first : first + frames])

    def continuation(self) -> None:
        """The current line goes on with the thread's header or its last frame."""
        self._take(CONTINUATION)
        self.columns.thread_stop[-1] = self._next

    def locals(self) -> None:
        """The current line says more about the open thread or its last frame: a lock, a variable."""
        self._take(LOCALS)
        self.columns.thread_stop[-1] = self._next

    def noise(self) -> None:
        """The current line is a known one that belongs to no thread."""
        self._take(NOISE)
        self.columns.note_line.append(self.line)
        self.columns.note_start.append(self.start)

    def blank(self) -> None:
        self._take(BLANK)

    def _unparsed(self) -> None:
        self._take(UNPARSED)
        self.columns.unparsed_line.append(self.line)
        self.columns.unparsed_start.append(self.start)

    def _take(self, kind: int) -> None:
        assert not self._taken, "a line is of one kind"
        self._taken = True
        self.columns.lines_by_kind[kind] += 1

    # -- threads

    @property
    def open(self) -> bool:
        """Whether a thread takes frames."""
        return self._open

    @property
    def level(self) -> int:
        """The level of the open thread's next frame."""
        return self.columns.thread_frames[-1] if self._open else 0

    def close_thread(self) -> None:
        """No further line belongs to the open thread: intern its stack, from the outermost frame inwards."""
        if not self._open:
            return
        self._open = False
        columns, node = self.columns, UNKNOWN
        first = columns.thread_first[-1]
        if self.outermost_first:
            self._turn(first)
        for row in range(first + columns.thread_frames[-1] - 1, first - 1, -1):
            key = (node, columns.call_site[columns.frame_call[row]])
            found = self._nodes.get(key)
            if found is None:
                found = self._nodes[key] = len(columns.node_site)
                columns.node_site.append(key[1])
                columns.node_parent.append(node)
            node = found
        columns.thread_node[-1] = node
        for lwp, name in self._twins:
            self._add_twin(lwp, name)
        self._twins = ()

    def _turn(self, first: int) -> None:
        """Bring the last thread's frames into the columns' order, innermost first."""
        columns = self.columns
        for column in (
            columns.frame_call,
            columns.frame_start,
            columns.frame_args_start,
            columns.frame_args_size,
        ):
            column[first:] = column[: first - 1 if first else None : -1]


# The native one does the same, faster; tests hold the two together.
if TYPE_CHECKING:
    Builder = PlainBuilder
else:
    Builder = backend.builder() or PlainBuilder
