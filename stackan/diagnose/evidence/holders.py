"""The threads that hold what the threads of a process wait for, and what these wait for in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from stackan.diagnose.evidence.barrier_arrivals import BarrierArrivals
from stackan.diagnose.evidence.crashes import crashes_of
from stackan.diagnose.evidence.lock_handovers import LockHandovers
from stackan.diagnose.evidence.nobody_left import is_nobody_left
from stackan.diagnose.evidence.possible_holders import PossibleHolders
from stackan.diagnose.evidence.roles import Roles
from stackan.diagnose.evidence.rwlock_readers import RwlockReaders
from stackan.diagnose.evidence.same_object import SameObject
from stackan.model.finding import Quote
from stackan.model.place import Held, Sighting
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.track import Track, held_by

HOPS = 3  # steps from holder to holder that are shown one by one
_LOOKS = 10  # times that each thread of a process is looked at, to count the threads behind others


class Holder(NamedTuple):
    """A thread that holds a lock, and what shows it."""

    track: Track
    sighting: Sighting
    hold: Held

    def quote(self) -> Quote:
        text = self.sighting.text_of(self.hold)
        return Quote(text.source, self.hold.line, text.line_text(self.hold.line))


class Queue:
    """The threads that wait in front of a lock, by the keys of the threads; and the lock's name, if one of them prints it."""

    def __init__(self) -> None:
        self.tracks: dict[int | str, Track] = {}
        self.symbol: str | None = None

    def add(self, track: Track, symbol: str | None) -> None:
        self.tracks[track.key] = track
        self.symbol = self.symbol or symbol


class Holders:
    """The holders of a process's locks, and the threads that wait for them: looked up for each group, so read off once."""

    def __init__(self, process: Process) -> None:
        self.process = process
        # The first one counts, in the order of the process.
        self.by_lwp = {track.lwp: track for track in reversed(process.tracks)}
        self.by_address: dict[int | None, list[Holder]] = {}
        for track in process.tracks:
            for sighting, hold in held_by(track):
                self.by_address.setdefault(hold.address, []).append(Holder(track, sighting, hold))
        self.recorded = {word.address: word for word in reversed(process.dumps[-1].facts.printed) if word.owner}
        self.candidates = PossibleHolders(process)
        self.objects = SameObject(process)
        self.arrivals = BarrierArrivals(process, self.candidates)
        self.handovers = LockHandovers(process)
        self.readers = RwlockReaders(process)
        self.roles = Roles(process)
        self._queues: dict[int | None, Queue] = {}  # by the lock: its holders share it
        self._named: dict[int | str, list[Track]] = {}  # the waiters for a thread that the dump names, or for its end
        self._looks = _LOOKS * len(process.tracks)
        self._roots: dict[int | str, tuple[Track, int]] = {}

    @cached_property
    def crashed_in_allocator(self) -> Track | None:
        """The thread in which the process ends while it keeps the lock of the memory allocator, if one does."""
        return next((crash.track for crash in crashes_of(self.process) if crash.allocates), None)

    @cached_property
    def is_nobody_left(self) -> bool:
        """Whether no thread of the process can bring the result of a task."""
        return is_nobody_left(self.process)

    def is_known(self, track: Track) -> bool:
        """Whether the holder of the thing that a thread waits for is known."""
        return bool(self.holders_of(track))

    def named(self, track: Track) -> list[Track] | None:
        """The threads that the dump itself names as those that a thread waits for; None where it names none."""
        awaited = track.newest.awaited
        if awaited is None or not awaited.owners:
            return None
        return [self.by_lwp[owner] for owner in awaited.owners if owner in self.by_lwp]

    def holders_of(self, track: Track) -> list[Holder]:
        """The threads that are shown to hold the lock that a thread waits for."""
        awaited = track.newest.awaited
        if awaited is None or awaited.address is None or track.place.state != "lock":
            return []
        return self.by_address.get(awaited.address, []) if track.place.rule is None or awaited.is_logged else []

    def add_waiters(self, waiters: Iterable[Track]) -> None:
        """Take in the threads that stand still, so that those behind each holder can be counted."""
        for track in waiters:
            named, awaited = self.named(track), track.newest.awaited
            for owner in named or ():
                self._named.setdefault(owner.key, []).append(track)
            if named is None and awaited is not None and awaited.address is not None and self.holders_of(track):
                self._queues.setdefault(awaited.address, Queue()).add(track, awaited.symbol)

    def contended_locks_of(self, track: Track) -> list[Holder]:
        """The locks of a thread for which others wait, each once."""
        own: dict[int | None, Holder] = {}
        for sighting, hold in held_by(track):
            own.setdefault(hold.address, Holder(track, sighting, hold))
        return sorted((holder for holder in own.values() if self.number_of_waiters(holder)), key=lambda holder: holder.hold.line)

    def number_of_waiters(self, holder: Holder) -> int:
        """The number of threads that stand still in front of a lock and wait for this holder."""
        queue = self._queues.get(holder.hold.address)
        queued = len(queue.tracks) - (holder.track.key in queue.tracks) if queue is not None else 0
        return queued + len(self._naming(holder))

    def symbol(self, holder: Holder) -> str:
        """The lock's name, if one of those that wait in front of it prints it."""
        queue = self._queues.get(holder.hold.address)
        names = (track.newest.awaited.symbol for track in self._naming(holder) if track.newest.awaited is not None)
        return (queue.symbol if queue is not None else None) or next(filter(None, names), "")

    def _naming(self, holder: Holder) -> list[Track]:
        """The threads that wait for a lock and whose dump names this one as its holder."""
        waiting = self._named.get(holder.track.key, ())
        return [track for track in waiting if track.newest.awaited and track.newest.awaited.address == holder.hold.address]

    def count_behind(self, members: Sequence[Track]) -> int:
        """How many more threads wait for these, directly or not; 0 once so many counts were made that more would take too long."""
        if not self._named and not self._queues:
            return 0
        seen = {track.key for track in members}
        passed: set[int | None] = set()  # locks whose queue is counted
        ready = list(members)
        while ready:
            self._looks -= 1
            for track in self._waiting_for(ready.pop(), passed):
                self._looks -= 1
                if self._looks < 0:
                    return 0
                if track.key not in seen:
                    seen.add(track.key)
                    ready.append(track)
        return len(seen) - len(members)

    def _waiting_for(self, track: Track, passed: set[int | None]) -> Iterator[Track]:
        """The threads that wait for a thread, without those in front of locks that were passed before."""
        yield from self._named.get(track.key, ())
        for address in {hold.address for _, hold in held_by(track)} & self._queues.keys():
            if address not in passed:
                passed.add(address)
                yield from self._queues[address].tracks.values()

    def path_to_root(self, track: Track) -> PathToRoot:
        """From a thread to the one at the root of its wait, along the first of each one's blockers."""
        first = [track]
        while len(first) <= HOPS and (step := self._next(first[-1])) is not None and step not in first:
            first.append(step)
        root, hops = self._root(track)
        return PathToRoot(first, root, hops)

    def _next(self, track: Track) -> Track | None:
        """The first thread that has to go on before this one can: the holder of its lock, or the thread it joins; None if unknown."""
        named = self.named(track)
        if named is not None:
            return next(iter(named), None)
        return next((holder.track for holder in self.holders_of(track) if holder.track is not track), None)

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

    first: list[Track]  # the holder, and the next ones that are shown one by one
    root: Track
    hops: int  # from the holder to the root
