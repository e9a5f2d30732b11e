"""Counters beside the dumps: CPU time and switches of each thread in `top -H`, `ps -L` and copies of /proc."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.counters.columns import read_columns
from stackan.counters.procfs import read_procfs
from stackan.model.counters import Table
from stackan.model.natural import natural_key

__all__ = ["gather", "read_counters"]


def read_counters(data: bytes, source: str) -> list[Table]:
    """The tables in a text, in its order; none if there are none."""
    return sorted([*read_columns(data, source), *read_procfs(data, source)], key=lambda table: table.line)


def gather(tables: Sequence[Table], given_order: bool = False) -> list[Table]:
    """Tables in the order of their names; copies of /proc have a file for each thread, of which those of one folder are one table."""
    ordered = list(tables) if given_order else sorted(tables, key=lambda table: (natural_key(table.source), table.line))
    parts: dict[tuple[str, str], list[Table]] = {}
    for number, table in enumerate(ordered):
        parts.setdefault((table.folder, table.kind) if table.folder else ("", str(number)), []).append(table)
    return [same[0]._replace(counts=tuple(count for table in same for count in table.counts)) for same in parts.values()]
