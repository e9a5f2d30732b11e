"""A system call → what its thread waits for, and who has that."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from stackan.collect.maps import Maps
from stackan.collect.memory import Memory
from stackan.collect.owners import layouts
from stackan.collect.threads import RESTART, Call, ThreadState
from stackan.model.records import NamedTuple

FUTEX = 202
_WAIT, _LOCK_PI, _WAIT_BITSET, _LOCK_PI2 = 0, 6, 9, 13
_PRIVATE, _COMMAND = 0x80, 0x7F
_TIMED_OR_CLOCK = (0x80, 0x00, 0x89, 0x189, 0x109, 0x09)
_HEAP_BYTES = 64 << 20  # HEAP_MAX_SIZE of malloc: each arena but the main one begins at a multiple
OWN_DEADLOCK = "prio-inherit-deadlock"  # which of its locks it is, no register keeps
_NEAR = 4096  # bytes of a thread's own stack around its stack pointer


class Wait(NamedTuple):
    """One thread's wait for something in memory."""

    kind: str  # a RESOURCE of the contract
    address: int
    flavor: str = ""  # "recursive", "prio-inherit", …
    owner: int | None = None  # the id of the thread that has it, as its own process counts; 0: nobody is recorded
    mode: str = ""  # of a rwlock: "read" or "write"
    readers: int = 0  # that have a rwlock; their ids are recorded nowhere
    mutex: int = 0  # that a condition goes with
    timed: bool = False
    how: str = ""  # the proof: "owner-word", "kernel-word", "layout", "value", "call", "kernel-table"
    arrived: int = 0
    needed: int = 0
    died: bool = False  # the owner has ended without giving it back
    descriptor: int | None = None  # of a socket, a pipe or a file
    keeper: tuple[int, int] = (0, 0)  # process and thread that have the lock of a file; the thread is 0 if it may be any of several


class Scene(NamedTuple):
    """The process in which threads wait."""

    memory: Memory
    maps: Maps
    waiters: Mapping[int, int]  # how many threads wait on a futex
    threads: frozenset[int]  # ids, as the process counts

    def waits_on(self, address: int) -> int:
        return max(self.waiters.get(address, 0), 1)


def find_wait(scene: Scene, state: ThreadState) -> Wait | None:
    """What a thread waits for by its futex; None where it does something else, or that cannot be told."""
    call = call_of(scene.memory, state)
    if call is None or call.number != FUTEX:
        return None
    futex = _Futex(call)
    return next((wait for reader in _READERS if (wait := reader(scene, state, futex)) is not None), None)


def call_of(memory: Memory, state: ThreadState) -> Call | None:
    """The system call in which a thread is, as it was begun; None while it runs."""
    return _as_begun(memory, state.call) if state.call is not None else None


def _as_begun(memory: Memory, call: Call) -> Call:
    """The call that a stop has interrupted: restart_syscall keeps its arguments, and the code before the counter has its number.

    b8 NR NR NR NR 0f 05    mov $NR, %eax; syscall
    """
    if call.number != RESTART:
        return call
    code = memory.read(call.program_counter - 7, 7)
    if code is not None and code[0] == 0xB8 and code[5:] == b"\x0f\x05":
        return call._replace(number=struct.unpack("<I", code[1:5])[0])
    return call


class _Futex:
    """The arguments of futex(2)."""

    def __init__(self, call: Call) -> None:
        self.address, self.operation, value, timeout = call.arguments[:4]
        self.expected = value & 0xFFFFFFFF
        self.timed = timeout != 0
        self.command = self.operation & _COMMAND
        self.is_private = bool(self.operation & _PRIVATE)
        self.stack_pointer = call.stack_pointer

    @property
    def waits(self) -> bool:
        return self.command in (_WAIT, _WAIT_BITSET)


_Reader = Callable[[Scene, ThreadState, _Futex], "Wait | None"]


