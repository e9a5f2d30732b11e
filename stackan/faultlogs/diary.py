"""Events in the order of their lines, where one that repeats stands once.

A repeat is the same template about the same nodes (or another template of a halt: a server ends once, in several lines), unless
something came between the two that makes the second one news: a handling that is over, a start.  So does an hour without any repeat.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from datetime import datetime

from stackan.model.event import FAULTS, Event
from stackan.model.facts import Fact

MOST_EVENTS = 5_000  # of one log; what comes behind them is counted
_SHOWN = 2_000  # characters of a line
_NEWS_AFTER = 3600  # seconds without a repeat

_ONCE = frozenset(("halt", "stopped", "starting"))  # in several lines, of several forms
_HANDLING = frozenset(("handling-started", "handling-phase", "handling-rolled-back"))
_START = frozenset(("start-phase", "replaying", "starting", "ready"))
# What makes a later event of these kinds no repeat of an earlier one.
_ENDS: dict[str, frozenset[str]] = {
    "instance-fault": frozenset(("handling-over",)),
    "group-fault": frozenset(("handling-over",)),
    "handling-started": frozenset(("handling-over", "rejoin")),
    "handling-rolled-back": frozenset(("handling-started", "handling-phase")),
    "handling-over": frozenset((*FAULTS, *_HANDLING, "rejoin")),
    "starting": frozenset((*FAULTS, *_HANDLING, "handling-over", "rejoin", "halt", "stopped", "ready")),
    "ready": frozenset(("halt", "stopped", "starting", "start-phase", "replaying")),
    "stopped": _START,
    "halt": _START,
}


class Diary:
    """The events of one log."""

    def __init__(self) -> None:
        self.untold = 0  # events that are too many
        self._events: list[Event] = []
        self._standing: dict[tuple[Hashable, ...], int] = {}  # which event a further one would repeat; the kind comes first

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events)

    def tell(self, event: Event) -> Event:
        """Take an event, as a new one or as a repeat; returns it as it then stands."""
        key: tuple[Hashable, ...] = (event.kind,) if event.kind in _ONCE else (event.kind, event.nodes, event.means.name)
        at = self._standing.get(key)
        if at is not None and not _is_news(self._events[at], event):
            known = self._events[at]
            self._events[at] = known._replace(
                times=known.times + 1,
                last_line=event.line,
                last_time=event.time or known.last_time,
                means=_told_on(known.means, event.means),
            )
            self.forget(_ENDS.get(event.kind, ()))
            return self._events[at]
        if len(self._events) >= MOST_EVENTS:
            self.untold += 1
            return event
        self.forget(_ENDS.get(event.kind, ()))
        self._standing[key] = len(self._events)
        self._events.append(event._replace(text=event.text[:_SHOWN], last_line=event.line, last_time=event.time))
        return self._events[-1]

    def forget(self, kinds: Collection[str]) -> None:
        """Let no later event of these kinds be a repeat."""
        for key in [key for key in self._standing if key[0] in kinds]:
            del self._standing[key]


def _told_on(known: Fact, again: Fact) -> Fact:
    """What an event and its repeat mean together: of numbers that run on, those of transactions, the newest is renewed."""
    newest = again.values.get("newest")
    return known if newest is None else known._replace(values={**known.values, "newest": newest})


def _is_news(known: Event, event: Event) -> bool:
    """Whether so much time lies between two events that the second one is no repeat."""
    if known.last_time is None or event.time is None or known.kind == "handling-over":
        return False
    return _seconds(known.last_time, event.time) > _NEWS_AFTER


def _seconds(before: str, after: str) -> float:
    """Between two times as printed; 0 where one of them is no date."""
    try:
        return (datetime.fromisoformat(after[:19]) - datetime.fromisoformat(before[:19])).total_seconds()
    except ValueError:
        return 0
