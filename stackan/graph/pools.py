"""Worker pools: found by their dispatch frame, and judged.

A pool is declared by a profile, or its threads share a dispatch frame (dispatch.py), or a name that the program gave to
threads that it made together (named_pools.py).  Entry functions make no pool, nor does a name alone: sixty clients on one
mutex are none, and a server with a thread for each connection grows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stackan.graph.crowd import Crowd
from stackan.graph.dispatch import dispatch_frames
from stackan.graph.named_pools import named_pools
from stackan.model.facts import Fact, fact
from stackan.model.process import Pool
from stackan.model.rules import Phrase, PoolRule, Rules
from stackan.model.stem import common_name, pools_of, stem
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, STUCK, VANISHED, Track


def find_pools(tracks: Sequence[Track], rules: Rules, snapshots: int, whole: bool = True) -> tuple[Pool, ...]:
    """The pools of a process, declared ones first, then by size; without the `whole` of its dumps none is called exhausted."""
    current = [track for track in tracks if track.progress != VANISHED]
    crowd = Crowd(current)
    pools = []
    taken: set[int | str] = set()
    for rule in rules.pools:
        members = crowd.inside(rule.dispatch)
        if members:
            why = fact("declared-by-profile", rule=rule.id, frames=tuple(sorted(rule.dispatch)))
            for common, group in _named(members) if rule.by_name else [("", members)]:
                name = rule.name.followed_by(common) if common else rule.name
                pools.append(_judge(group, name, sorted(rule.dispatch)[0], snapshots, rule, why))
            taken.update(track.key for track in members)
    free = Crowd([track for track in current if track.key not in taken])
    found = []
    named = Counter(stem(track.name) for track in current)
    for dispatch, why in dispatch_frames(free, rules):
        members = [track for track in free.inside(frozenset((dispatch,))) if track.key not in taken]
        if len(members) < 2:
            continue
        taken.update(track.key for track in members)
        own = Counter(stem(track.name) for track in members)
        for common, group in _by_stem(members, any(named[name] > number for name, number in own.items())):
            name = Phrase(f"{dispatch} ({common})" if common else dispatch)
            found.append(_judge(group, name, dispatch, snapshots, None, why))
    left = [track for track in free.tracks if track.key not in taken]
    found += [_judge(pool.members, Phrase(pool.name), "", snapshots, None, pool.why) for pool in named_pools(left, current)]
    every = (*pools, *sorted(found, key=lambda pool: (-len(pool.members), pool.name)))
    return every if whole else tuple(pool._replace(exhausted=False) for pool in every)


def _by_stem(members: Sequence[Track], elsewhere: bool) -> list[tuple[str, list[Track]]]:
    """Split by what the threads' names have in common (wrk-7 → wrk), where that is true of several threads.

    Those that share their name with no other are what is left of the pool; one alone is none: `rs:disk queue:R` runs the same loop
    as two `rs:main Q:Reg`, for a queue of its own.  Not so where one of the names stands `elsewhere`, too: a thread without a name
    has that of the thread which made it, whatever it does.
    """
    groups = _named(members)
    several = [(name, group) for name, group in groups if len(group) > 1]
    rest = [track for _, group in groups if len(group) == 1 for track in group]
    if not rest:
        return several
    if elsewhere or not several:
        return [("", list(members))]
    return several + ([("", rest)] if len(rest) > 1 else [])


def _named(members: Sequence[Track]) -> list[tuple[str, list[Track]]]:
    """The threads by what their names have in common, each group with what to call it."""
    stems = {stem(track.name) for track in members}
    groups: dict[str, list[Track]] = {}
    for track in members:
        own = stem(track.name)
        pool = next((other for other in pools_of(track.name) if other in stems and other != own), own)
        groups.setdefault(pool, []).append(track)
    return [(common_name(pool, (track.name for track in group)), group) for pool, group in groups.items()]


def _judge(members: Sequence[Track], name: Phrase, dispatch: str, snapshots: int, rule: PoolRule | None, evidence: Fact) -> Pool:
    not_workers = rule.not_workers if rule else frozenset()
    workers = [track for track in members if not any(sighting.place.role in not_workers for _, sighting in track.sightings)]
    idle = sum(track.place.verb == "idle" for track in workers)
    blocked = sum(track.progress == STUCK or (snapshots == 1 and track.place.verb in ("waiting", "blocked")) for track in workers)
    moving = sum(track.progress in (PROGRESSING, SPINNING, APPEARED) and track.place.verb != "idle" for track in workers)
    was_idle = any(sighting.place.verb == "idle" for track in workers for _, sighting in track.sightings) or any(
        track.progress == IDLE for track in workers
    )
    growable = rule.growable if rule else False
    counts = len(workers) > 1 or (rule is not None and all(_is_a_whole_pool(track, rule) for track in workers))
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
        serves=rule.serves if rule else Phrase(""),
        advice=rule.advice if rule else (),
        side_door=rule.side_door if rule else False,
        vital=rule.vital if rule else False,
        open=rule.open if rule else (),
        shut=rule.shut if rule else (),
        rule=rule.id if rule else "",
    )


def _is_a_whole_pool(track: Track, rule: PoolRule) -> bool:
    """Whether one thread may be called all workers of a pool.

    One that waits for what anyone may bring is no proof that the pool is too small: it may be the signal to stop.  One without a name
    is not known to be the only one, where names tell the pools apart.
    """
    return track.place.result != "anyone" and (track.name is not None or not rule.by_name)
