"""Whether a lock was handed on between the dumps: then it is in great demand, and blocks no thread for good."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from stackan.model.facts import Fact, fact
from stackan.model.place import StackMeaning
from stackan.model.process import Process
from stackan.model.track import PROGRESSING, Track, awaited_address, places_of

# A condition's waiter that was woken takes the condition's lock again by this (glibc): what it waited for has come.
_WOKEN = "pthread_mutex_cond_lock"
_OFTEN = 4  # times that a waiter is woken, which no stop of its process explains
_SAMPLED = 64  # waiters whose places are looked at: most are in one place


class LockHandovers:
    """The threads that got the locks of a process from one snapshot to the next; read off when first needed for a wait."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def of(self, waiters: Sequence[Track]) -> list[Fact]:
        """The fact that a lock was handed on while these waited for it; none where no dump shows that."""
        hands = self._hands(waiters[0])
        if len(hands) > 1:
            return [fact("lock-changed-hands", first=hands[0], last=hands[-1])]
        other = self._gone_on(waiters)
        if other is not None:
            return [fact("waiter-went-on", thread=other)]
        woken = _woken_each(waiters)
        if woken:
            return [fact("waiters-were-woken", count=woken)]
        came = self._came_since(waiters)
        return [fact("others-have-come", count=came)] if came > len(waiters) else []

    def _came_since(self, waiters: Sequence[Track]) -> int:
        """How many siblings of the waiters have come to their lock since they were met elsewhere.

        Where these are more than the waiters, the lock is one that all take in turn again and again; behind one that nobody
        releases the others would stand already.
        """
        lock = waiters[0].newest.awaited
        if lock is None or lock.address is None or waiters[0].place.state != "lock" or waiters[0].place.rule is not None:
            return 0
        roots = {place.application[-1:] for place, _ in places_of(waiters[:_SAMPLED])}
        return sum(
            awaited_address(track.newest) == lock.address
            and track.place.application[-1:] in roots
            and any(awaited_address(sighting) != lock.address for _, sighting in track.sightings)
            for track in self._process.tracks
            if track.progress == PROGRESSING
        )

    def _hands(self, track: Track) -> list[Track]:
        """The holders of the lock that a thread waits for, from snapshots that each show a single one; several if it moved on."""
        found: list[Track] = []
        if track.place.state != "lock" or track.place.rule is not None:
            return []
        for index, sighting in track.sightings:
            address = awaited_address(sighting)
            held = self._held_in.get((index, address), ()) if address is not None else ()
            if len(held) == 1 and held[0] not in found:
                found.append(held[0])
        return found

    @cached_property
    def _held_in(self) -> dict[tuple[int, int], list[Track]]:
        """{(snapshot, address): the threads that are shown to hold that lock alone}"""
        held: dict[tuple[int, int], list[Track]] = {}
        for track in self._process.tracks:
            for index, sighting in track.sightings:
                for hold in sighting.holds:
                    if hold.address is not None and not hold.shared and (hold.log is None or hold.log.kind == "waits"):
                        held.setdefault((index, hold.address), []).append(track)
        return held

    def _gone_on(self, waiters: Sequence[Track]) -> Track | None:
        """A thread that waited in the same place in an earlier snapshot, for the same lock if it is printed, and has gone on since.

        Who was woken from a condition waits for a lock that moved a moment ago.  If no lock's address is printed, it may be that of
        any other thread that waited for a lock.
        """
        address = awaited_address(waiters[0].newest)
        places = [place for place, _ in places_of(waiters[:_SAMPLED]) if place.state == "lock" and not place.timed]
        gone = next((self._left[place.names, address] for place in places if (place.names, address) in self._left), None)
        if gone is None and address is None and places and all(map(_is_woken, places)):
            return next((track for (_, other), track in self._left.items() if other is None), None)
        return gone

    @cached_property
    def _left(self) -> dict[tuple[tuple[str, ...], int | None], Track]:
        """{(stack, address of the lock): a thread that waited there once and has moved on}"""
        left: dict[tuple[tuple[str, ...], int | None], Track] = {}
        for track in self._process.tracks:
            if track.progress == PROGRESSING:
                now = track.place.names, awaited_address(track.newest)
                before = (
                    (sighting.place.names, awaited_address(sighting)) for _, sighting in track.sightings if sighting.place.state == "lock"
                )
                for wait in before:
                    if wait != now:
                        left.setdefault(wait, track)
        return left

    @cached_property
    def left_functions(self) -> frozenset[str]:
        """The functions in which a thread was met past any lock, and which it has left since."""
        left: set[str] = set()
        for track in self._process.tracks:
            if track.progress == PROGRESSING:
                for _, sighting in track.sightings[:-1]:
                    if sighting.place.state != "lock":
                        left.update(set(sighting.place.application) - set(track.place.application))
        return frozenset(name for name in left if not name.startswith("??"))


def _woken_each(waiters: Sequence[Track]) -> int:
    """How often each waiter for a lock was woken in between, at least; 0 where that may have been for something else.

    Who waits for a lock is woken when it is given back, and waits again where another one was faster.  A signal wakes one thread, and to
    stop a process and let it go on wakes all of them, but once or twice.
    """
    if any(track.place.state != "lock" or track.place.timed for track in waiters):
        return 0
    woken = min(map(_times_woken, waiters))
    return woken if woken >= _OFTEN and len(waiters) > 1 else 0


def _times_woken(track: Track) -> int:
    """By its switches."""
    counts = (said.values["count"] for said in track.note if said.name == "woke-to-wait-again")
    return max((count for count in counts if isinstance(count, int)), default=0)


def _is_woken(place: StackMeaning) -> bool:
    return _WOKEN in place.names[: place.wait_frames]
