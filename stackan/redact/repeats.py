"""Lines that differ in their addresses alone, as most of a dump's do: they are looked at once.

Only an address that stands for itself, as a value or as the place of a frame, counts as such: no name, and no string, ends or begins there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from stackan.model.records import NamedTuple

# The literal beginning is what makes looking for them fast.
_ADDRESS = re.compile(r"0x(?<=[=( @]0x)[0-9a-f]{9,16}(?![\w.`-])|0x(?<= <0x)[0-9a-f]{9,16}(?=>)")
_MARK = "\x01"  # in the place of an address; no text that is decoded has it
_MOST = 1 << 15  # lines that are known at a time
_LONGEST = 2000


class State(NamedTuple):
    """What the lines before say of the next one: the fields of `texts._Text`."""

    quote: int
    in_frames: bool
    open: bool
    statement: int
    innodb: bool
    listed: int


class Known(NamedTuple):
    """What a line has become. pieces: what stands around its addresses, or numbers. after: the state behind it.

    passed: what of it stands before the part that was looked at for a row of a table, in characters; None where none was.
    """

    pieces: tuple[str, ...]
    after: State
    passed: int | None


def addresses(text: str) -> list[str]:
    return _ADDRESS.findall(text)


def marked(text: str) -> str:
    """A text with a mark in the place of each address."""
    return _ADDRESS.sub(_MARK, text)


def distinct(text: str) -> str:
    """The lines of a text, but those that differ in their addresses alone from one before."""
    first: dict[str, str] = {}
    for line, key in zip(text.split("\n"), marked(text).split("\n")):
        first.setdefault(key, line)
    return "\n".join(first.values())


class Repeats:
    """The lines that were met, each with the state of its text before it.

    place: where an address moves, None for what is none; move: the same, for one that does.
    """

    def __init__(self, place: Callable[[str], str | None], move: Callable[[str], str | None]) -> None:
        self._place = place
        self._move = move
        self._known: dict[tuple[State, str, int], Known] = {}

    def forget(self) -> None:
        self._known.clear()

    def find(self, before: State, key: str, line: str) -> tuple[str, Known] | None:
        """What stands for a line, and what else is known of it; None for one that was not met. key: the line, `marked`."""
        known = self._known.get((before, key, len(line)))
        if known is None:
            return None
        moved = list(map(self._move, addresses(line)))
        if None in moved:
            return None
        return joined(known.pieces, moved), known  # type: ignore[arg-type]

    def add(self, before: State, key: str, line: str, new: str, after: State, passed: int | None) -> None:
        """Take note of what has become of a line, if its addresses, and nothing that was made of them, are in it."""
        if len(line) > _LONGEST or addresses(new) != list(map(self._place, addresses(line))):
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[before, key, len(line)] = Known(tuple(_ADDRESS.split(new)), after, passed)


def joined(pieces: Sequence[str], between: Sequence[str]) -> str:
    """A text of pieces with others between them."""
    whole = [""] * (2 * len(pieces) - 1)
    whole[::2], whole[1::2] = pieces, between
    return "".join(whole)
