"""Which pool a thread is of: threads are told apart by their objects, as several processes may have threads with one number."""

from __future__ import annotations

from collections.abc import Iterable

from stackan.model.process import Pool, Process


def pools_of(processes: Iterable[Process]) -> dict[int, Pool]:
    """{id of a track: the pool of which it is a member}"""
    return {id(track): pool for process in processes for pool in process.pools for track in pool.members}


def workers_of(processes: Iterable[Process]) -> dict[int, Pool]:
    """{id of a track: the pool of which it is a worker, so that it takes jobs}"""
    return {id(track): pool for process in processes for pool in process.pools for track in pool.workers}
