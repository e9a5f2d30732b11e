"""Who holds what the threads of a process wait for, what that thread does, and what in turn it waits for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from stackan.diagnose.arrivals import Arrivals, missing_from, tell_coming
from stackan.diagnose.elimination import Candidates, name_candidates, name_missing
from stackan.diagnose.readers import Readings
from stackan.diagnose.words import describe_doing, label
from stackan.model.finding import Quote
from stackan.model.place import RECORDED, Awaited, Held, Sighting
from stackan.model.process import Process
from stackan.model.track import PROGRESSING, SPINNING, Track, held_by

_HINTS = 2  # more of them tell nothing
_SAMPLED = 64  # waiters of a group that are asked for what they have in common
_HOPS = 3  # from holder to holder that are told one by one
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
        self.candidates = Candidates(process)
        self.arrivals = Arrivals(process, self.candidates)
        self.readings = Readings(process)
        self._waiters: dict[int | str, list[Track]] = {}
        self._looks = _LOOKS * len(process.tracks)
        self._roots: dict[int | str, tuple[Track, int]] = {}

    def has(self, track: Track) -> bool:
        """Whether it is known who holds what a thread waits for."""
        return bool(self.of(track))

    def blockers(self, track: Track) -> list[Track]:
        """The threads that have to go on before this one can, as far as it is known: who holds its lock, or whose end it waits for."""
        awaited = track.newest.awaited
        if awaited is not None and awaited.owners:
            return [self.by_lwp[owner] for owner in awaited.owners if owner in self.by_lwp]
        return [holder.track for holder in self.of(track) if holder.track is not track]

    def of(self, track: Track) -> list[Holder]:
        """Who is shown to hold the lock that a thread waits for."""
        awaited = track.newest.awaited
        if awaited is None or awaited.address is None or track.place.state != "lock":
            return []
        return self.by_address.get(awaited.address, []) if track.place.rule is None or awaited.log is not None else []

    def hands(self, track: Track) -> list[Track]:
        """Who held the lock that a thread waits for, from snapshot to snapshot, where a single one is shown: several if it moved on."""
        found: list[Track] = []
        if track.place.state != "lock" or track.place.rule is not None:
            return []
        for index, sighting in track.sightings:
            address = sighting.awaited.address if sighting.awaited is not None else None
            held = self._held_in.get((index, address), ()) if address is not None else ()
            if len(held) == 1 and held[0] not in found:
                found.append(held[0])
        return found

    @cached_property
    def _held_in(self) -> dict[tuple[int, int], list[Track]]:
        """{(snapshot, address): the threads that are shown to hold that lock alone}"""
        held: dict[tuple[int, int], list[Track]] = {}
        for track in self.by_lwp.values():
            for index, sighting in track.sightings:
                for hold in sighting.holds:
                    if hold.address is not None and not hold.shared and hold.log is None:
                        held.setdefault((index, hold.address), []).append(track)
        return held

    def gone_on(self, waiters: Sequence[Track]) -> Track | None:
        """Who waited in the same place in an earlier snapshot, for the same lock as far as it is printed, and has gone on since."""
        for track in waiters[:_SAMPLED]:
            address = track.newest.awaited.address if track.newest.awaited is not None else None
            if track.place.state == "lock" and not track.place.timed and (id(track.place), address) in self._left:
                return self._left[id(track.place), address]
        return None

    @cached_property
    def _left(self) -> dict[tuple[int, int | None], Track]:
        """{(place, address of the lock): one of those who waited there once and live on elsewhere}; equal places are the same object."""
        left: dict[tuple[int, int | None], Track] = {}
        for track in self.by_lwp.values():
            if track.progress == PROGRESSING:
                for _, sighting in track.sightings[:-1]:
                    address = sighting.awaited.address if sighting.awaited is not None else None
                    if sighting.place.state == "lock" and sighting.place is not track.place:
                        left.setdefault((id(sighting.place), address), track)
        return left

    def link(self, waiters: Iterable[Track]) -> None:
        """Take in who stands still, so that it can be told how many wait behind whom."""
        for track in waiters:
            for blocker in self.blockers(track):
                self._waiters.setdefault(blocker.key, []).append(track)

    def wanted(self, track: Track) -> list[Holder]:
        """The locks of a thread for which others wait, each once."""
        own = {hold.address for _, hold in held_by(track)} if track.key in self._waiters else set()
        found = [next(holder for holder in self.by_address[address] if holder.track is track) for address in own]
        return sorted((holder for holder in found if self.waiters_for(holder)), key=lambda holder: holder.hold.line)

    def waiters_for(self, holder: Holder) -> list[Track]:
        """Who stands still in front of a lock, as far as it waits for this holder."""
        waiting = self._waiters.get(holder.track.key, ())
        return [track for track in waiting if track.newest.awaited and track.newest.awaited.address == holder.hold.address]

    def behind(self, members: Sequence[Track]) -> int:
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

    def way(self, track: Track) -> Way:
        """From a thread to the one at the root of its wait, along the first of each one's blockers."""
        first = [track]
        while len(first) <= _HOPS and (step := self._next(first[-1])) is not None and step not in first:
            first.append(step)
        root, hops = self._root(track)
        return Way(first, root, hops)

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


class Way(NamedTuple):
    """From a holder to the root of a wait."""

    first: list[Track]  # the holder, and the next ones as far as they are told one by one
    root: Track
    hops: int  # from the holder to the root


