"""Processes that nothing from outside can reach: each thread waits, without a time limit, for what only another one can give.

In a process that is idle some thread waits for the outside: a connection, a descriptor, a signal, a timer, an object that it shares
with other processes.  Where none does, no work can come any more, and what looks parked waits for good:

    pthread_cond_wait ← BoundedQueue::push ← parse_stage        its queue is full
    pthread_cond_wait ← BoundedQueue::push ← enrich_stage       so is the other one
    pthread_join ← main

Where a thread stands before a lock, that is the trouble to look at, and who is parked may be parked.

glibc prints whose an object may be: `op=265` is a wait on one that is shared between processes, `op=393` on a private one (a join waits
by the former, too: the kernel wakes it).  Where nothing is printed, a semaphore may be anybody's; few conditions are.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import fact
from stackan.model.place import NO_DOOR, Sighting, unparked
from stackan.model.track import IDLE, STUCK, Track, with_newest

_INSIDE = frozenset(("condition", "mutex", "rwlock", "latch", "barrier", "future", "thread", "once", "semaphore"))
_PRINTED_PRIVATE, _PRINTED_SHARED = (b"op=393", b"private=0"), (b"op=265", b"private=128")


def unpark_closed(tracks: Sequence[Track], last: int) -> list[Track]:
    """The threads of a process as stuck if none of them can hear from outside; `last` is the newest snapshot's index."""
    closed = last > 0 and len(tracks) > 1 and not any(map(_may_hear, tracks))
    if not closed or any(track.progress == STUCK and track.place.state == "lock" for track in tracks) or any(map(_has_others, tracks)):
        return list(tracks)
    return [_unpark(track) if track.progress == IDLE else track for track in tracks]


def _has_others(track: Track) -> bool:
    """Whether the process may have had threads beside this one that a text does not show."""
    return any(sighting.dump.lacks_threads for _, sighting in track.sightings)


def _may_hear(track: Track) -> bool:
    """Whether a thread hears from outside, as far as can be told, or moves, or is known by a rule."""
    place = track.place
    if track.progress not in (IDLE, STUCK) or len({sighting.place.names for _, sighting in track.sightings}) > 1:
        return True
    if track.sightings[0][0] or place.kind not in _INSIDE or place.timed or place.role is not None or not place.names:
        return True
    if (
        place.names[0].startswith("??")
        or (place.verb == "idle" and place.rule is not None)
        or not place.interpreters.isdisjoint(place.names)
    ):
        return True
    return track.newest.dump.traits.language != "native" or (place.kind != "thread" and _is_shared(track.newest))


def _is_shared(sighting: Sighting) -> bool:
    """Whether other processes may have the object, too."""
    lines = [sighting.dump.arguments_in(sighting.thread, at) for at in range(sighting.place.wait_frames)]
    if any(sign in line for line in lines for sign in _PRINTED_PRIVATE):
        return False
    return sighting.place.kind == "semaphore" or any(sign in line for line in lines for sign in _PRINTED_SHARED)


def _unpark(track: Track) -> Track:
    newest = track.newest._replace(place=unparked(track.place, NO_DOOR))
    return with_newest(track, newest)._replace(
        progress=STUCK,
        note=(fact(NO_DOOR),),
        timeline=track.timeline.replace("I", "S"),
    )
