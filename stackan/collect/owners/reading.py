"""Several processes of one machine, looked at together: every thread's wait, and who is meant by the ids in the locks.

A program that runs shows false circles to whoever reads its threads one after the other: 7,179 in 12,562 looks at one that was in order.
So each thread is looked at before and after the memory is read, and a wait counts only if the thread has executed nothing in between:
then all waits that count are of one instant.
"""

from __future__ import annotations

import re
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from stackan.collect.maps import Maps, read_maps
from stackan.collect.memory import Memory
from stackan.collect.owners.calls import find_child, find_end
from stackan.collect.owners.file_locks import FileLocks
from stackan.collect.owners.waits import FUTEX, OWN_DEADLOCK, Scene, Wait, call_of, find_wait
from stackan.collect.owners.who import Census, Owner
from stackan.collect.threads import ThreadState, look_at, thread_ids
from stackan.model.records import NamedTuple

_STACK = 256 << 10  # bytes of a stack in which a call to pthread_once is looked for
_CODE_OF_LIBC = re.compile(r"/lib(?:c|pthread)[-.]")


class Seen(NamedTuple):
    """One thread, with what it waits for."""

    state: ThreadState
    wait: Wait | None
    owner: Owner | None
    mutex_owner: Owner | None  # of the mutex that a condition goes with
    stood: bool  # it has executed nothing while the memory was read


class View(NamedTuple):
    """All threads of one process, as they were at one instant as far as they stood: the same one for all that were looked at together."""

    pid: int
    threads: tuple[Seen, ...]
    at: float  # seconds since 1970
    took: float  # seconds
    denied: str = ""  # why the kernel shows nothing of it
    together: tuple[int, ...] = ()  # other processes that were looked at in the same instant


def take(pids: Sequence[int]) -> list[View]:
    """Look at all threads of these processes.  Nothing is stopped; a process that is gone has no threads."""
    at, begun = time.time(), time.monotonic()
    locks = FileLocks()
    processes = [_Process(pid, locks) for pid in pids]
    for step in (_Process.look, _Process.read, _Process.look_again):  # each for all of them, before the next: so it is one instant
        for process in processes:
            process.attempt(step)
    took, census = time.monotonic() - begun, Census()
    read = [process.pid for process in processes if not process.denied]
    return [
        View(process.pid, tuple(process.seen(census)), at, took, process.denied, tuple(pid for pid in read if pid != process.pid))
        for process in processes
    ]


class _Process:
    """One process: its memory, and what its threads wait for."""

    def __init__(self, pid: int, locks: FileLocks) -> None:
        self.pid = pid
        self._locks = locks
        self.denied = ""
        self.states: list[ThreadState] = []
        self.scene = Scene(Memory(pid), Maps([]), {}, frozenset())
        self._found: list[tuple[Wait | None, int | None]] = []  # what each waits for, and who has the mutex that goes with it
        self._stood: list[bool] = []

    def attempt(self, step: Callable[[_Process], None]) -> None:
        """Do a step, unless the kernel refuses this process."""
        if not self.denied:
            try:
                step(self)
            except PermissionError as error:
                self.denied = error.strerror or "EPERM"
                self.states = []

    def look(self) -> None:
        self.states = [state for tid in thread_ids(self.pid) if (state := look_at(self.pid, tid)) is not None]

    def read(self) -> None:
        futexes = Counter(state.call.arguments[0] for state in self.states if state.call is not None and state.call.number == FUTEX)
        ids = frozenset(state.inner_tid for state in self.states)
        self.scene = self.scene._replace(maps=read_maps(self.pid), waiters=futexes, threads=ids)
        self._found = [(wait, self._mutex_owner(wait)) for wait in self._with_circles([self._wait_of(state) for state in self.states])]

    def look_again(self) -> None:
        self._stood = [state.stood_until(look_at(self.pid, state.tid)) for state in self.states]

    def seen(self, census: Census) -> Iterator[Seen]:
        own = {state.inner_tid: state.tid for state in self.states}
        for state, (wait, mutex), stood in zip(self.states, self._found, self._stood):
            owner = wait.owner if wait is not None else None
            who = partial(census.who, self.pid, own, self.scene.maps)
            yield Seen(
                state,
                wait,
                who(wait.address, owner) if wait is not None and owner is not None else None,
                who(wait.mutex, mutex) if wait is not None and mutex is not None else None,
                stood,
            )

    def _wait_of(self, state: ThreadState) -> Wait | None:
        call = call_of(self.scene.memory, state)
        if call is not None and call.number != FUTEX:
            return find_end(self.scene.memory, call) or self._locks.find(self.pid, call) or find_child(self.scene.memory, call)
        wait = find_wait(self.scene, state)
        if wait is not None and wait.kind == "once" and wait.owner is None:
            return wait._replace(owner=self._initializer(wait.address))
        return wait

    def _mutex_owner(self, wait: Wait | None) -> int | None:
        return self.scene.memory.word(wait.mutex + 8) if wait is not None and wait.mutex else None

    def _with_circles(self, waits: Sequence[Wait | None]) -> list[Wait | None]:
        """The waits; of one that the kernel refused, as it would close a circle, the owner is whoever alone waits for its thread."""
        holder = {state.inner_tid: wait.owner for state, wait in zip(self.states, waits) if wait is not None and wait.owner}
        return [
            wait._replace(owner=_closes(state.inner_tid, holder)) if wait is not None and wait.flavor == OWN_DEADLOCK else wait
            for state, wait in zip(self.states, waits)
        ]

    def _initializer(self, control: int) -> int | None:
        """The thread that runs the function of a pthread_once: its frame holds libc's clean-up, the control's address, and a one."""
        mark = struct.pack("<Q", control)
        for state in self.states:
            stack = self._stack_of(state)
            at = stack.find(mark, 8)
            while at >= 0:
                if at % 8 == 0 and at + 12 <= len(stack):
                    before, behind = struct.unpack_from("<Q", stack, at - 8)[0], struct.unpack_from("<I", stack, at + 8)[0]
                    mapping = self.scene.maps.at(before)
                    if behind == 1 and mapping is not None and "x" in mapping.rights and _CODE_OF_LIBC.search(mapping.path):
                        return state.inner_tid
                at = stack.find(mark, at + 1)
        return None

    def _stack_of(self, state: ThreadState) -> bytes:
        call = state.call
        mapping = self.scene.maps.at(call.stack_pointer) if call is not None else None
        if call is None or mapping is None:
            return b""
        size = min(mapping.stop - call.stack_pointer, _STACK) & ~7
        return self.scene.memory.read(call.stack_pointer, size) or b""


def _closes(thread: int, holder: Mapping[int, int]) -> int | None:
    """The one thread that waits, by whatever chain, for a thread: of several each might have what the kernel refused it."""
    behind: set[int] = set()
    front = {thread}
    while front:
        front = {waiter for waiter, owner in holder.items() if owner in front and waiter not in behind and waiter != thread}
        behind |= front
    return next(iter(behind)) if len(behind) == 1 else None
