"""Progress of a thread that its own stack cannot show, but the other threads of its process can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stackan.model.facts import fact
from stackan.model.place import HOLDS_WHAT_IS_WANTED, RECORDED, unparked
from stackan.model.stem import stem
from stackan.model.track import IDLE, PROGRESSING, STUCK, UNSURE, VANISHED, Track, is_of_initial_thread, places_where, with_newest

_AT_THE_END = frozenset(("exit", "run_exit_handlers", "cxa_finalize"))


def park_joiners(tracks: Sequence[Track], once: bool = False) -> list[Track]:
    """Take a thread as parked that waits for the end of a thread which lives as it should: a main thread that joins its workers.

    Only a thread that waits for a stuck one is stuck itself; a main thread whose joined thread is not printed gets the doubt.
    Threads that were seen `once` show nothing of how they live unless they are parked, too.
    """
    waits = UNSURE if once else STUCK
    if not any(map(_may_join, tracks)):
        return list(tracks)
    living = {track.lwp for track in tracks if (track.progress == IDLE if once else track.progress not in (STUCK, VANISHED))}
    missing: dict[int | str, int] = {}  # of each joiner, how many of the threads that it waits for are not known to live
    joiners: dict[int | None, list[Track]] = {}
    # Any thread but the initial one, which never ends first, may be the one of whom nothing is printed.
    initial = places_where(tracks, is_of_initial_thread)
    others = [track for track in tracks if id(track.place) not in initial]
    doubtful = [track.key for track in others if track.progress not in (IDLE, PROGRESSING)][:2]
    ready: list[Track] = []
    for track in tracks:
        if track.progress != waits or not _may_join(track):
            continue
        owners = track.newest.awaited.owners if track.newest.awaited is not None else ()
        missing[track.key] = sum(owner not in living for owner in owners)
        for owner in owners:
            joiners.setdefault(owner, []).append(track)
        all_live = len(others) > 1 and doubtful == [track.key]
        if not missing[track.key] and (owners or (not once and (track.place.of_initial_thread or all_live))):
            ready.append(track)
    settled: dict[int | str, Track] = {}
    while ready:
        track = ready.pop()
        settled[track.key] = park(track, "joins-threads-that-live")
        for joiner in joiners.get(track.lwp, ()):
            missing[joiner.key] -= 1
            if not missing[joiner.key]:
                ready.append(joiner)
    return [settled.get(track.key, track) for track in tracks]


def _may_join(track: Track) -> bool:
    """Whether it may join others as programs do; a callback that does so keeps all waiting for whom its event loop is.

    In a process that ends nobody waits for what others go on to do: it is to be gone.
    """
    place = track.place
    return place.kind == "thread" and place.rule is None and not place.callback and _AT_THE_END.isdisjoint(place.application)


def park(track: Track, why: str) -> Track:
    """The thread as idle, all the time that it was in its present place."""
    before = track.timeline.rstrip("S- ")
    return track._replace(progress=IDLE, note=(fact(why),), timeline=before + track.timeline[len(before) :].replace("S", "I"))


def unpark_lock_holders(tracks: Sequence[Track], once: bool = False) -> list[Track]:
    """A thread that holds a lock needed by stuck threads is not idle, even if it waits for a client, an event or a timer.

    Of threads that were seen `once` nobody knows whether they are stuck: then who holds what is wanted, by a record, is unknown, too.
    A guard among locals may be left over from an earlier call.  It counts if it was there in all snapshots, in a thread that
    was met in one place which no server's rule knows as parked, and nobody else is shown to hold that lock.
    """
    waits = UNSURE if once else STUCK
    waiters = [track for track in tracks if track.progress == waits and track.place.state == "lock"]
    awaited = {track.newest.awaited.address for track in waiters if track.newest.awaited is not None}
    awaited.discard(None)
    if not awaited:
        return list(tracks)
    if once:
        return [_doubt(track) if track.progress == IDLE and _is_recorded_with(track, awaited) else track for track in tracks]
    shown: dict[int | None, int] = {}
    for track in tracks:
        for hold in track.newest.holds:
            shown[hold.address] = shown.get(hold.address, 0) + 1
    return [_unpark(track) if track.progress == IDLE and _stays(track) and _holds(track, awaited, shown) else track for track in tracks]


def _is_recorded_with(track: Track, awaited: set[int | None]) -> bool:
    return any(hold.address in awaited and hold.evidence == RECORDED for hold in track.newest.holds)


def _doubt(track: Track) -> Track:
    return track._replace(progress=UNSURE, note=(fact("looks-idle-and-holds"),))


def _holds(track: Track, awaited: set[int | None], shown: dict[int | None, int]) -> bool:
    """Whether it owns one of these locks, by a printed owner, or by its guards if no other thread is shown to own it."""
    rule = track.place.rule
    always: set[int | None] = set()
    if rule is None or not rule.specific:
        always = set.intersection(*({hold.address for hold in sighting.holds} for _, sighting in track.sightings))
    return any(
        hold.address in awaited and (hold.evidence == RECORDED or (hold.address in always and shown[hold.address] == 1))
        for hold in track.newest.holds
    )


def _stays(track: Track) -> bool:
    """Whether it was met in one place, however it waits there, more than once."""
    return len({sighting.place.names for _, sighting in track.sightings}) == 1 < len(track.sightings)


def _unpark(track: Track) -> Track:
    """Stuck, or asleep: a sleep ends by itself."""
    place = unparked(track.place, HOLDS_WHAT_IS_WANTED)
    newest = track.newest._replace(place=place)
    return with_newest(track, newest)._replace(
        progress=UNSURE if place.verb == "sleeping" else STUCK,
        note=(fact("sleeps-and-holds" if place.verb == "sleeping" else "stands-and-holds"),),
        timeline=track.timeline.replace("I", "S"),
    )


def park_result_waiters(tracks: Sequence[Track]) -> list[Track]:
    """A thread that waits for the result of a task while tasks move may wait for another one each time, if no addresses are printed.

    The main thread then is parked: it waits for what its workers do, be it a task or not.  The progress of other threads, those of
    requests, is unknown.
    """
    moving = [track for track in tracks if track.progress == PROGRESSING and not track.place.of_initial_thread]
    if not moving:
        return list(tracks)
    tasks = any(sighting.place.in_task for track in moving for _, sighting in track.sightings)
    waiting = [track for track in tracks if track.progress == STUCK and track.place.task]
    if not waiting:
        return list(tracks)
    passing = Counter(
        _way(track) for track in moving if track.timeline.endswith("P") and (not track.place.in_task or _awaited_result(track))
    )
    standing = Counter(_way(track) for track in tracks if track.progress == STUCK)
    passed = {way for way in map(_way, waiting) if standing[way] <= passing[way]}
    return [_settle_result(track, tasks, _way(track) in passed) if track.place.task else track for track in tracks]


def _way(track: Track) -> tuple[str, str]:
    """What threads share that do the same: the name, and the outermost function that has one of its own."""
    path = reversed(track.place.application)
    return stem(track.name), next((name for name in path if not name.startswith(("??", "std::"))), "")


def _awaited_result(track: Track) -> bool:
    """Whether a thread was seen where it waits for a result: of those that a pool runs, only these show that results come."""
    return any(seen.place.task for _, seen in track.sightings)


def _settle_result(track: Track, tasks: bool, others_pass: bool) -> Track:
    """`others_pass`: at least as many threads that do the same move as stand; inside of a task nothing else shows that results come."""
    place, newest = track.place, track.newest
    if track.progress != STUCK or not place.task or (place.in_task and not others_pass):
        return track
    printed = newest.awaited is not None and newest.awaited.address is not None
    known = printed or (newest.dump.traits.counters and not others_pass)
    if (known or not (tasks or others_pass)) and not place.of_initial_thread:
        return track
    if place.of_initial_thread:
        return park(track, "awaits-results-while-tasks-move")
    return track._replace(progress=UNSURE, note=(fact("maybe-another-task-each-time"),))
