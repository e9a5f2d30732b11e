"""Locks in memory that several processes share: one object, though each process's dump prints it by itself.

That two processes see the same lock at one address is inferred: fork() leaves all addresses as they are, so the children of one
process have their first thread's pthread id in common, an address that is random for each program start; and the lock is
one that the program has made shared, `futex_wait (private=128, expected=2, futex_word=0x7f76c4286000)`.  A child may all the same have
mapped memory of its own at that address since.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from stackan.model.arguments import number_argument
from stackan.model.place import Sighting
from stackan.model.process import Process
from stackan.model.track import Track

PRIVATE, SHARED = 0, 128  # glibc's LLL_PRIVATE and LLL_SHARED, as gdb prints them
_LOCKS = ("mutex", "rwlock")


class SharedLocks:
    """The locks for which threads of several forked processes wait."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._families = _families(processes)
        waiting: dict[Hashable, set[str]] = {}
        for process, track, lock in self._wanted(processes):
            if _scope(track.newest) == SHARED:
                waiting.setdefault(lock, set()).add(process.id)
        self._known = {lock for lock, processes_of_it in waiting.items() if len(processes_of_it) > 1}

    def of(self, process: Process, track: Track) -> tuple[Hashable, ...] | None:
        """The identity of the lock that a thread waits for, if threads of other processes do, too."""
        lock = self._lock(process, track) if self._known else None
        return lock if lock in self._known and _scope(track.newest) == SHARED else None

    def _wanted(self, processes: Sequence[Process]) -> Iterator[tuple[Process, Track, tuple[Hashable, ...]]]:
        for process in processes:
            if process.id in self._families:
                for track in process.tracks:
                    lock = self._lock(process, track)
                    if lock is not None:
                        yield process, track, lock

    def _lock(self, process: Process, track: Track) -> tuple[Hashable, ...] | None:
        awaited = track.newest.awaited
        if awaited is None or awaited.address is None or awaited.kind not in _LOCKS or track.place.rule is not None:
            return None
        family = self._families.get(process.id)
        return (family, awaited.kind, awaited.address) if family is not None else None


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
