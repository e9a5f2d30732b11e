"""Goroutine dumps by the native scanner: what it asks the plain reader, and what is said of the goroutines that it has found.

It reads the usual forms of lines itself, and asks here about all others; so the plain reader says what every line is.
"""

from __future__ import annotations

from stackan import backend
from stackan.model.printed import PrintedState
from stackan.parsing.go import lines, snapshots
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_columns


def read_goroutines(data: bytes) -> ParsedText:
    """As `goroutines.read_plainly`."""
    margin = lines.first_margin(data) or lines.Margin()
    found = backend.scan_goroutines(data, _Answers, margin.printed)
    openings = {row: snapshots.opening(deadlock) for row, deadlock in found.openings.items()}
    return snapshots.conclude(split_columns(found.columns, openings, found.joined), openings, found.states)


class _Answers:
    """What the scanner asks."""

    PrintedState, NOWHERE = PrintedState, lines.NOWHERE
    shape = staticmethod(lines.shape)
    read_state = staticmethod(lines.state_of)
    read_place = staticmethod(lines.read_place)
    is_asleep = staticmethod(lines.is_asleep)
    is_place = staticmethod(lines.is_place)
    is_bare_place = staticmethod(lines.is_bare_place)
    is_noise = staticmethod(lines.is_noise)
