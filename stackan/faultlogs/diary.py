"""Events in the order of their lines, where one that repeats stands once.

A repeat is the same template about the same nodes (or another template of a halt: a server ends once, in several lines), unless
something came between the two that makes the second one news: a handling that is over, a start.  So does an hour without any repeat.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from stackan.faultlogs.times import iso
from stackan.model.event import EVENTS, FAULTS, Event, Node
from stackan.model.facts import Fact
from stackan.model.records import NamedTuple

MOST_EVENTS = 5_000  # of one log; what comes behind them is counted
_SHOWN = 2_000  # characters of a line
_NEWS_AFTER = 3600  # seconds without a repeat

_ONCE = frozenset(("halt", "stopped", "starting"))  # in several lines, of several forms
_APART = frozenset(("means-license-expired", "means-port-taken"))  # of which each has a cause of its own
_HANDLING = ("handling-started", "handling-phase", "handling-rolled-back")
_START = ("start-phase", "replaying", "starting", "ready")
# What makes a later event of these kinds no repeat of an earlier one.
_ENDS: dict[str, tuple[str, ...]] = {
    "instance-fault": ("handling-over",),
    "group-fault": ("handling-over",),
    "handling-started": ("handling-over", "rejoin"),
    "handling-rolled-back": ("handling-started", "handling-phase"),
    "handling-over": (*FAULTS, *_HANDLING, "rejoin"),
    "starting": (*FAULTS, *_HANDLING, "handling-over", "rejoin", "halt", "stopped", "ready"),
    "ready": ("halt", "stopped", "starting", "start-phase", "replaying"),
    "stopped": _START,
    "halt": _START,
}


class Saying(NamedTuple):
    """What a line says, wherever it stands."""

    kind: str
    nodes: tuple[Node, ...]
    means: Fact
    phase: str
    group: str
    key: str  # the same for those that repeat each other


def saying(kind: str, nodes: tuple[Node, ...], means: Fact, phase: str = "", group: str = "") -> Saying:
    return Saying(kind, nodes, means, phase, group, "" if kind in _ONCE and means.name not in _APART else f"{means.name} {nodes}")


class _Entry:
    """An event, as far as it was repeated."""

    __slots__ = ("last_line", "last_time", "line", "newest", "said", "text", "time", "times")

    def __init__(self, said: Saying, line: int, time: str, text: str) -> None:
        self.said = said
        self.line = self.last_line = line
        self.time = self.last_time = time
        self.text = text[:_SHOWN]
        self.times = 1
        self.newest: int | None = None

    def event(self) -> Event:
        said, means = self.said, self.said.means
        if self.newest is not None:
            means = means._replace(values={**means.values, "newest": self.newest})
        return Event(
            said.kind,
            self.line,
            iso(self.time),
            self.text,
            said.nodes,
            means,
            self.times,
            self.last_line,
            iso(self.last_time),
            said.phase,
            said.group,
        )


class Diary:
    """The events of one log.  Times are as printed, "" where none is."""

    def __init__(self) -> None:
        self.untold = 0  # events that are too many
        self._entries: list[_Entry] = []
        self._standing: dict[str, dict[str, _Entry]] = {kind: {} for kind in EVENTS}  # which a further event would repeat

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(entry.event() for entry in self._entries)

    def tell(self, said: Saying, line: int, time: str, text: str) -> None:
        """Take what a line says, as a new event or as a repeat."""
        if not self.repeat(said.kind, said.key, line, time):
            entry, standing = _Entry(said, line, time, text), self._standing[said.kind]
            if len(standing) < MOST_EVENTS:
                standing[said.key] = entry
            if len(self._entries) < MOST_EVENTS:
                self._entries.append(entry)
            else:
                self.untold += 1
        if said.kind in _ENDS:
            self.forget(_ENDS[said.kind])

    def repeat(self, kind: str, key: str, line: int, time: str, newest: int | None = None) -> bool:
        """Count an event as a repeat, if it is one; of numbers that run on, those of transactions, the newest is kept."""
        entry = self._standing[kind].get(key)
        if entry is None or (entry.last_time[:13] != time[:13] and _is_news(entry, time)):
            return False
        entry.times += 1
        entry.last_line = line
        entry.last_time = time or entry.last_time
        if newest is not None:
            entry.newest = newest
        return True

    def forget(self, kinds: Iterable[str]) -> None:
        """Let no later event of these kinds be a repeat."""
        for kind in kinds:
            self._standing[kind].clear()


def _is_news(entry: _Entry, time: str) -> bool:
    """Whether so much time lies between an event and another one that the latter is no repeat."""
    return entry.said.kind != "handling-over" and _seconds(entry.last_time, time) > _NEWS_AFTER


def _seconds(before: str, after: str) -> float:
    """Between two times as printed; 0 where one of them is none."""
    try:
        return (datetime.fromisoformat(after[:19]) - datetime.fromisoformat(before[:19])).total_seconds()
    except ValueError:
        return 0
