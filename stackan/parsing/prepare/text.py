"""A text while it is prepared: its lines, and which line of the original each of them comes from."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from stackan.model.columns import BLANK, CONTINUATION, FRAME, LOCALS, NOISE, THREAD, UNPARSED, Columns
from stackan.model.frames import frame_start, frame_stop
from stackan.model.lines import Milestones, Renumbering
from stackan.model.printed import Facts, Lock
from stackan.model.records import NamedTuple

# What a reader calls the one or the other cannot be told from the text.
_ALIKE = {LOCALS: CONTINUATION, CONTINUATION: LOCALS}


class Line(NamedTuple):
    """A line that a cure writes."""

    at: int  # which line it reads, from 0
    text: bytes
    span: int = 1  # how many lines from there on were joined in it


Rewrite = Callable[[list[bytes]], Iterable[Line]]


class Text(NamedTuple):
    """A text that may have been rewritten."""

    data: bytes
    numbers: array[int] | None = None  # of the original's lines, from 1, for each line of `data`; None where they are the same
    joined: int = 0  # lines of the original that were joined to the one before them
    original: bytes | None = None  # None where it is `data`
    cures: tuple[str, ...] = ()  # what was done to it, by the names of the cures

    def rewritten(self, name: str, rewrite: Rewrite) -> Text:
        """The text as a cure writes it.  Numbers never decrease: a cure keeps the order of lines."""
        lines = [line.removesuffix(b"\r") for line in self.data.split(b"\n")]
        numbers, written, joined = array("i"), [], self.joined
        for at, line, span in rewrite(lines):
            numbers.append(at + 1 if self.numbers is None else self.numbers[at])
            written.append(line)
            joined += span - 1
        if written == lines:
            return self  # the sign was no more than that
        if not written:  # even an empty text is one line to the next cure
            numbers.append(1)
        original = self.data if self.original is None else self.original
        return Text(b"\n".join(written), numbers, joined, original, (*self.cures, name))

    def renumber(self, columns: Columns) -> None:
        """Give the columns the original's line numbers, and count each of its lines once."""
        if self.original is None:
            return
        if self.numbers is None:  # all lines are there, but for a last one of escapes only
            columns.lines_by_kind[BLANK] += count_lines(self.original) - count_lines(self.data)
            return
        self._recount(columns, self.original, self.numbers)
        for column in (columns.thread_line, columns.note_line, columns.unparsed_line):
            for row, line in enumerate(column):
                column[row] = self.numbers[line - 1]

    def renumbered(self, facts: Facts) -> Facts:
        """Facts with the original's line numbers."""
        if self.numbers is None:
            return facts
        numbers = self.numbers

        def moved(lock: Lock) -> Lock:
            return lock._replace(line=numbers[lock.line - 1])

        states = {
            row: state._replace(
                line=numbers[state.line - 1],
                awaits=moved(state.awaits) if state.awaits is not None else None,
                holds=tuple(map(moved, state.holds)),
            )
            for row, state in facts.states.items()
        }
        return facts._replace(states=states, deadlock=numbers[facts.deadlock - 1] if facts.deadlock else 0)

    def renumbering(self) -> Renumbering | None:
        """The way back to the original's lines; None where they are the same."""
        return Renumbering(self.data, self.numbers, self.original) if self.numbers is not None and self.original is not None else None

    def _recount(self, columns: Columns, original: bytes, numbers: array[int]) -> None:
        """Count the lines that were made out of one as one, of its most specific kind; a line that is gone was joined, or is noise."""
        counts = columns.lines_by_kind
        numbers = numbers[: count_lines(self.data)]
        for kind, number in _surplus(self.data, numbers, columns).items():
            for like in (kind, _ALIKE.get(kind, kind), *range(len(counts))):  # a reader may take a line for another kind
                less = min(number, counts[like])
                counts[like] -= less
                number -= less
        gone = count_lines(original) - len(set(numbers))
        joined = min(self.joined, gone)
        counts[CONTINUATION] += joined
        counts[NOISE] += gone - joined


def count_lines(data: bytes) -> int:
    return data.count(b"\n") + (data != b"" and not data.endswith(b"\n"))


def _surplus(data: bytes, numbers: array[int], columns: Columns) -> Counter[int]:
    """How many lines too many there are of which kind, as several were made out of one."""
    surplus: Counter[int] = Counter()
    if not any(before == number for before, number in pairwise(numbers)):
        return surplus
    before, kept = 0, 0
    for kind, number in zip(_kinds(data, columns), numbers):
        if number == before:
            surplus[max(kept, kind)] += 1
            kept = min(kept, kind)  # the kinds are in the order of how specific they are
        else:
            kept = kind
        before = number
    return surplus


def _kinds(data: bytes, columns: Columns) -> Iterator[int]:
    """The kind of each line that was scanned."""
    kinds = dict.fromkeys(columns.thread_line, THREAD)  # a thread without header has its first frame's line
    starts = [frame_start(columns, frame) for frame in range(len(columns.frame_call))]
    lines = Milestones(data, columns.thread_start, columns.thread_line)
    kinds.update(dict.fromkeys(map(lines.number, starts), FRAME))
    kinds.update(dict.fromkeys(columns.note_line, NOISE))
    kinds.update(dict.fromkeys(columns.unparsed_line, UNPARSED))
    start = 0
    for line, text in enumerate(data.split(b"\n"), 1):
        kind = kinds.get(line)
        if kind is None:
            kind = BLANK if not text.strip(b" \t\r") else LOCALS
        if kind == LOCALS:
            frame = bisect_right(starts, start) - 1
            if frame >= 0 and start < frame_stop(data, columns, frame):
                kind = CONTINUATION
        yield kind
        start += len(text) + 1
