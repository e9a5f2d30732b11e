"""Event loops whose thread stands in a callback, while another thread waits for what such a loop delivers.

    MainThread: handler ← Handle._run ← BaseEventLoop._run_once        in the same place in all snapshots
    updater:    Condition.wait ← Future.result                         waits for a coroutine that it has given to the loop

A call that blocks inside of a library without names, or below an interpreter, does not show what it waits for.  But a loop runs one
callback at a time: as long as that one does not come back, the loop delivers nothing, and who waits for it waits for the callback.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from stackan.compare.sameness import same_place
from stackan.model.facts import fact
from stackan.model.track import STUCK, UNSURE, Track

_DELIVERED = frozenset(("future", "condition", "semaphore", "latch", "futex"))


def hold_callbacks(tracks: Sequence[Track], last: int) -> list[Track]:
    """The tracks, with those in callbacks as stuck that never moved while somebody waits; `last` is the newest snapshot's index."""
    if not last or not any(map(_waits_for_a_result, tracks)):
        return list(tracks)
    return [_stuck(track) if _stands_in_callback(track, last) else track for track in tracks]


def _waits_for_a_result(track: Track) -> bool:
    return track.progress == STUCK and (track.place.task or track.place.kind in _DELIVERED)


def _stands_in_callback(track: Track, last: int) -> bool:
    if track.progress != UNSURE or not track.place.callback or track.place.verb not in ("unknowable", "waiting"):
        return False
    if len(track.sightings) <= last:
        return False
    return all(same_place(before, after) for (_, before), (_, after) in itertools.pairwise(track.sightings))


def _stuck(track: Track) -> Track:
    return track._replace(progress=STUCK, note=(fact("stands-in-callback", loop=track.place.callback),))