def tell_root(waiters: list[Track], holders: Holders) -> list[str]:
    """Who holds what the waiters wait for and what that thread does, as far as the dump shows it."""
    track = waiters[0]
    awaited = track.newest.awaited
    logged = awaited is not None and awaited.log is not None
    if track.place.rule is not None and not logged:
        return [*_hints(waiters), *name_candidates(waiters, holders.candidates)]
    if track.place.task:
        return _tell_bringers(holders.process)
    if awaited is None:
        return []
    if awaited.owners:
        owner = holders.by_lwp.get(awaited.owners[0])
        if owner is None:
            return [f"LWP {awaited.owners[0]} is not in the dump."]
        return [f"{label(owner)} {describe_doing(owner)}.", *_tell_way(holders.way(owner))]
    coming = holders.arrivals.awaited_by(track)
    if awaited.kind == "barrier" or coming:
        lacking = _lacking(missing_from(waiters))
        if coming:
            return [*lacking, tell_coming(coming)]
        return [*lacking, *name_missing(waiters, holders.candidates)] if lacking else []
    if track.place.state != "lock":
        return []
    if awaited.address is None:
        return _hints(waiters) or ["Its holder is not shown: the dump prints no address of the lock."]
    readers = holders.readings.tell(track)
    if awaited.address in holders.by_address:
        holder, _, hold = holders.by_address[awaited.address][0]
        return [*readers, f"{label(holder)} {holding(hold)} it{_doubt(hold)} and {_doing(holder)}.", *_tell_way(holders.way(holder))]
    if readers:
        named = name_candidates(waiters, holders.candidates) or holders.readings.name_candidates(waiters)
        return [*readers, *_hints(waiters), *named]
    word = holders.recorded.get(awaited.address)
    if word is not None:
        return [f"Its owner word names LWP {word.owner} (line {word.line}), no thread of this process: it has ended, or is another's."]
    return ["No thread is shown to hold it.", *_hints(waiters), *name_candidates(waiters, holders.candidates)]


def _tell_bringers(process: Process) -> list[str]:
    """Who is at work in a pool, and so may bring the result of a task."""
    sentences = []
    for pool in process.pools:
        moving = [worker for worker in pool.workers if worker.progress in (PROGRESSING, SPINNING) and worker.place.verb != "idle"]
        if len(moving) == 1:
            sentences.append(f"{label(moving[0])} of {pool.name} may bring it: it {describe_doing(moving[0])}.")
        elif moving:
            some = f"{label(moving[0])} {describe_doing(moving[0])}"
            sentences.append(f"{len(moving)} workers of {pool.name} are at work and may bring it: {some}.")
    return sentences


def holding(hold: Held) -> str:
    """`holds`, or a word of doubt; an owner that was printed in an earlier snapshot is none, as its thread has stood still since."""
    return "holds" if hold.sure or hold.evidence == RECORDED else "seems to hold"


def _doubt(hold: Held) -> str:
    if holding(hold) == "holds":
        return ""
    return " (the log is of another moment)" if hold.log is not None else " (the guard may be left over from an earlier call)"


def tell_demand(waiters: Sequence[Track], holders: Holders) -> list[str]:
    """That a lock was handed on while these waited for it; nothing where no dump shows that."""
    hands = holders.hands(waiters[0])
    if len(hands) > 1:
        first, last = label(hands[0]), label(hands[-1])
        return [f"The lock has changed hands in between, from {first} to {last}: it is in great demand, but it moves."]
    other = holders.gone_on(waiters)
    if other is None:
        return []
    return [f"{label(other)} waited there, too, and has gone on since: the lock is in great demand, but it moves."]


def tell_held(track: Track, holders: Holders) -> list[str]:
    """What a thread holds for which others wait."""
    sentences = []
    for holder in holders.wanted(track):
        hold, number = holder.hold, len(holders.waiters_for(holder))
        symbol = next((f" <{awaited.symbol}>" for awaited in map(_awaited, holders.waiters_for(holder)) if awaited and awaited.symbol), "")
        who = f"for which {number} threads wait" if number > 1 else "for which one thread waits"
        sentences.append(f"{label(track)} itself {holding(hold)} {hold.kind} {hold.address:#x}{symbol}{_doubt(hold)}, {who}.")
    return sentences


def _awaited(track: Track) -> Awaited | None:
    return track.newest.awaited


def _doing(holder: Track) -> str:
    return f"waits in {holder.place.purpose}" if holder.place.verb == "idle" else describe_doing(holder)


def _tell_way(way: Way) -> list[str]:
    """How it goes on from a holder that waits itself, to the root of the wait."""
    if not way.hops:
        return []
    told = way.first if way.hops <= _HOPS else way.first[:_HOPS]
    sentences = [f"{_gives(before)} {label(track)}, which {_doing(track)}." for before, track in itertools.pairwise(told)]
    if way.hops > _HOPS:
        rest = way.hops - len(told) + 1
        sentences.append(f"So it goes on over {rest} more threads to {label(way.root)}, which {_doing(way.root)}.")
    return [*sentences, f"{label(way.root)} is the root of it."]


def _gives(track: Track) -> str:
    return "That is the end of" if track.place.kind == "thread" else "That is held by"


def _lacking(missing: int) -> list[str]:
    """What the thread that came last to a barrier shows of those that did not."""
    if not missing:
        return []
    return ["One more thread has yet to come to it." if missing == 1 else f"{missing} more threads have yet to come to it."]


def _hints(waiters: list[Track]) -> list[str]:
    """What logs say of the holder without proof, once each."""
    hints = dict.fromkeys(track.newest.awaited.hint for track in waiters if track.newest.awaited is not None)
    return [hint for hint in hints if hint][:_HINTS]
