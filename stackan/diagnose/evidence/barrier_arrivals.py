"""The threads that are still on the way to a barrier or a latch.

As long as one is, waiting there is the normal life of a parallel computation.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.doing import doing
from stackan.diagnose.evidence.possible_holders import Others, PossibleHolders
from stackan.model.facts import Fact, fact
from stackan.model.process import Process
from stackan.model.track import APPEARED, PROGRESSING, SPINNING, STUCK, Track

Coming = Others | list[Track]

_MEETING = ("barrier", "latch")


class BarrierArrivals:
    """The threads of a process that may still come to the barrier where others wait for them."""

    def __init__(self, process: Process, candidates: PossibleHolders) -> None:
        self._process = process
        self._candidates = candidates
        self._waiters: dict[tuple[object, ...] | None, list[Track]] = {}  # by what they wait for
        self._movers: list[Track] = []
        self._coming: dict[tuple[object, ...], Coming] = {}

    def awaited_by(self, track: Track) -> Coming:
        """Those that move, and whose arrival may end this thread's wait; none if the ones that are missing cannot all be among them."""
        meeting = _meeting(track)
        if meeting is None:
            return []
        if not self._waiters:
            self._look_around()
        if meeting not in self._coming:
            self._coming[meeting] = self._find(self._waiters[meeting])
        return self._coming[meeting]

    def _look_around(self) -> None:
        for track in self._process.tracks:
            self._waiters.setdefault(_meeting(track), []).append(track)
        self._movers = [track for track in self._process.tracks if _moves(track)]

    def _find(self, waiters: Sequence[Track]) -> Coming:
        """The threads that do the same work as the waiters are the missing ones, if there are enough of them; else any may be."""
        missing = missing_from(waiters) or 1
        enough = len(self._candidates.of(waiters)) >= missing
        coming = self._candidates.of(waiters, _moves) if enough else self._movers
        return coming if len(coming) >= missing else []


def missing_from(waiters: Sequence[Track]) -> int:
    """How many threads had yet to come when the last of these came to the barrier; 0 where no locals say it."""
    missing = [waiter.newest.awaited.missing for waiter in waiters if waiter.newest.awaited is not None]
    return min((number for number in missing if number is not None), default=0)


def on_the_way(coming: Coming) -> list[Fact]:
    """Facts: some threads are seen on the way, and the first of them does this."""
    return [fact("on-the-way", count=len(coming), thread=coming[0]), doing(coming[0]), fact("normal-between-steps")]


def _meeting(track: Track) -> tuple[object, ...] | None:
    """The barrier at which a thread waits for others to come; None for the result of a task, which workers bring."""
    place, awaited = track.place, track.newest.awaited
    if place.kind not in _MEETING or place.rule is not None or place.task or track.progress != STUCK:
        return None
    return place.kind, awaited.address if awaited is not None else None


def _moves(track: Track) -> bool:
    """Whether a thread moves on; one that spins in a primitive waits for a value, and does not come by itself."""
    return track.progress in (PROGRESSING, APPEARED) or (track.progress == SPINNING and track.place.verb == "running")
