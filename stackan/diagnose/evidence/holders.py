"""The threads that hold what the threads of a process wait for, and what these wait for in turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stackan.diagnose.evidence.barrier_arrivals import BarrierArrivals
from stackan.diagnose.evidence.lock_handovers import LockHandovers
from stackan.diagnose.evidence.possible_holders import PossibleHolders
from stackan.diagnose.evidence.rwlock_readers import RwlockReaders
from stackan.model.finding import Quote
from stackan.model.place import Held, Sighting
from stackan.model.process import Process
from stackan.model.track import Track, held_by

HOPS = 3  # from holder to holder that are told one by one
_LOOKS = 10  # times that each thread of a process is looked at, to count who waits behind whom


class Holder(NamedTuple):
    """A thread that holds a lock, and what shows it."""

    track: Track
    sighting: Sighting
    hold: Held

    def quote(self) -> Quote:
        text = self.sighting.text_of(self.hold)
        return Quote(text.source, self.hold.line, text.line_text(self.hold.line))


class Holders:
    """Who holds what in a process, and who waits for whom: looked up for each group, so read off once."""

    def __init__(self, process: Process) -> None:
        self.process = process
        # The first one counts, as it stands in the process.
        self.by_lwp = {track.lwp: track for track in reversed(process.tracks)}
        self.by_address: dict[int | None, list[Holder]] = {}
        for track in process.tracks:
            for sighting, hold in held_by(track):
                self.by_address.setdefault(hold.address, []).append(Holder(track, sighting, hold))
        self.recorded = {word.address: word for word in reversed(process.dumps[-1].facts.printed) if word.owner}
        self.candidates = PossibleHolders(process)
        self.arrivals = BarrierArrivals(process, self.candidates)
        self.handovers = LockHandovers(process)
        self.readers = RwlockReaders(process)
        self._waiters: dict[int | str, list[Track]] = {}
        self._looks = _LOOKS * len(process.tracks)
        self._roots: dict[int | str, tuple[Track, int]] = {}

    def is_known(self, track: Track) -> bool:
        """Whether it is known who holds what a thread waits for."""
        return bool(self.holders_of(track))

    def blockers(self, track: Track) -> list[Track]:
        """The threads that have to go on before this one can, as far as it is known: who holds its lock, or whose end it waits for."""
        awaited = track.newest.awaited
        if awaited is not None and awaited.owners:
            return [self.by_lwp[owner] for owner in awaited.owners if owner in self.by_lwp]
        return [holder.track for holder in self.holders_of(track) if holder.track is not track]

    def holders_of(self, track: Track) -> list[Holder]:
        """Who is shown to hold the lock that a thread waits for."""
        awaited = track.newest.awaited
        if awaited is None or awaited.address is None or track.place.state != "lock":
            return []
        return self.by_address.get(awaited.address, []) if track.place.rule is None or awaited.log is not None else []

    def add_waiters(self, waiters: Iterable[Track]) -> None:
        """Take in who stands still, so that it can be told how many wait behind whom."""
        for track in waiters:
            for blocker in self.blockers(track):
                self._waiters.setdefault(blocker.key, []).append(track)

    def contended_locks_of(self, track: Track) -> list[Holder]:
        """The locks of a thread for which others wait, each once."""
        own = {hold.address for _, hold in held_by(track)} if track.key in self._waiters else set()
        found = [next(holder for holder in self.by_address[address] if holder.track is track) for address in own]
        return sorted((holder for holder in found if self.waiters_for(holder)), key=lambda holder: holder.hold.line)

    def waiters_for(self, holder: Holder) -> list[Track]:
        """Who stands still in front of a lock, as far as it waits for this holder."""
        waiting = self._waiters.get(holder.track.key, ())
        return [track for track in waiting if track.newest.awaited and track.newest.awaited.address == holder.hold.address]

    def count_behind(self, members: Sequence[Track]) -> int:
        """How many more threads wait for these, directly or not; 0 once that was asked so often that counting takes too long."""
        if not self._waiters:
            return 0
        seen = {track.key for track in members}
        ready = list(seen)
        while ready:
            waiting = self._waiters.get(ready.pop(), ())
            self._looks -= len(waiting) + 1
            if self._looks < 0:
                return 0
            for track in waiting:
                if track.key not in seen:
                    seen.add(track.key)
                    ready.append(track.key)
        return len(seen) - len(members)

    def path_to_root(self, track: Track) -> PathToRoot:
        """From a thread to the one at the root of its wait, along the first of each one's blockers."""
        first = [track]
        while len(first) <= HOPS and (step := self._next(first[-1])) is not None and step not in first:
            first.append(step)
        root, hops = self._root(track)
        return PathToRoot(first, root, hops)

    def _next(self, track: Track) -> Track | None:
        return next(iter(self.blockers(track)), None)

    def _root(self, track: Track) -> tuple[Track, int]:
        """(the thread at the end of the way, steps to it); each thread's is found once."""
        walked: list[Track] = []
        step: Track | None = track
        while step is not None and step.key not in self._roots:
            self._roots[step.key] = (step, 0)  # what leads back to where the way has been ends there
            walked.append(step)
            step = self._next(step)
        root, hops = self._roots[step.key] if step is not None else (walked[-1], -1)
        for each in reversed(walked):
            hops += 1
            self._roots[each.key] = (root, hops)
        return self._roots[track.key]


class PathToRoot(NamedTuple):
    """From a holder to the root of a wait."""

    first: list[Track]  # the holder, and the next ones as far as they are told one by one
    root: Track
    hops: int  # from the holder to the root
