"""Threads that a person has taken out of a debugger's list, as for a bug's page.

gdb numbers the threads of a process from 1, which is the initial thread, and prints them all: a list without 1 is an excerpt.
"""

from __future__ import annotations

from stackan.model.columns import UNKNOWN, Columns


def is_excerpt(columns: Columns, piece: range) -> bool:
    """Whether the numbers of a snapshot's threads show that there were others."""
    known = [number for number in columns.thread_number[piece.start : piece.stop] if number != UNKNOWN]
    return bool(known) and 1 not in known and max(known) > len(piece)
