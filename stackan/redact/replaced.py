"""What was replaced by what: one table for all texts of a case, so that the same value is the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

ADDRESS, NUMBER, TEXT, SQL, SECRET = "address", "number", "text", "sql", "secret"
URL, IP, HOST, USER, FOLDER, FILE = "url", "ip", "host", "user", "folder", "file"


class Replaced:
    """The replacements made so far, in the order in which their values were met; equal values of a kind get equal replacements."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, str]] = {}

    def of(self, kind: str, value: str, make: Callable[[int], str]) -> str:
        """What stands for a value; `make` gives it from the number of values of its kind so far, from 1, and never the same twice."""
        known = self._kinds.setdefault(kind, {})
        found = known.get(value)
        if found is None:
            found = known[value] = make(len(known) + 1)
        return found

    def numbered(self, kind: str, value: str) -> str:
        """`host3`"""
        return self.of(kind, value, lambda number: f"{kind}{number}")

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        """(kind, value, what stands for it)"""
        for kind, known in self._kinds.items():
            for value, new in known.items():
                yield kind, value, new

    def __len__(self) -> int:
        return sum(map(len, self._kinds.values()))
