"""A rwlock that gdb's print shows in the hands of readers: how many they are is recorded, who they are is not."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.words import describe_doing, label
from stackan.model.dump import Dump, Printed
from stackan.model.finding import Quote
from stackan.model.process import Process
from stackan.model.readings import printed_readings
from stackan.model.track import VANISHED, Track

_MOST = 3  # more threads than this tell nothing
_QUEUES = {
    "": "",
    "writer": ", and a writer waits for {them} to leave",
    "both": ", a writer waits for {them} to leave, and the readers that came later queue behind that writer",
}


class Readings:
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

    def tell(self, track: Track) -> list[str]:
        """How many read, and who queues behind them."""
        found = self._of(track)
        if found is None:
            return []
        _, word = found
        who, them = ("One reader holds it", "it") if word.readers == 1 else (f"{word.readers} readers hold it", "them")
        return [f"{who} (line {word.line}){_QUEUES[word.queue].format(them=them)}."]

    def name_candidates(self, waiters: Sequence[Track]) -> list[str]:
        """A reader waits for anything but the lock that it has: who is left where all others wait for it, if few are."""
        waiting = {track.key for track in waiters}
        left = [track for track in self._process.tracks if track.progress != VANISHED and track.key not in waiting]
        if not 0 < len(left) <= _MOST:
            return []
        others = "all other threads of the process wait for it"
        if len(left) == 1:
            return [f"By elimination {label(left[0])} may be the reader: {others}. It {describe_doing(left[0])}."]
        who = " or ".join(f"{label(track)}, which {describe_doing(track)}" for track in left)
        return [f"By elimination a reader may be {who}: {others}."]

    def _of(self, track: Track) -> tuple[Dump, Printed] | None:
        awaited = track.newest.awaited
        return self._printed.get(awaited.address) if awaited is not None and awaited.address is not None else None
