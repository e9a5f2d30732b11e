"""Rows of threads taken out of columns."""

from __future__ import annotations

from array import array
from collections.abc import Collection

from stackan.model.columns import Columns


def drop_rows(columns: Columns, rows: Collection[int]) -> None:
    """Their frames, and those of no thread behind them, are frames of no thread from now on: their starts count from the thread before."""
    origin = 0
    firsts = [*columns.thread_first, len(columns.frame_start)]
    for row, start in enumerate(columns.thread_start):
        if row not in rows:
            origin = start
            continue
        for frame in range(firsts[row], firsts[row + 1]):
            columns.frame_start[frame] += start - origin
    for name in columns.__slots__:
        if name.startswith("thread_"):
            column = getattr(columns, name)
            setattr(columns, name, array(memoryview(column).format, (value for row, value in enumerate(column) if row not in rows)))
