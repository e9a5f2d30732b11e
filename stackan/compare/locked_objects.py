"""Threads that are idle by guess only, and work on an object whose lock others need.

    Thread 3: __lll_lock_wait ← OS::mutex_lock (m=0x…7b58) ← Client::stop
    Thread 2: pthread_cond_timedwait ← OS::Condition::wait (this=0x…b218) ← Link::wait_for_handshake ← Transport::connect (this=0x…7b40)

Thread 2 is inside a function of the object in which that lock lies, and waits in another object: it may hold the lock, so it is not at
rest.  A worker that waits for a condition of the object itself has given that object's lock back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from stackan.model.facts import fact
from stackan.model.mentions import WITHIN, mentions_of
from stackan.model.place import IN_LOCKED_OBJECT, Sighting, unparked
from stackan.model.track import IDLE, STUCK, UNSURE, Track, with_newest


def doubt_rest_in_locked_objects(tracks: Sequence[Track]) -> list[Track]:
    """The tracks, those not at rest that may have what others need."""
    locks = sorted({lock for track in tracks if (lock := _needed(track)) is not None})
    if not locks:
        return list(tracks)
    return [_doubt(track) if _is_guess(track) and _works_on_locked(track.newest, locks) else track for track in tracks]


def _needed(track: Track) -> int | None:
    """The lock in front of which a thread stands, if no line shows its owner."""
    awaited = track.newest.awaited
    standing = track.progress in (STUCK, UNSURE) and track.place.state == "lock" and track.place.verb in ("waiting", "blocked")
    return awaited.address if standing and awaited is not None and not awaited.owners else None


def _is_guess(track: Track) -> bool:
    return track.progress == IDLE and track.place.verb == "idle" and track.place.rule is None and track.place.kind == "condition"


def _works_on_locked(sighting: Sighting, locks: Sequence[int]) -> bool:
    """Whether it is in a function of an object in which one of these locks lies, and waits outside of that object."""
    mentions = mentions_of(sighting)
    if not mentions:
        return False
    known = sighting.awaited.address if sighting.awaited is not None else None
    waits_at = known if known is not None else mentions[0].value  # what the innermost function works on, it waits for
    for mention in mentions:
        at = bisect_left(locks, mention.value)
        locked = mention.itself and at < len(locks) and locks[at] - mention.value < WITHIN
        if locked and not 0 <= waits_at - mention.value < WITHIN:
            return True
    return False


def _doubt(track: Track) -> Track:
    place = unparked(track.place, IN_LOCKED_OBJECT)
    newest = track.newest._replace(place=place)
    return with_newest(track, newest)._replace(
        progress=UNSURE,
        note=(fact("rests-in-locked-object"),),
    )
