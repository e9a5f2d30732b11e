"""When tables of counters were taken: by top's clock, by what `date` printed, by a thread's age, by a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.counters import Table
from stackan.model.placement import ProcessInputs
from stackan.placing.moments import find_moments, seconds_between
from stackan.placing.table_owners import Fit, compared, name_of

_DAY = 24 * 3600


def times_of(place: ProcessInputs) -> list[str | None]:
    return [placed.time.value if placed.time is not None else None for placed in place.placements if placed.compared]


def seconds_apart(table: Table, time: str) -> int | None:
    """How many seconds a table is away from a moment; top prints no date."""
    iso = _moment(table)
    if iso is not None:
        seconds = seconds_between(iso, time)
        return abs(seconds) if seconds is not None and iso.endswith("Z") == time.endswith("Z") else None
    if table.clock is None:
        return None
    hour, minute, second = (int(part) for part in time[11:19].split(":"))
    away = abs(table.clock - (hour * 60 + minute) * 60 - second)
    return min(away, _DAY - away)


def _moment(table: Table) -> str | None:
    moments = find_moments(table.above)
    return moments[-1].iso if moments else name_of(table).time


def clock_of(used: Sequence[tuple[int, Fit]], place: ProcessInputs) -> list[int | None]:
    """For each snapshot the seconds on one clock: top's, what `date` printed, a thread's age by ps, else that of the dumps.

    A clock that stands is none: the time of a whole capture stands in the name of its folder.
    """
    snapshots = range(len(compared(place)))
    return next((clock for clock in _clocks(used, place) if None not in clock and len({*clock}) > 1), [None for _ in snapshots])


def _clocks(used: Sequence[tuple[int, Fit]], place: ProcessInputs) -> Iterator[list[int | None]]:
    snapshots = range(len(compared(place)))
    tops = {at: fit.table.clock for at, fit in used if fit.table.kind == "top"}
    yield _unwrapped([tops.get(at) for at in snapshots])
    moments = {at: moment for at, fit in used if (moment := _moment(fit.table)) is not None}
    yield _since([moments.get(at) for at in snapshots])
    ages = {at: {lwp: count.age for lwp, count in fit.rows.items()} for at, fit in used if fit.table.kind == "ps"}
    oldest = min(set.intersection(*(set(each) for each in ages.values())), default=None) if ages else None
    yield [ages[at].get(oldest) if at in ages and oldest is not None else None for at in snapshots]
    yield _since(times_of(place))


def _since(times: Sequence[str | None]) -> list[int | None]:
    """The seconds from the first of some moments to each of them."""
    return [seconds_between(times[0], time) if times[0] is not None and time is not None else None for time in times]


def _unwrapped(clock: list[int | None]) -> list[int | None]:
    """A time of the day that is less than the one before is one of the next day."""
    days, before, found = 0, 0, []
    for seconds in clock:
        if seconds is not None:
            days += seconds < before
            before = seconds
        found.append(seconds + days * _DAY if seconds is not None else None)
    return found
