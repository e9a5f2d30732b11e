"""SideFiles which snapshot of its process a table of counters was taken."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from stackan.model.placement import ProcessInputs
from stackan.placing.clocks import seconds_apart, times_of
from stackan.placing.moments import seconds_between
from stackan.placing.names import read_name
from stackan.placing.table_owners import Fit, compared, name_of


def match_snapshots(series: Sequence[Fit], place: ProcessInputs) -> dict[int, Fit] | None:
    """{snapshot: the table that was taken beside it}, by rounds, else by times, else in order; None if none of these show it."""
    dumps = compared(place)
    found = _by_round(series, [dump.source for dump in dumps]) or _by_time(series, place)
    if found is not None:
        return found
    return dict(enumerate(series)) if len(series) == len(dumps) else None


def _by_round(series: Sequence[Fit], sources: Sequence[str]) -> dict[int, Fit] | None:
    """Where names give several rounds; the last table of a round is nearest to its dumps.

    Tables of further rounds, of which no dump came through, are left out if every snapshot has its own all the same: else the two are
    counted in different ways.
    """
    counted = {name_of(fit.table).rounds: fit for fit in series}
    rounds = [read_name(source).rounds for source in sources]
    found = {at: counted[each] for at, each in enumerate(rounds) if each in counted}
    strange = not counted.keys() <= set(rounds)
    if len(set(rounds)) == 1 or () in counted or (strange and len(found) < len(sources)):
        return None
    return found


def _by_time(series: Sequence[Fit], place: ProcessInputs) -> dict[int, Fit] | None:
    """Each table with the nearest snapshot, nearer than half of the way to any other one."""
    times = times_of(place)
    steps = [seconds_between(*pair) for pair in itertools.pairwise(time for time in times if time is not None)]
    if None in times or len(times) < 2 or any(step is None or step <= 0 for step in steps):
        return None
    near = min(step for step in steps if step is not None) / 2
    found = {}
    for fit in series:
        away = [seconds_apart(fit.table, time) for time in times if time is not None]
        known = [seconds for seconds in away if seconds is not None]
        if len(known) < len(times) or min(known) >= near:
            return None
        found[known.index(min(known))] = fit
    return found


def leftover(series: Sequence[Fit], found: Mapping[int, Fit], place: ProcessInputs) -> list[Fit]:
    """The tables of rounds of which there is no snapshot, where rounds showed which belong together."""
    rounds = {read_name(dump.source).rounds for dump in compared(place)}
    if any(name_of(fit.table).rounds not in rounds for fit in found.values()):
        return []
    return [fit for fit in series if name_of(fit.table).rounds not in rounds]


def goes_on(found: Mapping[int, Fit]) -> bool:
    """Whether what is counted grows with time, but for a few ids that were given to new threads."""
    less = shared = 0
    for before, after in itertools.pairwise(found[at].rows for at in sorted(found)):
        for lwp in before.keys() & after.keys():
            shared += 1
            less += _shrinks(before[lwp].ran, after[lwp].ran) or _shrinks(before[lwp].switches, after[lwp].switches)
    return less * 4 <= shared


def _shrinks(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None and after < before
