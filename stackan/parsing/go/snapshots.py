"""What is said of each snapshot of a text with goroutine dumps."""

from __future__ import annotations

from collections.abc import Mapping

from stackan.model.printed import Facts, PrintedState
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, pieces_of

# `runtime.Stack`, which /debug/pprof/goroutine?debug=2 and programs' own handlers call, prints its caller first.
_OBSERVER = "takes the dump"


def conclude(reading: ParsedText, openings: Mapping[int, Facts], states: dict[int, PrintedState]) -> ParsedText:
    """The reading with what is said of its snapshots: by the lines that open them, and by the states of their goroutines."""
    pieces = pieces_of(reading)
    facts = [openings.get(piece.start, NOTHING_SAID) for piece in pieces]
    for piece, said in zip(pieces, facts, strict=True):
        first = states.get(piece.start)
        if first is not None and first.words == "go: running" and not said.ended:
            states[piece.start] = first._replace(words=f"go: {_OBSERVER}")
    return reading._replace(facts=tuple(said._replace(states=states) for said in facts))


def opening(deadlock: int) -> Facts:
    """What a line that opens a dump says; `deadlock` is its number where it reports that no goroutine can go on, else 0."""
    return NOTHING_SAID._replace(ended=True, deadlock=deadlock)
