"""Where one snapshot of a text ends and the next begins, and whose each of them is."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator

from stackan.model.columns import UNKNOWN, Columns
from stackan.model.expressions import expression
from stackan.model.records import NamedTuple
from stackan.parsing.gdb.commands import find_commands, lines_holding, lines_with
from stackan.parsing.gdb.facts import read_pid
from stackan.parsing.gdb.labels import find_labels
from stackan.parsing.pieces import bare_lines, split
from stackan.parsing.rows import drop_rows

_QUOTED = expression(rb"\bwrote:[ \t\r]*$|^-{2,6} ?(?:Original|Forwarded) [Mm]essage", re.MULTILINE)
_BORDERS = (b"[Inferior ", b"PID ", b"Attaching to ")  # with which notes begin where a process does, or behind one
_QUOTING = (b"wrote:", b" Message", b" message")
_LONGEST = 240  # bytes of a line that is looked at
_QUOTATION = expression(rb"^>|\bwrote:[ \t\r]*$|^-{2,6} ?(?:Original|Forwarded) [Mm]essage", re.MULTILINE)


class Borders(NamedTuple):
    """Where lines begin at which the debugger comes to a process, and where it leaves one."""

    opens: list[int]  # `PID n - process` · `Attaching to process n`
    closes: list[int]  # `[Inferior 1 (process n) detached]`
    labels: dict[int, int]  # where a script has written a process's id: that id


def find_borders(data: bytes, columns: Columns) -> Borders:
    commands = find_commands(data, columns)
    quoted = [start for start in lines_with(data, columns, _QUOTING) if _QUOTED.search(data[start : start + _LONGEST])]
    labels = {start: pid for start, pid in commands.items() if pid is not None}
    borders = Borders([*commands, *quoted], [], labels | find_labels(data, columns))
    for start in lines_holding(data, columns.note_start, _BORDERS):
        if data.startswith(_BORDERS[1:], start):
            borders.opens.append(start)
        elif data.startswith(_BORDERS[0], start):
            borders.closes.append(start)
    borders.opens.sort()
    return borders


def find_pieces(data: bytes, columns: Columns) -> tuple[list[range], Borders]:
    """The snapshots of a text, and what tells them apart beside their threads; lines about threads without a stack are taken out."""
    borders = find_borders(data, columns)
    pieces = split(columns, _rows(columns, borders))
    bare = set(bare_lines(columns, pieces)) if 0 in columns.thread_frames else ()
    if not bare:
        return pieces, borders
    drop_rows(columns, bare)
    return split(columns, _rows(columns, borders)), borders


def _rows(columns: Columns, borders: Borders) -> set[int]:
    """The first threads behind the borders."""
    return {bisect_left(columns.thread_start, start) for start in itertools.chain(borders.opens, borders.closes, borders.labels)}


def is_repeated(data: bytes, columns: Columns, before: range, piece: range) -> bool:
    """Whether a snapshot is only the one before it, printed again: the same text, and nothing between them."""
    starts, stops = columns.thread_start, columns.thread_stop
    first, last = (starts[before.start], stops[before.stop - 1]), (starts[piece.start], stops[piece.stop - 1])
    return not data[first[1] : last[0]].strip() and data[first[0] : first[1]].strip() == data[last[0] : last[1]].strip()


def drop_quotations(data: bytes, columns: Columns, pieces: list[range]) -> list[range]:
    """Without the snapshots that a mail quotes: the same threads at the same addresses as in an earlier one, behind signs of a quotation.

    A mail's own wrapping and marks may be within the lines of the quoted one.
    """
    if len(pieces) < 2 or not any(_come_again(columns, pieces)):
        return pieces
    signs = [match.start() for match in _QUOTATION.finditer(data)]
    kept: list[range] = []
    seen: set[tuple[object, ...]] = set()  # threads by their looks
    stop = 0
    for piece in pieces if signs else ():
        start, stop = stop, columns.thread_stop[piece.stop - 1]
        threads = {_look(columns, row) for row in piece}
        if not threads <= seen or not _within(signs, start, stop):
            kept.append(piece)
        seen |= threads
    return kept or pieces


def _come_again(columns: Columns, pieces: list[range]) -> Iterator[bool]:
    """Of each piece whether all of its threads have the stacks that they had in earlier ones, wherever the code lies.

    Few texts repeat a snapshot, and to look through all of one for a quotation's signs takes longer than to scan it.
    """
    threads = list(zip(columns.thread_lwp, columns.thread_pthread, columns.thread_node))
    seen: set[tuple[int, int, int]] = set()
    for piece in pieces:
        own = threads[piece.start : piece.stop]
        yield seen.issuperset(own)
        seen.update(own)


def _look(columns: Columns, row: int) -> tuple[object, ...]:
    """The ids of a thread, and its place."""
    first = columns.thread_first[row]
    calls = columns.frame_call[first : first + columns.thread_frames[row]]
    places = tuple((columns.call_pc[call], columns.site_function[columns.call_site[call]]) for call in calls)
    return columns.thread_lwp[row], columns.thread_pthread[row], places


def process_ids(data: bytes, columns: Columns, pieces: list[range], borders: Borders, whole: int | None) -> list[int | None]:
    """The process of each snapshot that the text names, before its threads or behind them, else as the `whole` text does; else None.

    It is believed where it fits: on a page about several machines an id may be another's.
    """
    stops = [0, *(columns.thread_start[piece.start] for piece in pieces[1:]), len(data)]
    labels = sorted(borders.labels)
    before = 0
    found: list[int | None] = []
    for piece, (_, stop) in zip(pieces, itertools.pairwise(stops)):
        first, last = columns.thread_start[piece.start], columns.thread_start[piece.stop - 1]
        labelled = [borders.labels[start] for start in _within(labels, before, first)[-1:]]
        notes = _within(borders.opens, before, first)[::-1] or _within(borders.closes, last, stop)
        named = [*labelled, *(pid for note in notes if (pid := read_pid(data, note)) is not None), *([] if whole is None else [whole])]
        found.append(next((pid for pid in named if _fits(data, columns, piece, pid)), None))
        before = last
    return found


def _fits(data: bytes, columns: Columns, piece: range, pid: int) -> bool:
    """Whether threads may be a process's: the LWP of its main thread, which gdb numbers 1, is its id, but where LWPs are counted apart."""
    if not piece or pid in columns.thread_lwp[piece.start : piece.stop]:
        return True
    main = next((row for row in piece if columns.thread_number[row] == 1), None)
    if main is None or columns.thread_lwp[main] == UNKNOWN:
        return True
    lwp, header = columns.thread_lwp[main], data[columns.thread_start[main] : columns.thread_start[main] + 64].partition(b"\n")[0]
    return lwp == 1 or b"(Thread %d.0x" % pid in header  # Solaris, Windows


def _within(starts: list[int], start: int, stop: int) -> list[int]:
    return starts[bisect_left(starts, start) : bisect_left(starts, stop)]
