"""Semaphores, and words that std::atomic::wait watches, that count queued work, as all threads that wait for them show.

A queue is drained by one loop, so its consumers wait in one place; a counter of resources is taken in many:

    sem_wait ← get_job ← worker              all eight wait there: parked, like a loop on a condition
    sem_wait ← get_connection ← session      and the same semaphore in sem_timedwait ← report: both wait

Nor does it count work where a function waits for it that by its name is a lock's: a `SpinMutex::lock` made of an atomic.
Nor is it a parking place where a thread is parked further out on the same way: a thread inside of its loop is at work.
Where no address is printed, all of a process's semaphores may be one; only what the main thread waits for is taken for its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackan.classify.at_work import is_lock
from stackan.model.place import COUNTS_WORK, Sighting, StackMeaning, is_main

Snapshots = Sequence[Sequence[Sighting]]
_Path = tuple[str, ...]  # the application's frames, innermost first


def park_consumers(snapshots: Snapshots) -> Snapshots:
    """The sightings of a process's snapshots, those of threads that wait for queued work as idle."""
    paths: dict[object, set[_Path]] = {}  # from which a semaphore is waited for
    for sighting in _all(snapshots):
        if sighting.place.counter:
            paths.setdefault(_counter(sighting), set()).add(sighting.place.application)
    if not paths:
        return snapshots
    loops = {sighting.place.application for sighting in _all(snapshots) if sighting.place.verb == "idle"}
    queues = {
        counter for counter, ways in paths.items() if len(ways) == 1 and not any(is_lock(way) or _is_inside(way, loops) for way in ways)
    }
    parked: dict[int, StackMeaning] = {}  # equal places stay the same object
    return [[_park(sighting, queues, parked) for sighting in snapshot] for snapshot in snapshots]


def _all(snapshots: Snapshots) -> Iterable[Sighting]:
    return (sighting for snapshot in snapshots for sighting in snapshot)


def _counter(sighting: Sighting) -> object:
    """The identity of a counter: its address, else the kind of wait and whether it is the main thread's."""
    address = sighting.awaited.address if sighting.awaited is not None else None
    return address if address is not None else (sighting.place.kind, any(map(is_main, sighting.place.application[-1:])))


def _is_inside(path: _Path, loops: set[_Path]) -> bool:
    return any(path[at:] in loops for at in range(1, len(path)))


def _park(sighting: Sighting, queues: set[object], parked: dict[int, StackMeaning]) -> Sighting:
    place = sighting.place
    if not place.counter or _counter(sighting) not in queues:
        return sighting
    idle = parked.setdefault(id(place), place._replace(verb="idle", state="idle", reason=COUNTS_WORK))
    return sighting._replace(place=idle)
