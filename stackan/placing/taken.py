"""When the snapshots of a case were taken, as far as texts, names, archives and rounds tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackan.model.placement import ARCHIVE, CAPTURE, NAME, PACKED, PRINTED, UTC, Placement, ProcessInputs, Taken
from stackan.placing.names import read_name

Rounds = tuple[int, ...]


def when_taken(places: Sequence[ProcessInputs]) -> list[list[Taken | None]]:
    """For each process the times of the snapshots that are compared: those that they have, or those of their neighbors.

    A snapshot without a time was taken in the time of its round, by the dumps of other processes, or between the two around it.
    """
    known = [_own(place) for place in places]
    rounds = _rounds(places, known)
    return [
        _between([time or rounds.get(_round(placed)) for placed, time in zip(_compared(place), times)])
        for place, times in zip(places, known)
    ]


def _compared(place: ProcessInputs) -> list[Placement]:
    return [placed for placed in place.placements if placed.compared]


def _own(place: ProcessInputs) -> list[Taken | None]:
    """The times by the best source that tells the snapshots apart: what all of them have alike is the time of their archive or folder."""
    placed = _compared(place)
    choices = [_clues(each) for each in placed]
    inputs = len({each.dump.source for each in placed})
    apart = [at for at in range(3) if inputs == 1 or len({choice[at] for choice in choices} - {None}) > 1]
    return [next((time for at in apart if (time := choice[at]) is not None), None) for choice in choices]


def _clues(placed: Placement) -> tuple[Taken | None, Taken | None, Taken | None]:
    """What text or name, the zip's own field, and the archive's UTC say.

    A text is printed by the clock of its host, as logs are: where that says UTC, so do the logs.
    """
    dump, clue = placed.dump, placed.time
    said = clue.value if clue is not None and clue.source != ARCHIVE else None
    in_utc = clue is not None and clue.source in (CAPTURE, NAME) and clue.value.endswith("Z")
    return _at(said, UTC if in_utc else PRINTED), _at(dump.stamped, PACKED), _at(dump.taken_at, UTC)


def _at(time: str | None, clock: str) -> Taken | None:
    plain = time.removesuffix("Z") if time is not None else None
    return Taken(plain, plain, clock) if plain is not None else None


def _round(placed: Placement) -> Rounds:
    return read_name(placed.dump.source).rounds


def _rounds(places: Sequence[ProcessInputs], known: Sequence[Sequence[Taken | None]]) -> Mapping[Rounds, Taken]:
    """{round: the time in which its dumps were taken}, where they have times of one clock."""
    found: dict[Rounds, list[Taken]] = {}
    if not any(None in times for times in known):
        return {}
    for place, times in zip(places, known):
        for placed, time in zip(_compared(place), times):
            counted = _round(placed)
            if time is not None and counted:
                found.setdefault(counted, []).append(time)
    return {
        counted: Taken(min(time.first for time in times), max(time.last for time in times), times[0].clock)
        for counted, times in found.items()
        if len({time.clock for time in times}) == 1
    }


def _between(times: list[Taken | None]) -> list[Taken | None]:
    """The same with those filled in that have a neighbor on either side."""
    found = list(times)
    for at, time in enumerate(times):
        before = next((each for each in reversed(times[:at]) if each is not None), None)
        after = next((each for each in times[at + 1 :] if each is not None), None)
        if time is None and before is not None and after is not None and before.clock == after.clock:
            found[at] = Taken(before.first, after.last, before.clock)
    return found
