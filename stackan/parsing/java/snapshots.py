"""Where the snapshots of a text with several thread dumps begin."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.columns import Columns
from stackan.parsing.pieces import split


def find_starts(columns: Columns, starts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(row of its first thread, its first line) of each snapshot: those that a line of the text opens, and those that threads show."""
    rows = len(columns.thread_lwp)
    lines = {row: line for row, line in starts if row < rows}
    pieces = split(columns, lines) if rows else [range(0)]
    return [(0, 0), *((piece.start, lines.get(piece.start, columns.thread_line[piece.start])) for piece in pieces[1:])]
