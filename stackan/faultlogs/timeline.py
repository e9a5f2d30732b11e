"""All logs of a case → one line of events over all nodes, in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from stackan.model.clock import seconds_of
from stackan.model.event import Event, Logged
from stackan.model.log import Log
from stackan.model.records import NamedTuple


class Told(NamedTuple):
    """An event with its place in time, in seconds."""

    at: float
    until: float  # the time of the last of its repeats
    log: Log
    event: Event

    @property
    def logged(self) -> Logged:
        return Logged(self.log, self.event)


def timeline(logs: Sequence[Log]) -> list[Told]:
    """The events of all logs in the order of their times; what several rotated logs of one process have in common stands once.

    An event without a time comes right behind the one before it in its log, or where its log begins, or all do.
    """
    placed: list[tuple[float, int, int, Told]] = []
    seen: set[tuple[object, ...]] = set()
    earliest = min((at for log in logs if (at := _begin_of(log, None)) is not None), default=0.0)
    for number, log in enumerate(logs):
        before = _begin_of(log, earliest)
        for event in log.events:
            at = seconds_of(event.time)
            mark = (log.kind, log.writer.node, event.time, event.text)
            if at is not None and mark in seen:
                continue
            seen.add(mark)
            before = at if at is not None else before
            placed.append((before, number, event.line, Told(before, _end(event, before), log, event)))
    placed.sort(key=lambda each: each[:3])
    return [told for *_, told in placed]


@overload
def _begin_of(log: Log, otherwise: float) -> float: ...
@overload
def _begin_of(log: Log, otherwise: None) -> float | None: ...
def _begin_of(log: Log, otherwise: float | None) -> float | None:
    """The first usable time of a log."""
    times = (log.extent.first if log.extent is not None else None, *(event.time for event in log.events))
    return next((at for time in times if (at := seconds_of(time)) is not None), otherwise)


def _end(event: Event, begin: float) -> float:
    last = seconds_of(event.last_time)
    return last if last is not None and last > begin else begin


def end_of(logs: Sequence[Log]) -> float | None:
    """When the last of the records of all logs was written."""
    lasts = [seconds for log in logs if log.extent is not None and (seconds := seconds_of(log.extent.last)) is not None]
    return max(lasts, default=None)
