"""Locks in memory that several processes share: one object, though each process's dump prints it by itself.

That two processes see the same lock at one address is inferred: fork() leaves all addresses as they are, so the children of one
process have their first thread's pthread id in common, an address that is random for each program start; and the lock is
one that the program has made shared, `futex_wait (private=128, expected=2, futex_word=0x7f76c4286000)`.  A child may all the same have
mapped memory of its own at that address since.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from stackan.arguments import number_argument
from stackan.model.place import Sighting
from stackan.model.process import Process
from stackan.model.track import Track

PRIVATE, SHARED = 0, 128  # glibc's LLL_PRIVATE and LLL_SHARED, as gdb prints them
_LOCKS = ("mutex", "rwlock")


def find_shared_locks(processes: Sequence[Process]) -> dict[tuple[str, int | str], Hashable]:
    """{(process, thread): the lock that it waits for}, of the locks for which threads of several forked processes wait."""
    families = _families(processes)
    waiting: dict[Hashable, list[tuple[str, int | str]]] = {}
    for process in processes:
        for track in process.tracks if process.id in families else ():
            lock = _lock(track)
            if lock is not None and _scope(track.newest) == SHARED:
                waiting.setdefault((families[process.id], *lock), []).append((process.id, track.key))
    return {waiter: lock for lock, waiters in waiting.items() if len({process for process, _ in waiters}) > 1 for waiter in waiters}


def _lock(track: Track) -> tuple[str, int] | None:
    """What a thread waits for, if it is a lock that several processes may share."""
    awaited = track.newest.awaited
    if awaited is None or awaited.address is None or awaited.kind not in _LOCKS or track.place.rule is not None:
        return None
    return awaited.kind, awaited.address


def is_private(sighting: Sighting) -> bool:
    """Whether glibc says that what a thread waits for is shared with no other process."""
    return _scope(sighting) == PRIVATE


def _scope(sighting: Sighting) -> int | None:
    flags = (number_argument(sighting.dump.arguments_in(sighting.thread, at), b"private") for at in range(sighting.place.wait_frames))
    return next((flag for flag in flags if flag is not None), None)


def _families(processes: Sequence[Process]) -> dict[str, Hashable]:
    """{process: a key in common with those that were forked from the same one}, of those that have such siblings."""
    births: dict[Hashable, list[str]] = {}
    for process in processes:
        first = min((track for track in process.tracks if track.lwp is not None), key=lambda track: track.lwp or 0, default=None)
        pthread = first.newest.dump.columns.thread_pthread[first.newest.thread] if first is not None else 0
        if pthread:
            births.setdefault((process.inputs.host, pthread), []).append(process.id)
    return {process: birth for birth, siblings in births.items() if len(siblings) > 1 for process in siblings}
