"""Counters of each thread in tables beside the dumps: its CPU time and its switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackan.model.brief import brief
from stackan.model.records import NamedTuple


@brief
class Count(NamedTuple):
    """The counters of one thread in a table, over its whole life."""

    lwp: int
    pid: int | None  # of its process, where the table says it
    ran: int | None  # CPU time, in microseconds
    step: int  # in which that is counted, in microseconds
    switches: int | None  # how often it was taken from a CPU
    age: int | None  # seconds since it was started, where the table says it
    source: str
    line: int  # from 1


@brief
class Table(NamedTuple):
    """Threads as they were looked at once."""

    source: str
    line: int  # of its first row
    kind: str  # "top", "ps", or the file of /proc that it was copied from: "schedstat", "status", "stat", "sched"
    counts: tuple[Count, ...]
    clock: int | None = None  # seconds since midnight, as top prints them
    above: str = ""  # the line before it, in which there may be a time
    folder: str = ""  # in which copies of /proc lie: a table of one thread is a part of what lies there


@brief
class Counted(NamedTuple):
    """The counters of one thread beside one snapshot."""

    time: Count | None  # that says its CPU time
    switched: Count | None  # that says its switches
    at: int | None  # seconds on one clock for all snapshots of the process

    @property
    def ran(self) -> int | None:
        return self.time.ran if self.time is not None else None

    @property
    def switches(self) -> int | None:
        return self.switched.switches if self.switched is not None else None


@brief
class Counters(NamedTuple):
    """All that is counted beside the snapshots of one process."""

    tables: tuple[tuple[int, Table], ...]  # each with the index of the snapshot that it belongs to
    counted: tuple[Mapping[int, Counted], ...]  # for each snapshot {LWP: its counters}
    attaches: int  # how many debuggers looked at the process between two snapshots

    def of(self, kept: Sequence[int]) -> Counters:
        """The counters beside some of the snapshots."""
        at = {index: position for position, index in enumerate(kept)}
        tables = tuple((at[index], table) for index, table in self.tables if index in at)
        return Counters(tables, tuple(self.counted[index] for index in kept), self.attaches)


@brief
class Spent(NamedTuple):
    """The CPU time and switches of a thread between two snapshots."""

    ran: int | None  # CPU time, in microseconds
    step: int  # in which that is counted
    switches: int | None
    passed: int | None  # microseconds between the two, where that is known


def spent(before: Counted | None, after: Counted | None) -> Spent | None:
    """None where nothing is counted on both sides, or where it shrinks: the count then is that of another thread."""
    if before is None or after is None:
        return None
    ran, switches, seconds = _growth(before.ran, after.ran), _growth(before.switches, after.switches), _growth(before.at, after.at)
    if (ran is None and switches is None) or (ran or 0) < 0 or (switches or 0) < 0:
        return None
    step = max(counted.time.step for counted in (before, after) if counted.time is not None) if ran is not None else 0
    # Clocks count whole seconds; no thread runs for longer than the time that goes by.
    passed = max(seconds * 1_000_000, ran or 0) if seconds is not None and seconds > 0 else None
    return Spent(ran, step, switches, passed)


def _growth(before: int | None, after: int | None) -> int | None:
    return after - before if before is not None and after is not None else None
