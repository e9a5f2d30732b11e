"""The processes that have written a log, one after the other."""

from __future__ import annotations

from stackan.model.event import Writer

_MOST = 1000  # starts of one log


class Starts:
    """Each pid with the time at which it was first met."""

    def __init__(self) -> None:
        self._first: dict[int, str | None] = {}

    def see(self, pid: int, time: str | None) -> bool:
        """Note the pid of a record; returns whether it is that of a further process."""
        if pid in self._first or len(self._first) >= _MOST:
            return False
        self._first[pid] = time
        return len(self._first) > 1

    def writer(self, node: str | None) -> Writer:
        return Writer(None, node, next(reversed(self._first), None), tuple(self._first.items()))
