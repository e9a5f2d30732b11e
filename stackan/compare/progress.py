"""Snapshots of one process → per thread: stuck, spinning, progressing, idle, appeared, vanished, unknown.

Stuck is the same normalized stack *and* the same wait object in all snapshots, and not idle by design.  Where no
object is printed, the program counters of the application's frames stand in for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from stackan.model.place import Sighting
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, STUCK, UNSURE, VANISHED, Track


def follow(snapshots: Sequence[Sequence[Sighting]]) -> list[Track]:
    """Match the threads of a process's snapshots; newest snapshot's order first, then those that vanished."""
    seen: dict[int | str, dict[int, Sighting]] = {}
    for index, sightings in enumerate(snapshots):
        for order, sighting in enumerate(sightings):
            seen.setdefault(_key(sighting, order), {}).setdefault(index, sighting)
    last = len(snapshots) - 1
    tracks = [_track(key, tuple(sorted(by_index.items())), last) for key, by_index in seen.items()]
    order_in = {track.key: position for position, track in enumerate(tracks)}
    return sorted(tracks, key=lambda track: (-track.sightings[-1][0], track.newest.thread, order_in[track.key]))


def _key(sighting: Sighting, order: int) -> int | str:
    columns = sighting.dump.columns
    lwp, pthread = columns.thread_lwp[sighting.thread], columns.thread_pthread[sighting.thread]
    if lwp >= 0:
        return int(lwp)
    return f"pthread {pthread:#x}" if pthread else f"thread {order}"


def _track(key: int | str, sightings: tuple[tuple[int, Sighting], ...], last: int) -> Track:
    thread = sightings[-1][1].dump.thread(sightings[-1][1].thread)
    progress, note = judge(sightings, last)
    return Track(key, thread.lwp, thread.pthread, thread.name, sightings, progress, note)


def judge(sightings: Sequence[tuple[int, Sighting]], last: int) -> tuple[str, str]:
    """A thread's progress and the reason in words; `last` is the newest snapshot's index."""
    newest = sightings[-1][1]
    verb = newest.place.verb
    if last == 0:
        return (IDLE, newest.place.reason) if verb == "idle" else (UNSURE, "one snapshot cannot tell whether it moves")
    if sightings[-1][0] != last:
        return VANISHED, "no longer there in the newest snapshot"
    if sightings[0][0] != 0:
        return APPEARED, "not yet there in the first snapshot"
    if all(sighting.place.verb == "idle" for _, sighting in sightings):
        return IDLE, newest.place.reason
    if not all(same_place(before, after) for (_, before), (_, after) in itertools.pairwise(sightings)):
        return PROGRESSING, "its stack or what it waits for changed"
    if verb == "spinning":
        return SPINNING, f"stands in {newest.place.names[0]} in all snapshots"
    if verb == "running":
        return PROGRESSING, "runs, in the same place in all snapshots: a long computation or a loop"
    if verb == "unknowable":
        return UNSURE, newest.place.rule.hint if newest.place.rule else "its innermost frames have no names"
    if verb == "sleeping":
        return UNSURE, "sleeps in the same place in all snapshots; a sleep ends by itself"
    return STUCK, "the same stack and the same wait in all snapshots"


def same_place(before: Sighting, after: Sighting) -> bool:
    if before.place.names != after.place.names:
        return False
    ours, theirs = before.awaited, after.awaited
    if ours is not None and theirs is not None and ours.address is not None and theirs.address is not None:
        return ours.address == theirs.address
    return _pcs(before) == _pcs(after)


def _pcs(sighting: Sighting) -> bytes:
    """The program counters of the application's frames: the same names at other addresses are another place."""
    columns, place = sighting.dump.columns, sighting.place
    first = columns.thread_first[sighting.thread]
    return columns.frame_pc[first + place.run : first + place.end].tobytes()
