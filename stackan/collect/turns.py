"""When rounds begin: so long after one another, and at marks of the clock that several nodes have in common."""

from __future__ import annotations

import math
import time

_CLOSE = 1e-6  # seconds: a mark that is as near as this is met
# Seconds between rounds at least: threads that a tool has stopped have to get a CPU once, to wait again for what they waited for.
_REST = 0.25


class Turns:
    """The beginnings of the rounds of a capture."""

    def __init__(self, interval: float, align: float) -> None:
        self._interval = interval
        self._align = align
        self._last: float | None = None
        self._clock = time.time if align > 0 else time.monotonic

    def wait(self) -> None:
        """Until the next round is due; where the last one took longer than the interval, until its threads wait again."""
        due = self.next(self._clock() + (_REST if self._last is not None else 0.0))
        while (rest := due - self._clock()) > 0:  # a clock that is set meanwhile is followed
            time.sleep(min(rest, 1.0))

    def next(self, now: float) -> float:
        """When the next round begins, by the clock: counted from when the last one was due, as rounds come late and marks do not."""
        due = now if self._last is None else max(self._last + self._interval, now)
        if self._align > 0:
            due = math.ceil((due - _CLOSE) / self._align) * self._align
        self._last = due
        return due
