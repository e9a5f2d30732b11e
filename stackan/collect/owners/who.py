"""Who is meant by the id of a thread that a lock records.

A thread writes the id that it has in its own pid namespace.  So the id is looked for among the threads of the waiter's namespace, and in
those processes alone that map the same memory: an id of another namespace, or one that was given again, would name a stranger.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache

from stackan.collect.maps import Maps, read_maps
from stackan.collect.threads import inner_id, read_file, thread_ids
from stackan.model.records import NamedTuple

SAME, OTHER, GONE, UNKNOWN, NOBODY = "same", "other", "gone", "unknown", "nobody"


class Owner(NamedTuple):
    """Who has a lock.

    where: whether its id is of the same process, of another one, of no thread any more, of one that cannot be told, or of nobody.
    """

    tid: int
    where: str
    pid: int | None = None


class Census:
    """The processes of this machine, as far as they may share memory with one that is looked at."""

    def __init__(self) -> None:
        self._threads = cache(_threads)
        self._users = cache(_users)

    def who(self, pid: int, own: Mapping[int, int], maps: Maps, address: int, inner: int) -> Owner:
        """The thread that an id in a process's memory means; `own` are the ids of that process's threads as it counts, and as we do."""
        if not inner:
            return Owner(0, NOBODY)
        mapping = maps.at(address)
        if mapping is None or not mapping.is_shared:
            return Owner(own[inner], SAME, pid) if inner in own else Owner(inner, GONE)
        users = self._users(mapping.file)
        here = namespace_of(pid)
        if here is None or any(namespace_of(user) != here for user in users):
            return Owner(inner, UNKNOWN)  # each of them writes ids of its own
        if inner in own:
            return Owner(own[inner], SAME, pid)
        found = next(((user, threads[inner]) for user in users if inner in (threads := self._threads(user))), None)
        if found is not None:
            return Owner(found[1], OTHER, found[0])
        return Owner(inner, UNKNOWN if _is_hidden(inner) else GONE)


def namespace_of(pid: int) -> str | None:
    """The pid namespace of a process; None where it may not be known."""
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def _threads(pid: int) -> dict[int, int]:
    """{id in its own namespace: id here} of a process's threads"""
    return {inner_id(read_file(f"/proc/{pid}/task/{tid}/status") or b"") or tid: tid for tid in thread_ids(pid)}


def _users(file: str) -> list[int]:
    """The processes that map a file, or memory that forked processes share; those that may be looked at."""
    return [pid for pid in _processes() if _maps(pid, file)]


def _is_hidden(tid: int) -> bool:
    try:
        read_maps(tid)
    except PermissionError:
        return True
    return False


def _processes() -> Iterator[int]:
    return map(int, filter(str.isdecimal, os.listdir("/proc")))


def _maps(pid: int, file: str) -> bool:
    try:
        return any(each.is_shared and each.file == file for each in read_maps(pid).mappings)
    except PermissionError:
        return False
