"""Locks that no line shows as held, and two threads each of which works on what the other waits for.

    Thread 3: __lll_lock_wait ← pthread_mutex_lock (mutex=0x…3af0) ← transfer (from=0x…3a20, to=0x…3af0)
    Thread 2: __lll_lock_wait ← pthread_mutex_lock (mutex=0x…3a20) ← transfer (from=0x…3af0, to=0x…3a20)

A thread that waits for one lock has come past others, and functions are called with what they work on.  One such mention shows nothing:
many threads mention one object.  Two that cross do: each thread stands still in front of one lock, with the other's lock, or the object
that it lies in, among the arguments of its outer frames.  That is an inference, so nothing certain rests on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from stackan.model.mentions import WITHIN, mentions_of
from stackan.model.place import INFERRED, Held, Sighting
from stackan.model.track import STUCK, UNSURE, Track, held_by, with_newest

_KINDS = frozenset(("mutex", "rwlock", "spinlock"))


def hold_crossed(tracks: Sequence[Track]) -> list[Track]:
    """The tracks, each with the locks that it holds by crossed mentions, if it alone comes into question for them."""
    waiters = _waiters(tracks)
    locks = sorted({_lock(track) for track in waiters})
    if len(locks) < 2:
        return list(tracks)
    mentions = {track.key: _mentioned(track, locks) for track in waiters}
    crossing = {(_lock(track), lock) for track in waiters for lock in mentions[track.key]}
    candidates: dict[int, list[Track]] = {}
    for track in waiters:
        for lock in mentions[track.key]:
            if (lock, _lock(track)) in crossing:
                candidates.setdefault(lock, []).append(track)
    only = {lock: each[0] for lock, each in candidates.items() if len(each) == 1 and not _others_mention(tracks, lock, locks, each[0])}
    held: dict[int | str, list[int]] = {}
    for lock, track in only.items():
        other = only.get(_lock(track))
        if other is not None and _lock(other) == lock:
            held.setdefault(track.key, []).append(lock)
    if not held:
        return list(tracks)
    kinds = {_lock(track): track.place.kind or "mutex" for track in waiters}
    return [_holding(track, held[track.key], mentions[track.key], kinds) if track.key in held else track for track in tracks]


def _waiters(tracks: Sequence[Track]) -> list[Track]:
    """The threads that stand in front of a lock whose address is printed, and whose holder no line shows; none if all wait for one."""
    waiters = [track for track in tracks if _waits(track)]
    if len({_lock(track) for track in waiters}) < 2:
        return []
    shown = {hold.address for track in tracks for _, hold in held_by(track)}
    return [track for track in waiters if _lock(track) not in shown]


def _waits(track: Track) -> bool:
    place, awaited = track.place, track.newest.awaited
    standing = track.progress == STUCK or (track.progress == UNSURE and place.verb in ("waiting", "blocked"))
    if not standing or place.state != "lock" or place.rule is not None or place.kind not in _KINDS:
        return False
    return awaited is not None and awaited.address is not None and not awaited.owners


def _lock(track: Track) -> int:
    awaited = track.newest.awaited
    assert awaited is not None and awaited.address is not None
    return awaited.address


def _mentioned(track: Track, locks: Sequence[int]) -> dict[int, int]:
    """{another lock that the outer frames of a thread mention in all snapshots: the frame that does}."""
    found: dict[int, int] | None = None
    for _, sighting in reversed(track.sightings):
        own = {lock: frame for lock, frame in _locks_of(sighting, locks, _lock(track)).items() if lock != _lock(track)}
        found = own if found is None else {lock: frame for lock, frame in found.items() if lock in own}
    return found or {}


def _locks_of(sighting: Sighting, locks: Sequence[int], awaited: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for mention in mentions_of(sighting):
        at = bisect_right(locks, mention.value - 1)  # the first lock from there on: of several in one object that is the object's own
        if at == len(locks):
            continue
        lock = locks[at]
        if lock == mention.value or (mention.itself and mention.value != awaited and lock - mention.value < WITHIN):
            found.setdefault(lock, mention.frame)
    return found


def _others_mention(tracks: Sequence[Track], lock: int, locks: Sequence[int], holder: Track) -> bool:
    """Whether a thread that does not wait for a lock mentions it, too: then that one may hold it."""
    for track in tracks:
        awaited = track.newest.awaited
        if track is holder or (awaited is not None and awaited.address == lock):
            continue
        if lock in _locks_of(track.newest, locks, 0):
            return True
    return False


def _holding(track: Track, locks: Sequence[int], mentioned: dict[int, int], kinds: dict[int, str]) -> Track:
    """The thread with these locks among those that it holds."""
    newest = track.newest
    holds = [
        Held(kinds[lock], lock, INFERRED, newest.frame_line(mentioned[lock]), mentioned[lock], False, sure=False) for lock in sorted(locks)
    ]
    newest = newest._replace(holds=(*newest.holds, *holds))
    return with_newest(track, newest)
