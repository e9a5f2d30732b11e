"""Threads at work that may bring what others of their process wait for: a value of a channel, a signal, a unit of a semaphore.

No dump shows who will: any of them may.  So as long as one of them moves, the wait is the pace of that work, and no hang:

    main.produce                                       [chan send], 12 goroutines
    main.crunch ← main.consume ← main.main             receives the next value when it has crunched this one

A thread that only keeps time, or waits itself whenever it is met, is not at work.  One that waited with the others and went on shows that
it still comes.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.doing import doing
from stackan.model.facts import Fact, fact
from stackan.model.formats import RUN_TIMES
from stackan.model.process import Process
from stackan.model.track import PROGRESSING, Track

# What any thread may bring; a lock is released by its holder alone.
_BROUGHT = ("condition", "semaphore", "futex")
_SAMPLED = 64  # waiters whose stacks are looked at: most are in one place


def suppliers_at_work(process: Process, waiters: Sequence[Track]) -> list[Track]:
    """The threads at work that may bring what these wait for; none where only a certain thread, or somebody outside, can."""
    place, language = waiters[0].place, waiters[0].newest.dump.traits.language
    by_server = place.rule is not None and place.rule.specific and language not in RUN_TIMES  # it knows who brings it
    if place.kind not in _BROUGHT or place.state == "lock" or by_server:
        return []
    stacks = {waiter.place.names for waiter in waiters[:_SAMPLED]}
    return [track for track in process.tracks if track.progress == PROGRESSING and (_is_at_work(track) or _went_on(track, stacks))]


def _is_at_work(track: Track) -> bool:
    return any(sighting.place.verb == "running" and bool(sighting.place.application) for _, sighting in track.sightings)


def _went_on(track: Track, stacks: set[tuple[str, ...]]) -> bool:
    """Whether it waited where the others do, and has got what they wait for."""
    return track.place.names not in stacks and any(sighting.place.names in stacks for _, sighting in track.sightings)


def told_at_work(movers: Sequence[Track]) -> list[Fact]:
    """Facts: some threads are at work, and what the first of them does."""
    return [fact("may-bring-it", count=len(movers), thread=movers[0]), doing(movers[0])] if movers else []
