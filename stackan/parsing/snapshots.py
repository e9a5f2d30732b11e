"""Where one snapshot of a text ends and the next begins, and whose each of them is."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from typing import NamedTuple

from stackan.model.columns import UNKNOWN, Columns
from stackan.parsing.gdb.facts import read_pid

_QUOTATION = re.compile(rb"^>|\bwrote:[ \t\r]*$|^-{2,6} ?(?:Original|Forwarded) [Mm]essage", re.MULTILINE)


class Borders(NamedTuple):
    """Where lines begin at which the debugger comes to a process, and where it leaves one."""

    opens: list[int]  # `PID n - process` · `Attaching to process n`
    closes: list[int]  # `[Inferior 1 (process n) detached]`


def find_borders(data: bytes, columns: Columns) -> Borders:
    borders = Borders([], [])
    for start in columns.note_start:
        if data.startswith((b"PID ", b"Attaching to "), start):
            borders.opens.append(start)
        elif data.startswith(b"[Inferior ", start):
            borders.closes.append(start)
    return borders


def split_snapshots(columns: Columns, borders: Borders) -> list[range]:
    """The threads of each snapshot: a new one begins where the debugger has come to a process again or has left one, and
    at the first thread whose LWP was seen before, or its number without LWP.  Behind threads that are numbered down to 1 the next
    such row is one: it may have threads, and so numbers, that the one before had not.

    A block that is printed twice in a row (gdb's `set logging` to the file that holds its output too) is no new snapshot.
    """
    pieces: list[range] = []
    start = 0
    seen: set[int] = set()
    before = above = UNKNOWN
    down = False  # each number of the snapshot so far is the one below that of the thread before
    bordered = {bisect_left(columns.thread_start, start) for start in itertools.chain(*borders)}
    for index, (lwp, number) in enumerate(zip(columns.thread_lwp, columns.thread_number)):
        thread = lwp if lwp != UNKNOWN or number == UNKNOWN else -2 - number
        again = thread != UNKNOWN and thread != before and thread in seen
        anew = down and above == 1 < number and _counts_again(columns, index)
        if index > start and (again or anew or index in bordered):
            pieces.append(range(start, index))
            start, seen = index, set()
        down = number == above - 1 and (down or index == start + 1)
        seen.add(thread)
        before, above = thread, number
    pieces.append(range(start, len(columns.thread_lwp)))
    return pieces


def _counts_again(columns: Columns, index: int) -> bool:
    """Whether another `thread apply all` begins: its numbers go down, too.  Who looks at single threads prints no such headers."""
    numbers = columns.thread_number
    follows = index + 1 < len(numbers) and numbers[index + 1] == numbers[index] - 1
    return follows and _is_headed(columns, index) and _is_headed(columns, index - 1)


def _is_headed(columns: Columns, thread: int) -> bool:
    return not columns.thread_frames[thread] or columns.frame_start[columns.thread_first[thread]] > 0


def is_repeated(data: bytes, columns: Columns, before: range, piece: range) -> bool:
    """Whether a snapshot is only the one before it, printed again: the same text, and no word of a debugger between them."""
    starts, stops = columns.thread_start, columns.thread_stop
    first, last = (starts[before.start], stops[before.stop - 1]), (starts[piece.start], stops[piece.stop - 1])
    noted = bisect_left(columns.note_start, first[1]) < bisect_left(columns.note_start, last[0])
    return not noted and data[first[0] : first[1]].strip() == data[last[0] : last[1]].strip()


def drop_quotations(data: bytes, columns: Columns, pieces: list[range]) -> list[range]:
    """Without the snapshots that a mail quotes: the same threads at the same addresses as in an earlier one, behind signs of a quotation.

    A mail's own wrapping and marks may be within the lines of the quoted one.
    """
    if len(pieces) < 2:
        return pieces
    signs = [match.start() for match in _QUOTATION.finditer(data)]
    kept: list[range] = []
    seen: set[tuple[object, ...]] = set()
    stop = 0
    for piece in pieces if signs else ():
        start, stop = stop, columns.thread_stop[piece.stop - 1]
        threads = _look(columns, piece)
        if threads not in seen or not _within(signs, start, stop):
            kept.append(piece)
        seen.add(threads)
    return kept or pieces


def _look(columns: Columns, piece: range) -> tuple[object, ...]:
    """The ids of a snapshot's threads, and the place of each of them."""
    own = slice(piece.start, piece.stop)
    first, last = columns.thread_first[piece.start], piece.stop - 1
    calls = columns.frame_call[first : columns.thread_first[last] + columns.thread_frames[last]]
    places = tuple((columns.call_pc[call], columns.site_function[columns.call_site[call]]) for call in calls)
    return columns.thread_lwp[own].tobytes(), columns.thread_pthread[own].tobytes(), columns.thread_frames[own].tobytes(), places


def process_ids(data: bytes, columns: Columns, pieces: list[range], borders: Borders) -> list[int | None]:
    """The process of each snapshot that the debugger names, before its threads or behind them; else None."""
    stops = [0, *(columns.thread_start[piece.start] for piece in pieces[1:]), len(data)]
    before = 0
    found: list[int | None] = []
    for piece, (_, stop) in zip(pieces, itertools.pairwise(stops)):
        first, last = columns.thread_start[piece.start], columns.thread_start[piece.stop - 1]
        named = _within(borders.opens, before, first)[::-1] or _within(borders.closes, last, stop)
        found.append(next((pid for note in named if (pid := read_pid(data, note)) is not None), None))
        before = last
    return found


def _within(starts: list[int], start: int, stop: int) -> list[int]:
    return starts[bisect_left(starts, start) : bisect_left(starts, stop)]
