"""Threads at work that may bring what others of their process wait for: a value of a channel, a signal, a unit of a semaphore.

No dump shows who will: any of them may.  So as long as one of them moves, the wait is the pace of that work, and no hang:

    main.produce                                       [chan send], 12 goroutines
    main.crunch ← main.consume ← main.main             receives the next value when it has crunched this one

A thread that only keeps time, or waits itself whenever it is met, is not at work.
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


def suppliers_at_work(process: Process, waiters: Sequence[Track]) -> list[Track]:
    """The threads at work that may bring what these wait for; none where only a certain thread, or somebody outside, can."""
    place, language = waiters[0].place, waiters[0].newest.dump.traits.language
    by_server = place.rule is not None and place.rule.specific and language not in RUN_TIMES  # it knows who brings it
    if place.kind not in _BROUGHT or place.state == "lock" or by_server:
        return []
    return [track for track in process.tracks if _is_at_work(track)]


def _is_at_work(track: Track) -> bool:
    return track.progress == PROGRESSING and any(
        sighting.place.verb == "running" and bool(sighting.place.application) for _, sighting in track.sightings
    )


def told_at_work(movers: Sequence[Track]) -> list[Fact]:
    """Facts: some threads are at work, and what the first of them does."""
    return [fact("may-bring-it", count=len(movers), thread=movers[0]), doing(movers[0])] if movers else []
