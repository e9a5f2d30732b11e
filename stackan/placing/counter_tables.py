"""Tables of counters → the counters beside each snapshot of each process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stackan.model.counters import Count, Counted, Counters, Table
from stackan.model.placement import ProcessInputs
from stackan.model.said import said, said_of
from stackan.placing.clocks import clock_of
from stackan.placing.rounds import goes_on, leftover, match_snapshots
from stackan.placing.table_owners import Fit, compared, find_owners

_OF_PROCESS = ("top", "ps")  # they print the time of the whole process for its main thread

Rows = Mapping[int, Count]  # of one table: {LWP: its row}


def assign_counters(tables: Sequence[Table], places: Sequence[ProcessInputs]) -> tuple[list[Counters | None], list[str]]:
    """The counters beside the snapshots of each process, and warnings about tables that are not used."""
    fits, warnings = find_owners(tables, places)
    shares = []
    for place, own in zip(places, fits, strict=True):
        counters, doubts = _place_tables(own, place)
        shares.append(counters)
        warnings += doubts
    return shares, warnings


def _place_tables(own: Sequence[Fit], place: ProcessInputs) -> tuple[Counters | None, list[str]]:
    dumps = compared(place)
    used: list[tuple[int, Fit]] = []
    warnings: list[str] = []
    for kind in dict.fromkeys(fit.table.kind for fit in own):
        series = [fit for fit in own if fit.table.kind == kind]
        found, source = match_snapshots(series, place), series[0].table.source
        if found is None:
            warnings.append(_unplaced(series, len(dumps)))
        elif len(found) == 1 < len(dumps):
            warnings.append(said("{source}: counters beside one snapshot only, where it takes two to compare; not used", source=source))
        elif not goes_on(found):
            warnings.append(said("{source}: its counts shrink with time, so it is of another time or order; not used", source=source))
        else:
            used += sorted(found.items())
            warnings += map(_say_leftover, leftover(series, found, place))
    return (_count(used, place) if used else None), warnings


def _unplaced(series: Sequence[Fit], snapshots: int) -> str:
    return said_of(
        len(series),
        "{source}: one table of {kind} for {snapshots} snapshots of a process, and nothing says which belong together; not used",
        "{source}: {count} tables of {kind} for {snapshots} snapshots of a process, and nothing says which belong together; not used",
        source=series[0].table.source,
        kind=series[0].table.kind,
        snapshots=snapshots,
    )


def _say_leftover(fit: Fit) -> str:
    return said("{source}: of a round of which there is no dump; not used", source=fit.table.source)


def _count(used: Sequence[tuple[int, Fit]], place: ProcessInputs) -> Counters:
    """For each snapshot and thread the finest count of its CPU time, and of its switches; each from one kind of table throughout."""
    snapshots = range(len(compared(place)))
    kinds: dict[str, dict[int, Rows]] = {}
    for at, fit in used:
        main = place.pid if place.pid is not None else min(fit.rows)
        kept = {lwp: count for lwp, count in fit.rows.items() if lwp != main} if fit.table.kind in _OF_PROCESS else fit.rows
        kinds.setdefault(fit.table.kind, {})[at] = kept
    times = _best(kinds, lambda count: count.ran is not None)
    both = any(count.switches is not None for rows in times.values() for count in rows.values())
    switches = times if both else _best(kinds, lambda count: count.switches is not None)
    clock = clock_of(used, place)
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
