"""A rwlock that gdb's print shows in the hands of readers: their number is recorded, their identity is not."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.doing import doing
from stackan.model.dump import Dump
from stackan.model.facts import Fact, fact
from stackan.model.finding import Quote
from stackan.model.printed import Printed
from stackan.model.process import Process
from stackan.model.readings import printed_readings
from stackan.model.track import VANISHED, Track

_MOST = 3  # more threads than this show nothing


class RwlockReaders:
    """The rwlocks of a process that readers hold."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._printed = printed_readings(process)

    def quote(self, track: Track) -> list[Quote]:
        """The line that shows readers to hold what a thread waits for, if one does."""
        found = self._of(track)
        if found is None:
            return []
        dump, word = found
        return [Quote(dump.source, word.line, dump.line_text(word.line))]

    def of(self, track: Track) -> list[Fact]:
        """The number of readers, and the threads that queue behind them."""
        found = self._of(track)
        if found is None:
            return []
        _, word = found
        behind = {"": "readers-hold", "writer": "readers-hold-writer-waits", "both": "readers-hold-all-queue"}[word.queue]
        return [fact(behind, count=word.readers, line=word.line)]

    def name_candidates(self, waiters: Sequence[Track]) -> list[Fact]:
        """The threads that do not wait for the lock, if few are left: a reader waits for anything but the lock that it has."""
        waiting = {track.key for track in waiters}
        left = [track for track in self._process.tracks if track.progress != VANISHED and track.key not in waiting]
        if not 0 < len(left) <= _MOST:
            return []
        name = "may-be-the-reader" if len(left) == 1 else "may-be-a-reader"
        return [fact(name, threads=tuple(left)), *map(doing, left)]

    def _of(self, track: Track) -> tuple[Dump, Printed] | None:
        awaited = track.newest.awaited
        return self._printed.get(awaited.address) if awaited is not None and awaited.address is not None else None
