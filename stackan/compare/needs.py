"""Threads that by the names of their functions need something, where a thread that moves shows that it may come.

A producer that stands before a full queue waits for its consumers; one that borrows, for those that have borrowed.  While any
thread of the process is at work, its turn may come: each look may meet it at the next one, in the same place.  So may whoever asks
a backend that answers others, or waits for a connection of a pool that others have got.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import fact
from stackan.model.place import ASKS, AT_WORK, StackMeaning, is_main
from stackan.model.track import APPEARED, PROGRESSING, SPINNING, STUCK, UNSURE, Track, places_of


def doubt_needs(tracks: Sequence[Track]) -> list[Track]:
    """The threads of a process, those that may get what they need as unknown."""
    needs = {id(place): need for place, _ in places_of(tracks) if (need := _need(place)) is not None}
    needed = set(needs.values())
    coming = {need for need, comes in ((AT_WORK, _may_bring), (ASKS, _was_served)) if need in needed and any(map(comes, tracks))}
    return [_doubted(track) if track.progress == STUCK and needs.get(id(track.place)) in coming else track for track in tracks]


def _need(place: StackMeaning) -> str | None:
    """What kind of a need a thread has: of this process's other threads, or of another server or a pool of connections to it."""
    rule = place.rule
    if rule is not None:
        return ASKS if place.verb == "blocked" and rule.id.startswith("clients.") else None
    return place.reason if place.reason in (AT_WORK, ASKS) else None


def _may_bring(track: Track) -> bool:
    """Whether a thread moves, or sleeps in the middle of its work: two functions above its start, or more.

    One that sleeps in its own loop keeps time.  A main thread that sleeps hands out work and does none.
    """
    if track.progress in (PROGRESSING, SPINNING, APPEARED):
        return True
    path = track.place.application
    named = [name for name in path if not name.startswith("??") and "sleep" not in name.lower()]
    return track.place.verb == "sleeping" and len(named) > 1 and not any(map(is_main, path[-1:]))


def _was_served(track: Track) -> bool:
    return track.progress == PROGRESSING and any(_need(sighting.place) == ASKS for _, sighting in track.sightings)


def _doubted(track: Track) -> Track:
    return track._replace(progress=UNSURE, note=(fact("may-be-served-each-time"),))
