"""Semaphores, and words that std::atomic::wait watches, that count queued work, as all threads that wait for them show.

A queue is drained by one loop, so its consumers wait in one place; a counter of resources is taken in many:

    sem_wait ← get_job ← worker              all eight wait there: parked, like a loop on a condition
    sem_wait ← get_connection ← session      and the same semaphore in sem_timedwait ← report: both wait

Nor does it count work where a function waits for it that by its name is a lock's: a `SpinMutex::lock` made of an atomic.
Nor is it a parking place where a thread is parked further out on the same way: a thread inside of its loop is at work.
Where no address is printed, all of a process's semaphores may be one; only what the main thread waits for is taken for its own.
Who waits in what serves a client, but for what comes next, is in the middle of its work, as all others may be:

    sem_wait ← compress_page ← render_page ← serve_connection ← web_worker      each has a buffer, and waits for a second one

Two nameless frames of the C library are a semaphore's or a join's: several threads that wait so in one place are consumers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stackan.classify.at_work import is_lock, serves_a_client
from stackan.function_words import words_of
from stackan.model.place import COUNTS_WORK, NAMELESS, Sighting, StackMeaning, is_main

Snapshots = Sequence[Sequence[Sighting]]
_Path = tuple[str, ...]  # the application's frames, innermost first
_Way = tuple[_Path, tuple[int, ...]]
_DRAINS = frozenset(("pop", "dequeue", "recv", "receive", "consume"))  # what is got, or taken, may be lent and wanted back
_NEAR = 3  # frames of a stripped program's worker
_IN_A_BODY = 2  # named functions: that one and the body
_NAMELESS = ((NAMELESS, False), (NAMELESS, True))


def park_consumers(snapshots: Snapshots) -> Snapshots:
    """The sightings of a process's snapshots, those of threads that wait for queued work as idle."""
    paths: dict[object, set[_Way]] = {}  # from which a semaphore is waited for
    crowded: set[object] = set()  # for which several threads wait at once
    for snapshot in snapshots:
        counting = [sighting for sighting in snapshot if sighting.place.counter]
        for counter, number in Counter(map(_counter, counting)).items():
            if number > 1:
                crowded.add(counter)
        for sighting in counting:
            paths.setdefault(_counter(sighting), set()).add(_way(sighting))
    if not paths:
        return snapshots
    places = {id(sighting.place): sighting.place for snapshot in snapshots for sighting in snapshot}  # equal ones are the same object
    loops = {place.application for place in places.values() if place.verb == "idle"}
    queues = {
        counter
        for counter, ways in paths.items()
        if len(ways) == 1
        and (counter not in _NAMELESS or counter in crowded)
        and not any(is_lock(path) or _is_inside(path, loops, counter in crowded) or serves_a_client(path) for path, _ in ways)
    }
    parked: dict[int, StackMeaning] = {}  # equal places stay the same object
    return [[_park(sighting, queues, parked) for sighting in snapshot] for snapshot in snapshots]


def _counter(sighting: Sighting) -> object:
    """The identity of a counter: its address, else the kind of wait and whether it is the main thread's.

    What a thread's own loop drains is a queue of its own: each stage of a pipeline has one.
    """
    address = sighting.awaited.address if sighting.awaited is not None else None
    if address is not None:
        return address
    if _drains(sighting.place.application):
        return sighting.place.application
    kind = NAMELESS if sighting.place.reason == NAMELESS else sighting.place.kind
    return (kind, sighting.place.of_initial_thread)


def _drains(path: _Path) -> bool:
    """Whether a function that takes from a queue, by its name, is called by a thread's own body: RingBuffer::pop ← filter_stage."""
    named = [name for name in path if not name.startswith("??")]
    return len(named) == _IN_A_BODY and not is_main(named[1]) and not _DRAINS.isdisjoint(words_of(named[0]))


def _way(sighting: Sighting) -> _Way:
    """The path from which it waits; of a wait without names its code addresses, too: they alone tell a semaphore from a join."""
    place, dump = sighting.place, sighting.dump
    if place.reason != NAMELESS:
        return place.application, ()
    first = dump.columns.thread_first[sighting.thread]
    return place.application, tuple(dump.pc(first + at) for at in range(place.wait_frames + 1))


def _is_inside(path: _Path, loops: set[_Path], crowded: bool) -> bool:
    """Whether a thread is parked further out on this way; of several that wait near their start no frame without a name shows that."""
    return any(
        path[at:] in loops and not (crowded and len(path) <= _NEAR and all(name.startswith("??") for name in path))
        for at in range(1, len(path))
    )


def _park(sighting: Sighting, queues: set[object], parked: dict[int, StackMeaning]) -> Sighting:
    place = sighting.place
    if not place.counter or _counter(sighting) not in queues:
        return sighting
    idle = parked.setdefault(id(place), place._replace(verb="idle", state="idle", reason=COUNTS_WORK))
    return sighting._replace(place=idle)
