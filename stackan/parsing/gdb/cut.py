"""Whether a text was cut, as by a full disk, in the middle of a thread.

pstack announces no threads.  But it prints them by their numbers from the highest down to 1, and all stacks of a process end alike, in
`clone`.  A person who quotes a few threads of a dump quotes them whole.
"""

from __future__ import annotations

import itertools

from stackan.model.columns import Columns

_TELLING = 3  # threads from which on numbers and bases tell


def count_numbered(data: bytes, columns: Columns, piece: range) -> int:
    """How many threads there were by the number of the first one, if the last one of a text is cut; else 0."""
    numbers = columns.thread_number[piece.start : piece.stop]
    if len(piece) < _TELLING or numbers[-1] <= 1 or any(after != before - 1 for before, after in itertools.pairwise(numbers)):
        return 0
    if not _ends_within_a_stack(columns, piece) and not _ends_within_a_header(data, columns, piece):
        return 0
    return numbers[0]


def _ends_within_a_stack(columns: Columns, piece: range) -> bool:
    """Whether the last thread does not end as the others do."""
    *others, last = (_outermost(columns, thread) for thread in piece)
    return last not in others


def _outermost(columns: Columns, thread: int) -> bytes:
    frames = columns.thread_frames[thread]
    if not frames:
        return b""
    return columns.site_function[columns.call_site[columns.frame_call[columns.thread_first[thread] + frames - 1]]]


def _ends_within_a_header(data: bytes, columns: Columns, piece: range) -> bool:
    """Whether the text ends within the line `Thread 41 (Thread 0x7f…`."""
    behind = data[columns.thread_stop[piece.stop - 1] :].strip()
    return bool(behind) and b"\n" not in behind and (b"Thread %d (" % (columns.thread_number[piece.stop - 1] - 1)).startswith(behind[:8])
