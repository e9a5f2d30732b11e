"""Snapshots of one process → per thread: stuck, spinning, progressing, idle, appeared, vanished, unknown.

Stuck is the same normalized stack *and* the same wait object in all snapshots, and not idle by design.  Where no
object is printed, the program counters of the application's frames stand in for it.  With many snapshots a thread that
moved at first counts as standing still once it was seen in one place SETTLED times in a row.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from stackan.compare.sameness import same_place, works_in_place
from stackan.model.place import Sighting, is_main
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, STUCK, UNSURE, VANISHED, Track

SETTLED = 3

# One letter for each interval between two snapshots: what the thread did in it.
STOOD, MOVED, RESTED, RAN, CAME, WENT, ABSENT = "S", "P", "I", "R", "A", "V", "-"


def follow(snapshots: Sequence[Sequence[Sighting]], cut: Collection[int] = ()) -> list[Track]:
    """Match the threads of a process's snapshots; newest snapshot's order first, then those that vanished.

    `cut` are the snapshots whose text breaks off: who is missing in them may be there all the same.
    """
    seen: dict[int | str, dict[int, Sighting]] = {}
    current: dict[int | str, int | str] = {}  # who uses an LWP now
    for index, sightings in enumerate(snapshots):
        for order, sighting in enumerate(sightings):
            number = _key(sighting, order)
            key = current.setdefault(number, number)
            if key in seen and not _same_thread(next(reversed(seen[key].values())), sighting):
                key = current[number] = f"{number} of snapshot {index + 1}"
            seen.setdefault(key, {}).setdefault(index, sighting)
    last = len(snapshots) - 1
    tracks = [_track(key, tuple(sorted(by_index.items())), last, cut) for key, by_index in seen.items()]
    tracks = settle_results(settle_joins(tracks, once=last == 0))
    order_in = {track.key: position for position, track in enumerate(tracks)}
    return sorted(tracks, key=lambda track: (-track.sightings[-1][0], track.newest.thread, order_in[track.key]))


def settle_joins(tracks: Sequence[Track], once: bool = False) -> list[Track]:
    """Who waits for the end of a thread that lives as it should is parked: a main thread that joins its workers.

    Only a thread that waits for a stuck one is stuck itself; a main thread whose joined thread is not printed gets the doubt.
    Threads that were seen `once` show nothing of how they live unless they are parked, too.
    """
    waits = UNSURE if once else STUCK
    living = {track.lwp for track in tracks if (track.progress == IDLE if once else track.progress not in (STUCK, VANISHED))}
    missing: dict[int | str, int] = {}  # of each joiner, how many of the threads that it waits for are not known to live
    joiners: dict[int | None, list[Track]] = {}
    ready: list[Track] = []
    for track in tracks:
        if track.progress != waits or track.place.kind != "thread" or track.place.rule is not None:
            continue
        owners = track.newest.awaited.owners if track.newest.awaited is not None else ()
        missing[track.key] = sum(owner not in living for owner in owners)
        for owner in owners:
            joiners.setdefault(owner, []).append(track)
        if not missing[track.key] and (owners or (not once and any(map(is_main, track.place.application[-1:])))):
            ready.append(track)
    settled: dict[int | str, Track] = {}
    while ready:
        track = ready.pop()
        settled[track.key] = track._replace(progress=IDLE, note="waits for threads to end that live as they should")
        for joiner in joiners.get(track.lwp, ()):
            missing[joiner.key] -= 1
            if not missing[joiner.key]:
                ready.append(joiner)
    return [settled.get(track.key, track) for track in tracks]


def settle_results(tracks: Sequence[Track]) -> list[Track]:
    """Who waits for the result of a task while tasks move may each time wait for another one, in a format that prints no addresses.

    The main thread then is parked: it waits for what its workers do.  Of others, a request's threads, nothing is known.
    """
    if not any(track.progress == PROGRESSING and any(sighting.place.in_task for _, sighting in track.sightings) for track in tracks):
        return list(tracks)
    return [_settle_result(track) for track in tracks]


def _settle_result(track: Track) -> Track:
    place, newest = track.place, track.newest
    known = newest.dump.traits.counters or (newest.awaited is not None and newest.awaited.address is not None)
    if track.progress != STUCK or not place.task or place.in_task or known:
        return track
    if any(map(is_main, place.application[-1:])):
        return track._replace(progress=IDLE, note="waits for the results of tasks, and tasks move")
    return track._replace(progress=UNSURE, note="waits for the result of a task, maybe each time of another one: tasks move")


def _key(sighting: Sighting, order: int) -> int | str:
    """What a thread is matched by: never by a number that the dump gave it for itself, which shifts."""
    columns = sighting.dump.columns
    lwp, pthread = columns.thread_lwp[sighting.thread], columns.thread_pthread[sighting.thread]
    if lwp >= 0:
        return int(lwp)
    number = columns.thread_number[sighting.thread]
    if number > 0 and sighting.dump.traits.numbered:
        return f"{sighting.dump.traits.thread} {number}"
    return f"pthread {pthread:#x}" if pthread else f"thread {order}"


def _same_thread(before: Sighting, after: Sighting) -> bool:
    """An LWP may be used again for a new thread; its pthread id, its age or the function with which it began tells."""
    ours = before.dump.columns.thread_pthread[before.thread]
    theirs = after.dump.columns.thread_pthread[after.thread]
    if ours and theirs:
        return ours == theirs
    if before.told is not None and after.told is not None and after.told.age < before.told.age:
        return False
    entries = _entry(before), _entry(after)
    return None in entries or entries[0] == entries[1]


def _entry(sighting: Sighting) -> str | None:
    """The function with which a thread began, where its stack is shown down to what starts threads."""
    place = sighting.place
    if not 0 < place.end < len(place.names) or place.names[place.end - 1].startswith("??"):
        return None
    return place.names[place.end - 1]


def _track(key: int | str, sightings: tuple[tuple[int, Sighting], ...], last: int, cut: Collection[int]) -> Track:
    newest = sightings[-1][1]
    thread = newest.dump.thread(newest.thread)
    pairs = [] if _rests(sightings) else itertools.pairwise(sightings)
    still = [same_place(before, after) for (_, before), (_, after) in pairs]
    progress, note = judge(sightings, last, still)
    if (progress == VANISHED and last in cut) or (progress == APPEARED and 0 in cut):
        progress, note = UNSURE, "a dump breaks off before it would come to this thread"
    number = thread.number if thread.lwp is None and newest.dump.traits.numbered else None
    return Track(
        key,
        thread.lwp,
        thread.pthread,
        number,
        thread.name,
        sightings,
        progress,
        note,
        timeline(sightings, last, still),
        newest,
        newest.place,
    )


def _rests(sightings: Sequence[tuple[int, Sighting]]) -> bool:
    return all(sighting.place.verb == "idle" for _, sighting in sightings)


def timeline(sightings: Sequence[tuple[int, Sighting]], last: int, still: Sequence[bool]) -> str:
    """A letter for each interval, in time order: `S S P P`; `still` says of each two sightings in a row whether they are of one place."""
    at = {index: position for position, (index, _) in enumerate(sightings)}
    steps = []
    for index in range(last):
        before, after = at.get(index), at.get(index + 1)
        if before is None or after is None:
            steps.append(ABSENT if before is after else CAME if before is None else WENT)
        else:
            steps.append(_step(sightings[before][1], sightings[after][1], bool(still) and still[before]))
    return " ".join(steps)


def _step(before: Sighting, after: Sighting, still: bool) -> str:
    if before.place.verb == "idle" and after.place.verb == "idle":
        return RESTED
    if works_in_place(before, after):
        return RAN
    if not still:
        return MOVED
    return RAN if after.place.verb == "running" else STOOD


def judge(sightings: Sequence[tuple[int, Sighting]], last: int, still: Sequence[bool]) -> tuple[str, str]:
    """A thread's progress and the reason in words; `last` is the newest snapshot's index, `still` as for the time line."""
    newest = sightings[-1][1]
    if newest.place.role == "observer":
        return IDLE, newest.place.reason
    if last == 0:
        return (IDLE, newest.place.reason) if newest.place.verb == "idle" else (UNSURE, "one snapshot cannot tell whether it moves")
    if sightings[-1][0] != last:
        return VANISHED, "no longer there in the newest snapshot"
    if len(sightings) > 1 and _rests(sightings):
        return IDLE, newest.place.reason
    worked = _worked_in_place(sightings)
    if worked is not None:
        return worked
    since = len(sightings) - 1  # from which of its sightings on it was seen in the place where it is in the newest
    while since > 0 and still[since - 1]:
        since -= 1
    stood = len(sightings) - since
    always = since == 0 and sightings[0][0] == 0
    if not always and stood < SETTLED:
        if sightings[0][0] != 0:
            return APPEARED, "not yet there in the first snapshot"
        return PROGRESSING, _how_it_moved(sightings)
    when = "in all snapshots" if always else f"in the last {stood} snapshots"
    verb = newest.place.verb
    if verb == "idle":
        return IDLE, newest.place.reason
    if verb == "spinning":
        return SPINNING, f"stands in {newest.place.names[0]} {when}"
    if verb == "running":
        return PROGRESSING, f"runs, in the same place {when}: a long computation or a loop"
    if verb == "unknowable":
        return UNSURE, newest.place.rule.hint if newest.place.rule else "its innermost frames have no names"
    if verb == "sleeping":
        return UNSURE, f"sleeps in the same place {when}; a sleep ends by itself"
    return STUCK, f"the same stack and the same wait {when}"


def _worked_in_place(sightings: Sequence[tuple[int, Sighting]]) -> tuple[str, str] | None:
    """What to say of a thread that by its counters was at work all the time, and was seen in one place only; else None.

    Two snapshots may meet a long computation at one line by chance, and a short loop stands at one line as often as one looks.
    """
    if sightings[-1][1].place.verb != "running":
        return None
    pairs = list(itertools.pairwise(sighting for _, sighting in sightings))
    if sightings[0][0] != 0 or not pairs or not all(works_in_place(*pair) for pair in pairs):
        return None
    first, last = (sightings[at][1].told for at in (0, -1))
    assert first is not None and last is not None and first.ran is not None and last.ran is not None
    used = f"used {(last.ran - first.ran) / 1e6:.1f} s of CPU in {(last.age - first.age) / 1e6:.1f} s, in the same place in all snapshots"
    if len(sightings) < SETTLED:
        return PROGRESSING, f"{used}: a long computation or a loop"
    return SPINNING, f"{used}: it spins, or computes something long"


def _how_it_moved(sightings: Sequence[tuple[int, Sighting]]) -> str:
    """A stable base below a moving top is work in a loop; the frame where they meet says which."""
    stacks = [sighting.place.names for _, sighting in sightings]
    base = 0
    for level in zip(*(reversed(stack) for stack in stacks), strict=False):
        if len(set(level)) > 1:
            break
        base += 1
    if all(before == after for before, after in itertools.pairwise(stacks)):
        return "has the same stack, for another object or from other code"
    place = sightings[-1][1].place
    named = [name for name in place.names[len(place.names) - base : place.end] if not name.startswith("??")] if base else []
    return f"moves above {named[0]}" if named else "has another stack"
