"""Each text once: a text that comes again, under a name or with a time that shows a copy, is no further snapshot.

Names and times are looked at when one does, which is seldom: what reads them is imported then.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from stackan.model.expressions import expression
from stackan.model.records import NamedTuple
from stackan.model.said import first_of, said

if TYPE_CHECKING:
    from stackan.model.dump import Dump
    from stackan.model.log import Log
    from stackan.pipeline.loading import Found
    from stackan.placing import Label
    from stackan.reading import Blob

# An address of a process that was placed at random: a stack, a library, or a program of x86-64 or AArch64.
_RANDOM = expression(rb"0x(?:0000)?(?:7[ef]|5[56]|ffff|aaaa)[0-9a-f]{8,10}(?![0-9a-f])")
_FEW = 32  # texts with the same bytes and the same last part in their names that are looked at
_LISTED = 3

Key = tuple[int, int]


class Once:
    """The texts of a case, in the order in which they were met."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.again: list[tuple[str, str]] = []  # (a further name of a text, the name under which it was read)
        self._known: dict[Key, _Same] = {}
        self._alone: tuple[bytes, _Text, Sequence[Dump]] | None = None  # the first text, until a second one asks for its key
        self._logs: dict[Hashable, str] = {}

    def has(self, item: Blob) -> bool:
        """Whether a text need not be read, as one that was read is its copy; what an archive knows of its time is kept."""
        twin = self._twin(item)
        if twin is None or _is_plainer(item.source, twin.source):
            return False
        self.again.append((item.source, twin.source))
        _learn(self.found[twin.at], item.taken_at, item.written)
        return True

    def add(self, item: Blob, found: Found) -> None:
        """Take what a text says, in place of what a copy of it with a worse name said."""
        if found.is_empty:
            self.found.append(found)
            return
        twin = self._twin(item)
        if twin is None:
            text = _Text(item.source, item.taken_at, len(self.found))
            self.found.append(found)
        else:
            text = _Text(item.source, item.taken_at or twin.taken_at, twin.at)
            self.again.append((twin.source, item.source))
            for dump in self.found[twin.at].dumps[:1]:
                _learn(found, dump.taken_at, dump.written)
            self.found[twin.at] = found
        if self._known or self._alone is not None:
            self._keep(item.data, text, found.dumps)
        else:
            self._alone = item.data, text, found.dumps

    def _keep(self, data: bytes, text: _Text, dumps: Sequence[Dump]) -> None:
        self._known.setdefault(_key(data), _Same()).add(text, dumps)

    def add_log(self, log: Log, found: Found) -> None:
        """Take what a log says whose text was not held; one with the same last part of a name, of the same extent and events, is a copy."""
        from stackan.placing import read_label

        key = (read_label(log.source).last, log.kind, log.extent, log.events)
        first = self._logs.setdefault(key, log.source)
        if first != log.source:
            self.again.append((log.source, first))
        else:
            self.found.append(found)

    def _twin(self, item: Blob) -> _Text | None:
        if self._alone is not None:
            self._keep(*self._alone)
            self._alone = None
        same = self._known.get(_key(item.data)) if self._known else None
        return same.twin(item) if same is not None else None


class _Text(NamedTuple):
    source: str
    taken_at: str | None
    at: int  # which of those that were found


class _Same:
    """Texts with the same bytes; hardly ever does a second one come, so their names are read when it does."""

    def __init__(self) -> None:
        self._unread: list[tuple[_Text, Sequence[Dump]]] = []
        self._named: dict[str, list[tuple[Label, _Text]]] = {}
        self._timed: _Text | None = None  # whose bytes say when they were made

    def add(self, text: _Text, dumps: Sequence[Dump]) -> None:
        self._unread.append((text, dumps))

    def twin(self, item: Blob) -> _Text | None:
        """The text of which an item is a copy."""
        from stackan.placing import are_copies, read_label

        self._read_names()
        unique = _RANDOM.search(item.data) is not None
        label = read_label(item.source)
        for other, text in reversed(self._named.get(label.last, [])[-_FEW:]):
            if are_copies(label, other, unique, packed_at_once=item.taken_at == text.taken_at is not None):
                return text
        return self._timed if unique else None

    def _read_names(self) -> None:
        from stackan.placing import read_label, tells_time

        for text, dumps in self._unread:
            if any(map(tells_time, dumps)):
                self._timed = text
            label = read_label(text.source)
            self._named.setdefault(label.last, []).append((label, text))
        self._unread.clear()


def _is_plainer(source: str, other: str) -> bool:
    from stackan.placing import read_label

    return read_label(source).is_plainer(read_label(other))


def _key(data: bytes) -> Key:
    """Equal for equal texts, whatever ends their lines.  The hash is keyed anew in each process: nobody can have two texts meet."""
    text = data.replace(b"\r\n", b"\n") if b"\r" in data else data  # one byte is looked for far faster than two
    return len(text), hash(text)


def _learn(found: Found, taken_at: str | None, written: float | None) -> None:
    for dump in found.dumps:
        dump.taken_at = dump.taken_at or taken_at
        dump.written = dump.written or written


def say_again(again: list[tuple[str, str]]) -> str:
    """Which inputs were met again, and under which names they were read; the first few."""
    inputs = [name if name == first else f"{name} ({first})" for name, first in again]
    return said(
        "given more than once, and read once (in parentheses the name under which it was read): {inputs}",
        inputs=first_of(inputs, _LISTED),
    )
