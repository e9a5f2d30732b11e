"""The files that one call comes to: each is read once, whatever names lead to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

Identity = tuple[int, int]  # device and inode


class Visits:
    """The files that were met so far, and where links may lead.

    files: {a file: the name under which it was read}.
    again: (a further name of a file, the name under which it was read), in the order met.
    """

    def __init__(self, named: Sequence[str] = (), follow_links: bool = False) -> None:
        self.files: dict[Identity, str] = {}
        self.again: list[tuple[str, str]] = []
        self.follow_links = follow_links
        self._members: dict[tuple[Identity, str], str] = {}
        self._named = named

    def is_first(self, status: os.stat_result, name: str) -> bool:
        """Whether a file is met for the first time; each further time is noted."""
        file = identity(status)
        if file not in self.files:
            self.files[file] = name
            return True
        self.again.append((name, self.files[file]))
        return False

    def is_first_member(self, status: os.stat_result, member: str, name: str) -> bool:
        """The same of a member of an archive, which was also met if the whole archive was."""
        archive = identity(status)
        first = self.files.get(archive) or self._members.get((archive, member))
        if first is None:
            self._members[archive, member] = name
            return True
        self.again.append((name, first))
        return False

    def is_named(self, real: str) -> bool:
        """Whether a real path is one that the caller has named, or lies in it, so that it is met anyway."""
        path = real
        while path not in self._tops and path != os.path.dirname(path):
            path = os.path.dirname(path)
        return path in self._tops

    @cached_property
    def _tops(self) -> frozenset[str]:
        """The real paths of the named inputs; hardly ever needed."""
        return frozenset(map(os.path.realpath, self._named))


def identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino


def lies_in(real: str, top: str) -> bool:
    """Whether a real path is another one, or lies in it."""
    return real == top or real.startswith(os.path.join(top, ""))
