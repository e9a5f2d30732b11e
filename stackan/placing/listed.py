"""Tables of counters → the processes whose threads they list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stackan.model.counters import Count, Table
from stackan.model.dump import Dump
from stackan.model.placement import Place
from stackan.model.said import said
from stackan.placing.names import Name, read_name


class Fit(NamedTuple):
    """A table with those of its rows that are of one process."""

    table: Table
    rows: Mapping[int, Count]  # {LWP: its row}


def find_owners(tables: Sequence[Table], places: Sequence[Place]) -> tuple[list[list[Fit]], list[str]]:
    """For each process the tables that list its threads.

    A table of another host, or of another time, lists some of these ids as well: it has to have half of a snapshot's threads,
    or hardly anything else.
    """
    fits: list[list[Fit]] = [[] for _ in places]
    warnings: list[str] = []
    threads = [[set(dump.thread_of_lwp) for dump in compared(place)] for place in places]
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
            warnings.append(
                said("{source}: counters of threads that no dump has, at line {line}; not used", source=table.source, line=table.line)
            )
        elif shared:
            warnings.append(
                said("{source}: several processes have the threads that it counts, as on several hosts; not used", source=table.source)
            )
        else:
            for at in owners:
                fits[at].append(Fit(table, rows[at]))
    return fits, warnings


def _is_listed(rows: Mapping[int, Count], table: Table, snapshots: Sequence[set[int]]) -> bool:
    alone = 2 * len(rows) >= len(table.counts)
    return alone or any(2 * len(rows.keys() & lwps) >= len(lwps) for lwps in snapshots)


def _of_host(owners: Sequence[int], table: Table, places: Sequence[Place]) -> list[int]:
    """Those of the processes that run where the table was taken, as far as names and dumps tell."""
    host = name_of(table).host
    return [at for at in owners if host is None or places[at].host in (None, host)]


def name_of(table: Table) -> Name:
    """What the name of a table's file says; of copies of /proc that of the folder in which they lie."""
    return read_name(table.folder or table.source)


def compared(place: Place) -> list[Dump]:
    return [placed.dump for placed in place.placements if placed.compared]
