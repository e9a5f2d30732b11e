"""Lines that differ in their times and numbers alone, as most of a log's do: they are looked at once, too.

Only a number that stands for itself counts as such: no name, path, address or text in quotes, for what becomes of these depends on each of
their digits; nor one of eight digits, or of more than thirteen, that may be an address.
"""

from __future__ import annotations

import re

from stackan.redact.repeats import Known, State, joined

_BEFORE, _BEHIND = r"(?<![\w.:/\\@#%$+-])", r"(?![\w.:/\\@%-])"
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{3}(?:\d{3}){0,2})?(?:Z|[+-]\d\d:?\d\d)?"
_NUMBER = re.compile(rf"{_BEFORE}(?:\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK})?|{_CLOCK}|\d{{1,7}}|\d{{9,13}}){_BEHIND}")
_PART = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d)?|\d\dT\d\d|\d{1,9}(?:\.\d{1,9})?(?:Z|-\d\d(?:\d\d)?)?")  # that rules for names may look at
_UNLIKE = re.compile(r"[\"'`#]|0x")
_MOST = 1 << 15  # lines that are known at a time
_LONGEST = 2000


def is_part(name: str) -> bool:
    """Whether a name may be a part of a time or number: where one is to be replaced, each has to be looked at."""
    return _PART.fullmatch(name) is not None


class Numbers:
    """The lines that were met and were of no other kind, each with the state of its text before it."""

    def __init__(self) -> None:
        self._known: dict[tuple[State, tuple[str, ...], tuple[int, ...]], Known] = {}

    def forget(self) -> None:
        self._known.clear()

    def find(self, before: State, line: str) -> tuple[str, Known] | None:
        """What stands for a line, and what else is known of it; None for one that was not met."""
        if len(line) > _LONGEST or _UNLIKE.search(line):
            return None
        numbers = _NUMBER.findall(line)
        known = self._known.get((before, tuple(_NUMBER.split(line)), tuple(map(len, numbers))))
        return None if known is None else (joined(known.pieces, numbers), known)

    def add(self, before: State, line: str, new: str, after: State, passed: int | None) -> bool:
        """Take note of what has become of a line, if its numbers, and nothing that was made of them, are in it; whether they are."""
        if len(line) > _LONGEST or _UNLIKE.search(line):
            return False
        numbers = _NUMBER.findall(line)
        if not numbers or _NUMBER.findall(new) != numbers:
            return False
        if len(self._known) >= _MOST:
            self._known.clear()
        key = before, tuple(_NUMBER.split(line)), tuple(map(len, numbers))
        self._known[key] = Known(tuple(_NUMBER.split(new)), after, passed)
        return True
