"""What was replaced by what: one table for all texts of a case, so that the same value is the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

ADDRESS, NUMBER, TEXT, SQL, SECRET = "address", "number", "text", "sql", "secret"
URL, IP, HOST, USER, FOLDER, FILE, WORD = "url", "ip", "host", "user", "folder", "file", "word"

_FIRST, _LAST = 0xF0000, 0x10FFFD  # private use: no text means anything by them
_HELD = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")


class Replaced:
    """The replacements made so far, in the order in which their values were met; equal values of a kind get equal replacements.

    While a line is rewritten, what is finished in it is held: one character stands for it, which no later rule takes for a word.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, str]] = {}
        self._held: list[str] = []

    def of(self, kind: str, value: str, make: Callable[[int], str]) -> str:
        """What stands for a value; `make` gives it from the number of values of its kind so far, from 1, and never the same twice."""
        known = self._kinds.setdefault(kind, {})
        found = known.get(value)
        if found is None:
            found = known[value] = make(len(known) + 1)
        return found

    def numbered(self, kind: str, value: str) -> str:
        """`host3`, held."""
        value = self.shown(value)
        return self.hold(self.of(kind, value, lambda number: f"{kind}{number}"))

    def hold(self, text: str) -> str:
        """A character for a part of a line that is finished; where there are too many, the part itself, to be replaced once more."""
        if not text or _FIRST + len(self._held) > _LAST:
            return text
        self._held.append(self.shown(text))
        return chr(_FIRST + len(self._held) - 1)

    def is_held(self, text: str) -> bool:
        """Whether all of a text is held."""
        return all(_FIRST <= ord(char) <= _LAST for char in text)

    def shown(self, line: str) -> str:
        """A line with what is held in it."""
        return _HELD.sub(lambda match: self._held[ord(match[0]) - _FIRST], line) if self._held else line

    def finish(self, line: str) -> str:
        """The line, finished as a whole."""
        line = self.shown(line)
        self._held.clear()
        return line

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        """(kind, value, what stands for it)"""
        for kind, known in self._kinds.items():
            for value, new in known.items():
                yield kind, value, new

    def __len__(self) -> int:
        return sum(map(len, self._kinds.values()))


def without_marks(text: str) -> str:
    """A text without the characters that stand for what is held."""
    return _HELD.sub("?", text)
