"""Tables of waits, each beside the stacks that were taken in the same round of the same process; one that stands alone is a dump itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackan.model.dump import Dump

Beside = Mapping[int, Dump]  # by the `id` of the dump that the table belongs to


def part(dumps: Sequence[Dump]) -> tuple[list[Dump], Beside]:
    """The dumps without the tables that others have beside them, and these tables."""
    tables: dict[str, list[Dump]] = {}
    for dump in dumps:
        if dump.traits.alive:
            tables.setdefault(_place_of(dump), []).append(dump)
    beside: dict[int, Dump] = {}
    for dump in dumps if tables else ():
        if not (dump.traits.alive or dump.traits.kernel):
            fitting = [table for table in tables.get(_place_of(dump), ()) if _is_same(dump, table)]
            if len(fitting) == 1:
                beside[id(dump)] = fitting[0]
    paired = {id(table) for table in beside.values()}
    return [dump for dump in dumps if id(dump) not in paired], beside


def _is_same(dump: Dump, table: Dump) -> bool:
    """Whether both are of one process: most of the threads are the same."""
    if dump.facts.pid is not None and table.facts.pid is not None and dump.facts.pid != table.facts.pid:
        return False
    ours, theirs = dump.thread_of_lwp.keys(), table.thread_of_lwp.keys()
    return 2 * len(ours & theirs) >= max(min(len(ours), len(theirs)), 1)


def _place_of(dump: Dump) -> str:
    """The folder of a round: `case.tar.gz!stackan-db1-…/db1/4242/round-1`"""
    return dump.source.replace("!", "/").rpartition("/")[0]
