"""Whether the snapshots of a process were taken far enough apart for a conclusion, and not too far."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from stackan.model.dump import Dump
from stackan.model.placement import ARCHIVE, CAPTURE, NAME, TEXT
from stackan.model.said import said, said_of
from stackan.model.spans import CLOSE, spoken
from stackan.placing.clues import Clues
from stackan.placing.moments import seconds_between

# Requests that take long take seconds; the vendors' guides ask for 3 to 5 minutes.
_FAR = 2 * 3600  # seconds between any two
_TELLS = {
    CAPTURE: said("the capture's manifest"),
    TEXT: said("their texts"),
    NAME: said("their names"),
    ARCHIVE: said("the archive, if its times are those of the dumps"),
}


def doubt_spacing(dumps: Sequence[Dump], clues: Clues, given_order: bool) -> list[str]:
    """Warnings about the times between snapshots that are compared; none where these are not known, or fine."""
    source, steps = clues.order(dumps), time_steps(dumps, clues)
    if source is None or not steps:
        return []
    if min(steps) < 0 and not given_order:
        return []
    doubts: list[str] = []
    if min(steps) < 0:
        doubts.append(said("by {clue} the snapshots were not taken in this order", clue=_TELLS[source]))
    span, nearest = span_of(steps), min(map(abs, steps))
    if span < CLOSE:
        doubts.append(
            said(
                "its snapshots were taken {span} apart, by {clue}: too close to tell what stands still from what is slow; "
                "take them 3 to 5 minutes apart",
                span=spoken(span),
                clue=_TELLS[source],
            )
        )
    elif nearest > _FAR:
        doubts.append(
            said(
                "its snapshots were taken {span} apart, by {clue}: too far to tell threads that stood still from threads that came back "
                "to the same place; take them 3 to 5 minutes apart",
                span=spoken(nearest),
                clue=_TELLS[source],
            )
        )
    return doubts


def doubt_rounds(dumps: Sequence[Dump], clues: Clues) -> list[str]:
    """Warnings where several snapshots were taken in one round, with two commands one right after the other."""
    if clues.order(dumps) is not None or not clues.count_rounds(dumps):
        return []
    inputs, rounds = len({dump.source for dump in dumps}), len({clues.name(dump).rounds for dump in dumps})
    if inputs == rounds:
        return []
    return [
        said_of(
            rounds,
            "its {snapshots} snapshots are of one round, by their names: they are hardly apart in time",
            "its {snapshots} snapshots are of {count} rounds, by their names: those of one round are hardly apart in time",
            snapshots=inputs,
        )
    ]


def span_of(steps: Sequence[int]) -> int:
    """The seconds from the earliest snapshot to the latest, in whatever order they were given."""
    moments = list(itertools.accumulate(steps, initial=0))
    return max(moments) - min(moments)


def time_steps(dumps: Sequence[Dump], clues: Clues) -> list[int]:
    """The seconds between the snapshots; empty where one of them is not known."""
    source = clues.order(dumps)
    if source is None:
        return []
    steps = [seconds_between(*pair) for pair in itertools.pairwise(clues.times(dump)[source] for dump in dumps)]
    known = [step for step in steps if step is not None]
    return known if len(known) == len(steps) else []
