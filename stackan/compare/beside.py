"""Tables of counters → whose threads they list, and which snapshot each was taken beside."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from stackan.compare.moments import find_moments, seconds_between
from stackan.compare.names import Name, read_name
from stackan.model.counters import Count, Counted, Counters, Table
from stackan.model.dump import Dump
from stackan.model.placement import Place

_DAY = 24 * 3600
_OF_PROCESS = ("top", "ps")  # they print the time of the whole process for its main thread

Rows = Mapping[int, Count]  # of one table: {LWP: its row}


class _Fit(NamedTuple):
    """A table with those of its rows that are of one process."""

    table: Table
    rows: Rows


def share_out(tables: Sequence[Table], places: Sequence[Place]) -> tuple[list[Counters | None], list[str]]:
    """What is counted beside the snapshots of each process, and what has to be said of tables that are not used."""
    fits, warnings = _find_owners(tables, places)
    shares = []
    for place, own in zip(places, fits, strict=True):
        counters, doubts = _place_tables(own, place)
        shares.append(counters)
        warnings += doubts
    return shares, warnings


# -- whose it is


def _find_owners(tables: Sequence[Table], places: Sequence[Place]) -> tuple[list[list[_Fit]], list[str]]:
    """For each process the tables that list its threads.

    A table of another host, or of another time, lists some of these ids as well: it has to have half of a snapshot's threads,
    or hardly anything else.
    """
    fits: list[list[_Fit]] = [[] for _ in places]
    warnings = []
    threads = [[set(dump.thread_of_lwp) for dump in _compared(place)] for place in places]
    homes: dict[int, list[int]] = {}  # {LWP: the processes that have it}
    for at, snapshots in enumerate(threads):
        for lwp in set().union(*snapshots):
            homes.setdefault(lwp, []).append(at)
    for table in tables:
        rows: dict[int, dict[int, Count]] = {}
        for count in table.counts:
            for at in homes.get(count.lwp, ()):
                if count.pid in (None, places[at].pid) or places[at].pid is None:
                    rows.setdefault(at, {})[count.lwp] = count
        owners = [at for at in sorted(rows) if _is_listed(rows[at], table, threads[at])]
        owners = _of_host(owners, table, places)
        shared = {lwp for lwp, often in Counter(lwp for at in owners for lwp in rows[at]).items() if often > 1}
        if not owners:
            warnings.append(f"{table.source}: counters of threads that no dump has, at line {table.line}; not used")
        elif shared:
            warnings.append(f"{table.source}: several processes have the threads that it counts, as on several hosts; not used")
        else:
            for at in owners:
                fits[at].append(_Fit(table, rows[at]))
    return fits, warnings


def _is_listed(rows: Rows, table: Table, snapshots: Sequence[set[int]]) -> bool:
    alone = 2 * len(rows) >= len(table.counts)
    return alone or any(2 * len(rows.keys() & lwps) >= len(lwps) for lwps in snapshots)


def _of_host(owners: Sequence[int], table: Table, places: Sequence[Place]) -> list[int]:
    """Those of the processes that run where the table was taken, as far as names and dumps tell."""
    host = _name(table).host
    return [at for at in owners if host is None or places[at].host in (None, host)]


# -- beside which snapshot


def _place_tables(own: Sequence[_Fit], place: Place) -> tuple[Counters | None, list[str]]:
    dumps = _compared(place)
    used: list[tuple[int, _Fit]] = []
    warnings = []
    for kind in dict.fromkeys(fit.table.kind for fit in own):
        series = [fit for fit in own if fit.table.kind == kind]
        found = _match(series, dumps, place)
        if found is None:
            warnings.append(_unplaced(series, dumps))
        elif len(found) == 1 < len(dumps):
            warnings.append(f"{series[0].table.source}: counters beside one snapshot only, and they tell by what they grow; not used")
        elif not _goes_on(found):
            warnings.append(f"{series[0].table.source}: what it counts is less later on, so that it is of another time or order; not used")
        else:
            used += sorted(found.items())
    return (_count(used, place) if used else None), warnings


def _unplaced(series: Sequence[_Fit], dumps: Sequence[Dump]) -> str:
    many = f"{len(series)} tables of {series[0].table.kind}" if len(series) > 1 else f"one table of {series[0].table.kind}"
    return f"{series[0].table.source}: {many} for {len(dumps)} snapshots of a process, and nothing says which belong together; not used"


def _match(series: Sequence[_Fit], dumps: Sequence[Dump], place: Place) -> dict[int, _Fit] | None:
    """{snapshot: the table that was taken beside it}, by rounds, else by times, else in order; None if nothing tells."""
    found = _by_round(series, dumps) or _by_time(series, place)
    if found is not None:
        return found
    return dict(enumerate(series)) if len(series) == len(dumps) else None


def _by_round(series: Sequence[_Fit], dumps: Sequence[Dump]) -> dict[int, _Fit] | None:
    """Where each snapshot has a round of its own, and each table one of these; the last table of a round is nearest to its dump."""
    rounds = {read_name(dump.source).rounds: at for at, dump in enumerate(dumps)}
    known = [rounds.get(_name(fit.table).rounds) for fit in series]
    if len(rounds) < len(dumps) or len(dumps) == 1 or None in known:
        return None
    return {at: fit for at, fit in zip(known, series, strict=True) if at is not None}


def _by_time(series: Sequence[_Fit], place: Place) -> dict[int, _Fit] | None:
    """Each table with the nearest snapshot, nearer than half of the way to any other one."""
    times = _times(place)
    steps = [seconds_between(*pair) for pair in itertools.pairwise(time for time in times if time is not None)]
    if None in times or len(times) < 2 or any(step is None or step <= 0 for step in steps):
        return None
    near = min(step for step in steps if step is not None) / 2
    found = {}
    for fit in series:
        away = [_apart(fit.table, time) for time in times if time is not None]
        known = [seconds for seconds in away if seconds is not None]
        if len(known) < len(times) or min(known) >= near:
            return None
        found[known.index(min(known))] = fit
    return found


def _times(place: Place) -> list[str | None]:
    return [placed.time.value if placed.time is not None else None for placed in place.placements if placed.compared]


def _apart(table: Table, time: str) -> int | None:
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
    return moments[-1].iso if moments else _name(table).time


def _name(table: Table) -> Name:
    return read_name(table.folder or table.source)


def _goes_on(found: Mapping[int, _Fit]) -> bool:
    """Whether what is counted grows with time, but for a few ids that were given to new threads."""
    less = shared = 0
    for before, after in itertools.pairwise(found[at].rows for at in sorted(found)):
        for lwp in before.keys() & after.keys():
            shared += 1
            less += _shrinks(before[lwp].ran, after[lwp].ran) or _shrinks(before[lwp].switches, after[lwp].switches)
    return less * 4 <= shared


def _shrinks(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None and after < before


# -- what is counted


def _count(used: Sequence[tuple[int, _Fit]], place: Place) -> Counters:
    """For each snapshot and thread the finest count of its CPU time, and of its switches; each from one kind of table throughout."""
    snapshots = range(len(_compared(place)))
    kinds: dict[str, dict[int, Rows]] = {}
    for at, fit in used:
        main = place.pid if place.pid is not None else min(fit.rows)
        kept = {lwp: count for lwp, count in fit.rows.items() if lwp != main} if fit.table.kind in _OF_PROCESS else fit.rows
        kinds.setdefault(fit.table.kind, {})[at] = kept
    times = _best(kinds, lambda count: count.ran is not None)
    both = any(count.switches is not None for rows in times.values() for count in rows.values())
    switches = times if both else _best(kinds, lambda count: count.switches is not None)
    clock = _clock(used, place)
    counted = tuple(
        {
            lwp: Counted(times.get(at, {}).get(lwp), switches.get(at, {}).get(lwp), clock[at])
            for lwp in sorted(times.get(at, {}).keys() | switches.get(at, {}).keys())
        }
        for at in snapshots
    )
    attaches = -(-len(place.placements) // len(snapshots))
    return Counters(tuple((at, fit.table) for at, fit in used), counted, attaches)


def _best(kinds: Mapping[str, Mapping[int, Rows]], says: Callable[[Count], bool]) -> Mapping[int, Rows]:
    """The rows of the kind of table that counts it beside most snapshots, and in the smallest steps."""
    ranked = []
    for kind, rows in kinds.items():
        counts = [count for each in rows.values() for count in each.values() if says(count)]
        if counts:
            ranked.append((-len(rows), max(count.step for count in counts), kind))
    return kinds[min(ranked)[2]] if ranked else {}


def _clock(used: Sequence[tuple[int, _Fit]], place: Place) -> list[int | None]:
    """For each snapshot the seconds on one clock: top's, what `date` printed, a thread's age by ps, else that of the dumps."""
    snapshots = range(len(_compared(place)))
    return next((clock for clock in _clocks(used, place) if None not in clock), [None for _ in snapshots])


def _clocks(used: Sequence[tuple[int, _Fit]], place: Place) -> Iterator[list[int | None]]:
    snapshots = range(len(_compared(place)))
    tops = {at: fit.table.clock for at, fit in used if fit.table.kind == "top"}
    yield _unwrapped([tops.get(at) for at in snapshots])
    moments = {at: moment for at, fit in used if (moment := _moment(fit.table)) is not None}
    yield _since([moments.get(at) for at in snapshots])
    ages = {at: {lwp: count.age for lwp, count in fit.rows.items()} for at, fit in used if fit.table.kind == "ps"}
    oldest = min(set.intersection(*(set(each) for each in ages.values())), default=None) if ages else None
    yield [ages[at].get(oldest) if at in ages and oldest is not None else None for at in snapshots]
    yield _since(_times(place))


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


def _compared(place: Place) -> list[Dump]:
    return [placed.dump for placed in place.placements if placed.compared]
