"""Worker pools: found by their dispatch frame, and judged.

A pool is declared by a profile, or its threads share a *dispatch frame*: the frame that called a task's executor, or a
frame directly above which a member is seen parked for work.  Entry functions and names make no pool: sixty clients on
one mutex are none, and a server with a thread for each connection grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.place import Place, is_main
from stackan.model.process import Pool
from stackan.model.rules import PoolRule, Rules
from stackan.model.stem import stem
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, STUCK, VANISHED, Track


def find_pools(tracks: Sequence[Track], rules: Rules, snapshots: int, whole: bool = True) -> tuple[Pool, ...]:
    """The pools of a process, declared ones first, then by size; without the `whole` of its dumps none is called exhausted."""
    current = [track for track in tracks if track.progress != VANISHED]
    crowd = _Crowd(current)
    pools = []
    taken: set[int | str] = set()
    for rule in rules.pools:
        members = crowd.inside(rule.dispatch)
        if members:
            why = f"profile rule {rule.id}: its threads stand in {' or '.join(sorted(rule.dispatch))}"
            for stem, group in _stems(members).items() if rule.by_name else [("", members)]:
                name = f"{rule.name} {stem}".rstrip()
                pools.append(_judge(group, name, sorted(rule.dispatch)[0], snapshots, rule, why))
            taken.update(track.key for track in members)
    free = _Crowd([track for track in current if track.key not in taken])
    found = []
    for dispatch, why in _dispatch_frames(free, rules):
        members = [track for track in free.inside(frozenset((dispatch,))) if track.key not in taken]
        if len(members) < 2:
            continue
        taken.update(track.key for track in members)
        for stem, group in _by_stem(members):
            name = f"{dispatch} ({stem})" if stem else dispatch
            found.append(_judge(group, name, dispatch, snapshots, None, why))
    every = (*pools, *sorted(found, key=lambda pool: (-len(pool.members), pool.name)))
    return every if whole else tuple(pool._replace(exhausted=False) for pool in every)


class _Crowd:
    """Threads by the places in which they were seen: what follows from a place is worked out once for it."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks = tracks
        self.places: dict[int, Place] = {}  # equal places are the same object
        self.seen: dict[int, list[int]] = {}  # which of the tracks, by place; more than once if it was seen there more than once
        for at, track in enumerate(tracks):
            for _, sighting in track.sightings:
                place = sighting.place
                if id(place) not in self.places:
                    self.places[id(place)], self.seen[id(place)] = place, []
                self.seen[id(place)].append(at)

    def inside(self, dispatch: frozenset[str]) -> list[Track]:
        """The threads that were ever seen inside one of these frames, in their own order."""
        chosen = {at for number, place in self.places.items() if not dispatch.isdisjoint(place.application) for at in self.seen[number]}
        return [self.tracks[at] for at in sorted(chosen)]


def _dispatch_frames(crowd: _Crowd, rules: Rules) -> list[tuple[str, str]]:
    """(dispatch frame, how it was recognized), those of known executors first."""
    executors: dict[str, str] = {}
    for place in crowd.places.values():
        executors.update(item for item in _executors(place.application, rules) if item[0] not in executors)
    busy = {name for place in crowd.places.values() if place.verb != "idle" for name in place.application}
    parked: dict[str, set[int]] = {}
    for number, place in crowd.places.items():
        if place.verb == "idle" and place.kind in ("condition", "semaphore") and place.role is None:
            # A queue's own pop() stands on idle stacks only; the loop that calls it stands on busy ones, too.
            named = [name for name in place.application if not name.startswith("??") and name not in rules.glue and not is_main(name)]
            if named:
                parked.setdefault(next((name for name in named if name in busy), named[0]), set()).update(crowd.seen[number])
    return [
        *executors.items(),
        *(
            (name, f"{len(keys)} of its threads are seen parked for work directly above {name}")
            for name, keys in parked.items()
            if name not in executors and (len(keys) > 1 or name in busy)
        ),
    ]


def _executors(frames: Sequence[str], rules: Rules) -> Iterator[tuple[str, str]]:
    """(dispatch frame, how it was recognized) for each known executor among a stack's frames."""
    for at, name in enumerate(frames):
        rule = next((rule for rule in rules.executors if name in rule.functions), None)
        if rule is None:
            continue
        outer = (frame for frame in frames[at + 1 :] if frame not in rules.glue and not frame.startswith("??"))
        caller = next(outer, name) if rule.caller else name
        if caller in rules.starts or caller == name:
            yield name, f"rule {rule.id}: {name} runs tasks"
        else:
            yield caller, f"rule {rule.id}: {name} runs tasks for {caller}"


def _by_stem(members: Sequence[Track]) -> list[tuple[str, list[Track]]]:
    """Split by the stem of the threads' names (wrk-7 → wrk), where that gives at least two threads each."""
    groups = _stems(members)
    if len(groups) > 1 and all(len(group) > 1 for group in groups.values()):
        return list(groups.items())
    return [(next(iter(groups)) if len(groups) == 1 else "", list(members))]


def _stems(members: Sequence[Track]) -> dict[str, list[Track]]:
    groups: dict[str, list[Track]] = {}
    for track in members:
        groups.setdefault(stem(track.name), []).append(track)
    return groups


def _judge(members: Sequence[Track], name: str, dispatch: str, snapshots: int, rule: PoolRule | None, evidence: str) -> Pool:
    not_workers = rule.not_workers if rule else frozenset()
    workers = [track for track in members if not any(sighting.place.role in not_workers for _, sighting in track.sightings)]
    idle = sum(track.place.verb == "idle" for track in workers)
    blocked = sum(track.progress == STUCK or (snapshots == 1 and track.place.verb in ("waiting", "blocked")) for track in workers)
    moving = sum(track.progress in (PROGRESSING, SPINNING, APPEARED) and track.place.verb != "idle" for track in workers)
    was_idle = any(sighting.place.verb == "idle" for track in workers for _, sighting in track.sightings) or any(
        track.progress == IDLE for track in workers
    )
    growable = rule.growable if rule else False
    # One thread that waits for what anyone may bring is no proof that a pool is too small: it may be told to stop that way.
    counts = len(workers) > 1 or (rule is not None and not any(track.place.result == "anyone" for track in workers))
    exhausted = bool(workers) and counts and blocked == len(workers) and not was_idle and not growable
    return Pool(
        name=name,
        dispatch=dispatch,
        members=tuple(members),
        workers=tuple(workers),
        idle=idle,
        blocked=blocked,
        progressing=moving,
        exhausted=exhausted,
        growable=growable,
        evidence=evidence,
        declared=rule is not None,
        serves=rule.serves if rule else "",
        advice=rule.advice if rule else (),
        side_door=rule.side_door if rule else False,
        rule=rule.id if rule else "",
    )