def _prio_inherit(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """The kernel's own word: whoever has the lock has put its id there (futex(2), FUTEX_LOCK_PI)."""
    if futex.command not in (_LOCK_PI, _LOCK_PI2):
        return None
    word = scene.memory.word(futex.address) or 0
    owner = word & layouts.TID_MASK
    died = bool(word & layouts.OWNER_DIED)
    return Wait("mutex", futex.address, "prio-inherit", owner, timed=futex.timed, how="kernel-word", died=died)


def _own_deadlock(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """glibc parks a thread for ever on a zero of its own stack where the kernel has answered EDEADLK for a lock with inheritance."""
    mapping = scene.maps.at(futex.address)
    own = mapping is not None and futex.stack_pointer - _NEAR <= futex.address < min(mapping.stop, futex.stack_pointer + _NEAR)
    if not own or futex.command != _WAIT_BITSET or futex.expected or futex.timed or scene.memory.word(futex.address) != 0:
        return None
    data = scene.memory.read(futex.stack_pointer, 768)
    for address in struct.unpack("<96Q", data) if data is not None else ():
        mutex = layouts.mutex_at(scene.memory, address) if address > _NEAR and address % 4 == 0 else None
        if mutex is None or not mutex.is_one or not mutex.kind & layouts.PRIO_INHERIT:
            continue
        owner = mutex.word & layouts.TID_MASK
        known = owner in scene.threads or (mutex.kind & layouts.PROCESS_SHARED and owner)
        if known and owner != state.inner_tid:
            return Wait("mutex", address, "prio-inherit", owner, how="kernel-word")
    return Wait("mutex", 0, OWN_DEADLOCK, how="value")


def _robust(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """The value that a waiter for a robust mutex expects holds the id of its owner (robust_list ABI)."""
    if futex.command != _WAIT or not (futex.expected & layouts.WAITERS and futex.expected & layouts.TID_MASK):
        return None
    mutex = layouts.mutex_at(scene.memory, futex.address)
    if mutex is None or not mutex.kind & layouts.ROBUST:
        return None
    died = bool(mutex.word & layouts.OWNER_DIED)
    owner = mutex.word & layouts.TID_MASK
    return Wait("mutex", futex.address, "robust", owner, timed=futex.timed, how="kernel-word", died=died)


def _guard(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """__cxa_guard_acquire of libstdc++: pending, and somebody waits"""
    if futex.command == _WAIT and futex.expected in (0x10100, 0x100) and not futex.is_private:
        return Wait("once", futex.address, "guard", how="value")
    return None


def _future(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """__atomic_futex_unsigned of libstdc++: the bit that says that somebody waits, in a state that begins with a table of functions"""
    if futex.command != _WAIT or futex.expected != layouts.WAITERS or futex.is_private:
        return None
    table = scene.memory.pointer(futex.address - 16)
    mapping = scene.maps.at(table) if table else None
    how = "layout" if mapping is not None and mapping.path else "value"
    return Wait("future", futex.address - 16, timed=futex.timed, how=how)


def _join(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """The id in a struct pthread, which the kernel clears when that thread ends"""
    descriptor = futex.address - layouts.THREAD_TID
    if not futex.waits or futex.expected not in scene.threads or layouts.thread_of(scene.memory, descriptor) != futex.expected:
        return None
    return Wait("thread", descriptor, owner=futex.expected, timed=futex.timed, how="kernel-word")


def _low_level_lock(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """A word that is 2 while somebody waits: a mutex with its owner behind it, the lock of a FILE with its thread's address, an arena"""
    if not futex.waits or futex.expected != 2 or futex.operation not in _TIMED_OR_CLOCK:
        return None
    memory, address = scene.memory, futex.address
    mutex = layouts.mutex_at(memory, address)
    if mutex is not None and mutex.is_one and 0 < mutex.owner <= layouts.HIGHEST_TID and mutex.users:
        return Wait("mutex", address, mutex.flavor, mutex.owner, timed=futex.timed, how="owner-word")
    descriptor = memory.pointer(address + 8)
    owner = layouts.thread_of(memory, descriptor) if descriptor else None
    if owner:
        return Wait("stdio", address, owner=owner, how="owner-word")
    if memory.pointer(address & ~(_HEAP_BYTES - 1)) == address:
        return Wait("allocator", address, how="layout")
    return None


def _condition(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    if futex.command != _WAIT_BITSET:
        return None
    pair = layouts.condition_with_mutex(scene.memory, futex.stack_pointer, futex.address)
    return Wait("condition", pair[0], mutex=pair[1], timed=futex.timed, how="layout") if pair is not None else None


def _rwlock(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    if futex.command != _WAIT_BITSET:
        return None
    found = layouts.rwlock_around(scene.memory, futex.address, futex.expected)
    if found is None:
        return None
    start, lock = found
    # A writer waits for its turn among the writers (+12), then for the readers' phase to end, which it expects as 2 (+8).
    offset = futex.address - start
    mode = "write" if offset == 12 or (offset == 8 and futex.expected == 2) else "read"
    return Wait("rwlock", start, owner=lock.writer, mode=mode, readers=lock.readers, timed=futex.timed, how="owner-word")


def _condition_alone(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    if futex.command != _WAIT_BITSET or futex.expected:
        return None
    start = layouts.condition_around(scene.memory, futex.address, scene.waits_on(futex.address))
    return Wait("condition", start, timed=futex.timed, how="layout") if start is not None else None


def _semaphore(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    if futex.command != _WAIT_BITSET or futex.expected or not layouts.is_semaphore(scene.memory, futex.address):
        return None
    return Wait("semaphore", futex.address, timed=futex.timed, how="layout")


def _once(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    """pthread_once_t: in progress, in this generation of forks"""
    if futex.command == _WAIT and futex.is_private and futex.expected & 3 == 1:
        return Wait("once", futex.address, how="value")
    return None


def _barrier(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    found = layouts.barrier_around(scene.memory, futex.address) if futex.command == _WAIT and futex.is_private else None
    return Wait("barrier", found.start, how="layout", arrived=found.arrived, needed=found.needed) if found is not None else None


def _lock_without_owner(scene: Scene, state: ThreadState, futex: _Futex) -> Wait | None:
    if futex.command == _WAIT and futex.is_private and futex.expected == 2:
        return Wait("mutex", futex.address, "without-owner", how="value")
    return Wait("futex", futex.address, timed=futex.timed, how="value") if futex.waits else None


# In this order: what the kernel itself knows, what has a value of its own, what only a layout shows.
_READERS: tuple[_Reader, ...] = (
    _prio_inherit, _own_deadlock, _robust, _guard, _future, _join, _low_level_lock, _condition, _rwlock, _condition_alone,
    _semaphore, _once, _barrier, _lock_without_owner,
)  # fmt: skip
