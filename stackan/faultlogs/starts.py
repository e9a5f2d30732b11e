"""The processes that have written a log, one after the other."""

from __future__ import annotations

from stackan.model.event import Writer

_MOST = 1000  # starts of one log


class Starts:
    """Each pid with the time at which it was first met."""

    def __init__(self) -> None:
        self._first: dict[int, str | None] = {}

    def knows(self, pid: int) -> bool:
        """Whether this process was met before, or there are too many to ask for."""
        return pid in self._first or len(self._first) >= _MOST

    def add(self, pid: int, time: str | None) -> bool:
        """Note the first record of a process; returns whether it is a further one."""
        self._first[pid] = time
        return len(self._first) > 1

    def writer(self, node: str | None) -> Writer:
        return Writer(None, node, next(reversed(self._first), None), tuple(self._first.items()))
