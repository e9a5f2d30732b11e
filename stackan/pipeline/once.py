"""Each text once: what comes again, under a name or with a time that shows a copy, is no further snapshot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from stackan.placing import Label, are_copies, read_label, tells_time

if TYPE_CHECKING:
    from stackan.pipeline.loading import Found
    from stackan.reading import Blob

# An address of a process that was placed at random: a stack, a library, or a program of x86-64 or AArch64.
_RANDOM = re.compile(rb"0x(?:0000)?(?:7[ef]|5[56]|ffff|aaaa)[0-9a-f]{8,10}(?![0-9a-f])")
_FEW = 32  # texts with the same bytes and the same last part in their names that are looked at
_LISTED = 3

Key = tuple[int, int]


class Once:
    """The texts of a case, in the order in which they were met."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.again: list[tuple[str, str]] = []  # (a further name of a text, the name under which it was read)
        self._named: dict[tuple[Key, str], list[_Text]] = {}
        self._timed: dict[Key, _Text] = {}

    def has(self, item: Blob) -> bool:
        """Whether a text need not be read, as one that was read is its copy; what an archive knows of its time is kept."""
        label = read_label(item.source)
        twin = self._twin(item, label)
        if twin is None:
            return False
        found = self.found[twin.at]
        if not found.is_empty:
            if label.is_plainer(twin.label):
                return False
            self.again.append((item.source, twin.source))
            _learn(found, item.taken_at, item.written)
        return True

    def add(self, item: Blob, found: Found) -> None:
        """Take what a text says, in place of what a copy of it with a worse name said."""
        key, label = _key(item.data), read_label(item.source)
        twin = self._twin(item, label)
        if twin is None:
            text = _Text(item.source, label, item.taken_at, len(self.found))
            self.found.append(found)
        else:
            text = _Text(item.source, label, item.taken_at or twin.taken_at, twin.at)
            self.again.append((twin.source, item.source))
            for dump in self.found[twin.at].dumps[:1]:
                _learn(found, dump.taken_at, dump.written)
            self.found[twin.at] = found
        self._named.setdefault((key, label.last), []).append(text)
        if any(map(tells_time, found.dumps)):
            self._timed[key] = text

    def _twin(self, item: Blob, label: Label) -> _Text | None:
        key = _key(item.data)
        alike, timed = self._named.get((key, label.last), [])[-_FEW:], self._timed.get(key)
        unique = bool(alike or timed) and _RANDOM.search(item.data) is not None
        for text in reversed(alike):
            if are_copies(label, text.label, unique, packed_at_once=item.taken_at == text.taken_at is not None):
                return text
        return timed if unique else None


class _Text(NamedTuple):
    source: str
    label: Label
    taken_at: str | None
    at: int  # which of those that were found


def _key(data: bytes) -> Key:
    """Equal for equal texts, whatever ends their lines.  The hash is keyed anew in each process: nobody can have two texts meet."""
    text = data.replace(b"\r\n", b"\n") if b"\r\n" in data else data
    return len(text), hash(text)


def _learn(found: Found, taken_at: str | None, written: float | None) -> None:
    for dump in found.dumps:
        dump.taken_at = dump.taken_at or taken_at
        dump.written = dump.written or written


def say_again(again: list[tuple[str, str]]) -> str:
    """Which inputs were met again, and under which names they were read; the first few."""
    listed = ", ".join(f"{name} (as {first})" for name, first in again[:_LISTED])
    rest = f" and {len(again) - _LISTED} more" if len(again) > _LISTED else ""
    return f"read once, though given again under another name: {listed}{rest}"
