"""Tables of counters → the processes whose threads they list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from stackan.model.counters import Count, Table
from stackan.model.dump import Dump
from stackan.model.placement import ProcessInputs
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.placing.names import Name, read_name


class Fit(NamedTuple):
    """A table with those of its rows that are of one process."""

    table: Table
    rows: Mapping[int, Count]  # {LWP: its row}


def find_owners(tables: Sequence[Table], places: Sequence[ProcessInputs]) -> tuple[list[list[Fit]], list[str]]:
    """For each process the tables that list its threads.

    A table of another host, or of another time, lists some of these ids as well: it has to have half of a snapshot's threads,
    or hardly anything else.
    """
    fits: list[list[Fit]] = [[] for _ in places]
    warnings: list[str] = []
    homes = _Homes(places)
    for table in tables:
        owners, shared = homes.owners(table)
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
                fits[at].append(Fit(table, homes.rows(table, at)))
    return fits, warnings


class _Homes:
    """The processes by the threads that they have.

    Hosts whose ids are small, as in containers, have many in common: a table is held to the processes of its own host, and tables
    that list the same ids have the same owners.
    """

    def __init__(self, places: Sequence[ProcessInputs]) -> None:
        self._pids = [place.pid for place in places]
        self._threads = [[set(dump.thread_of_lwp) for dump in compared(place)] for place in places]
        self._all = [set().union(*snapshots) for snapshots in self._threads]
        self._with: dict[int, list[int]] = {}  # {LWP: the processes that have it}
        self._at: dict[tuple[str | None, int], list[int]] = {}  # the same by host
        self._known: dict[tuple[object, ...], tuple[list[int], bool]] = {}
        for at, place in enumerate(places):
            for lwp in self._all[at]:
                self._with.setdefault(lwp, []).append(at)
                self._at.setdefault((place.host, lwp), []).append(at)

    def owners(self, table: Table) -> tuple[list[int], bool]:
        """The processes whose threads a table lists, and whether some of these are threads of several."""
        host = name_of(table).host
        key = (host, *((count.lwp, count.pid) for count in table.counts))
        if key not in self._known:
            self._known[key] = self._find(table, host)
        return self._known[key]

    def rows(self, table: Table, at: int) -> dict[int, Count]:
        """{LWP: its row}, of one process."""
        return {count.lwp: count for count in table.counts if count.lwp in self._all[at] and self._fits(count, at)}

    def _find(self, table: Table, host: str | None) -> tuple[list[int], bool]:
        listed: dict[int, set[int]] = {}
        for count in table.counts:
            for at in self._having(count.lwp, host):
                if self._fits(count, at):
                    listed.setdefault(at, set()).add(count.lwp)
        owners = [at for at in sorted(listed) if _is_listed(listed[at], table, self._threads[at])]
        return owners, any(often > 1 for often in Counter(lwp for at in owners for lwp in listed[at]).values())

    def _having(self, lwp: int, host: str | None) -> Sequence[int]:
        """The processes that, by names and dumps, may run where the table was taken."""
        if host is None:
            return self._with.get(lwp, ())
        return [*self._at.get((host, lwp), ()), *self._at.get((None, lwp), ())]

    def _fits(self, count: Count, at: int) -> bool:
        return count.pid is None or self._pids[at] in (None, count.pid)


def _is_listed(lwps: Set[int], table: Table, snapshots: Sequence[set[int]]) -> bool:
    alone = 2 * len(lwps) >= len(table.counts)
    return alone or any(2 * len(lwps & snapshot) >= len(snapshot) for snapshot in snapshots)


def name_of(table: Table) -> Name:
    """The content of the name of a table's file; of copies of /proc that of the folder in which they lie."""
    return read_name(table.folder or table.source)


def compared(place: ProcessInputs) -> list[Dump]:
    return [placed.dump for placed in place.placements if placed.compared]
