"""The layouts of glibc's locks on x86-64, from the address on which a thread waits."""

from __future__ import annotations

import itertools
import struct

from stackan.collect.memory import Memory
from stackan.model.records import NamedTuple

TID_MASK, WAITERS, OWNER_DIED = 0x3FFFFFFF, 0x80000000, 0x40000000  # of the words that the kernel itself reads (futex(2))
HIGHEST_TID = 1 << 22  # PID_MAX_LIMIT

ROBUST, PRIO_INHERIT, PRIO_PROTECT, PROCESS_SHARED = 0x10, 0x20, 0x40, 0x80
_KINDS = ("normal", "recursive", "errorcheck", "adaptive")

THREAD_SELF, THREAD_TID = 0x10, 0x2D0  # of struct pthread: its own address, and its TID
SIGNALS, WAIT_REFS, GROUP_REFS = 40, 36, 16  # of pthread_cond_t


class Mutex(NamedTuple):
    """pthread_mutex_t: __lock, __count, __owner, __nusers, __kind"""

    word: int
    depth: int  # how often it was locked by its owner
    owner: int
    users: int
    kind: int

    @property
    def is_one(self) -> bool:
        return self.kind & ~0x3FF == 0

    @property
    def flavor(self) -> str:
        words = [_KINDS[self.kind & 3]]
        words += [name for bit, name in ((PRIO_PROTECT, "prio-protect"), (PROCESS_SHARED, "shared")) if self.kind & bit]
        return "-".join(words)


def mutex_at(memory: Memory, address: int) -> Mutex | None:
    data = memory.read(address, 20)
    return Mutex(*struct.unpack("<IIIII", data)) if data is not None else None


class ReadWriteLock(NamedTuple):
    """pthread_rwlock_t: the word of its readers, the writers that wait, the thread that writes"""

    readers: int
    writers_waiting: int
    writer: int


# The futexes of a rwlock by their place in it, with the values that its waiters expect there.
_RWLOCK_FUTEXES = ((8, (2, 3)), (12, (3,)), (0, None))


def rwlock_around(memory: Memory, address: int, expected: int) -> tuple[int, ReadWriteLock] | None:
    """The rwlock one of whose futexes lies at an address, and where it begins.

    A rwlock lies at a multiple of 8, so the address itself tells whether it is the futex at +12.
    """
    for offset, values in _RWLOCK_FUTEXES:
        start = address - offset
        if start % 8 or (expected not in values if values is not None else not expected & 6):
            continue
        data = memory.read(start, 56)
        if data is None:
            continue
        readers, writers, phase, word, _, _, writer, shared = struct.unpack_from("<8I", data)
        flags = struct.unpack_from("<I", data, 48)[0]
        if shared in (0, 1) and flags <= 3 and phase <= 3 and word <= 3 and writers <= 1 << 20 and writer <= HIGHEST_TID:
            return start, ReadWriteLock(readers >> 3, writers, writer)
    return None


def condition_with_mutex(memory: Memory, stack_pointer: int, futex: int) -> tuple[int, int] | None:
    """(condition, mutex) of a thread in pthread_cond_wait, which keeps both side by side in its frame."""
    data = memory.read(stack_pointer, 512)
    if data is None:
        return None
    words = struct.unpack("<64Q", data)
    for condition, mutex in itertools.pairwise(words):
        if condition in (futex - SIGNALS, futex - SIGNALS - 4) and mutex > 4096 and mutex % 4 == 0 and mutex != condition:
            found = mutex_at(memory, mutex)
            if found is not None and found.is_one:
                return condition, mutex
    return None


def condition_around(memory: Memory, futex: int, waiters: int) -> int | None:
    """The condition whose signals a futex counts: its counts of waiters have to be as many as wait."""
    group = futex >> 2 & 1  # a condition lies at a multiple of 8
    start = futex - SIGNALS - 4 * group
    data = memory.read(start, 48)
    if data is None:
        return None
    references, of_group = (struct.unpack_from("<I", data, at)[0] for at in (WAIT_REFS, GROUP_REFS + 4 * group))
    return start if waiters <= references >> 3 < 1 << 20 and of_group >> 1 >= waiters else None


def is_semaphore(memory: Memory, address: int) -> bool:
    """sem_t: its value, and behind it how many wait; it is private (0) or shared (0x80)"""
    waiting, private = memory.word(address + 4), memory.word(address + 8)
    return waiting is not None and 0 < waiting < 1 << 20 and private in (0, 0x80)


class Barrier(NamedTuple):
    start: int
    arrived: int
    needed: int


def barrier_around(memory: Memory, address: int) -> Barrier | None:
    """pthread_barrier_t: arrivals of all rounds, the round (which is the futex), how many it takes"""
    data = memory.read(address - 4, 12)
    if data is None:
        return None
    came, begun, needed = struct.unpack("<III", data)
    arrived = (came - begun) & 0xFFFFFFFF
    return Barrier(address - 4, arrived, needed) if 0 < needed < 100_000 and 0 < arrived < needed else None


def thread_of(memory: Memory, descriptor: int) -> int | None:
    """The TID of a struct pthread, if one lies there."""
    if memory.pointer(descriptor + THREAD_SELF) != descriptor:
        return None
    return memory.word(descriptor + THREAD_TID)
