"""The roots of folded stacks: each thread's process, pool or name, so that a flame graph shows whose stacks they are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from stackan.model.analysis import Analysis
from stackan.model.dump import Dump
from stackan.model.folding import Stacks, stacks_of
from stackan.model.process import Process

NO_POOL, NO_NAME = "(no pool)", "(no name)"


def find_stacks(analysis: Analysis, root: str) -> Iterator[Stacks]:
    """The stacks of each process's snapshots, standing on its id (`process`), their `pool`, or the name of their `thread`."""
    for process in analysis.processes:
        pools = _pools(process) if root == "pool" else {}
        for dump in process.snapshots:
            if root == "process":
                yield stacks_of(dump, partial(_name_process, process))
            elif root == "pool":
                yield stacks_of(dump, partial(_name_pool, pools, dump))
            else:
                yield stacks_of(dump, partial(_name_thread, dump))


def _pools(process: Process) -> dict[tuple[int, int], str]:
    """{(dump, thread): its pool}"""
    return {
        (id(sighting.dump), sighting.thread): str(pool.name)
        for pool in process.pools
        for track in pool.members
        for _, sighting in track.sightings
    }


def _name_process(process: Process, _row: int) -> str:
    return process.id


def _name_pool(pools: dict[tuple[int, int], str], dump: Dump, row: int) -> str:
    return pools.get((id(dump), row), NO_POOL)


def _name_thread(dump: Dump, row: int) -> str:
    return dump.thread_name(row) or NO_NAME
