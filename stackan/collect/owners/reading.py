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
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stackan.collect.maps import read_maps
from stackan.collect.memory import Memory
from stackan.collect.owners.waits import FUTEX, OWN_DEADLOCK, Scene, Wait, find_wait
from stackan.collect.threads import ThreadState, look_at, read_file, thread_ids

_STACK = 256 << 10  # bytes of a stack in which a call to pthread_once is looked for
_CODE_OF_LIBC = re.compile(r"/lib(?:c|pthread)[-.]")
_GROUP = re.compile(rb"^Tgid:\s+(\d+)", re.MULTILINE)

SAME, OTHER, GONE, NOBODY = "same", "other", "gone", "nobody"


class Owner(NamedTuple):
    """Who has a lock: `where` says whether its id is of the same process, of another one, of no thread any more, or of nobody."""

    tid: int
    where: str
    pid: int | None = None


class Seen(NamedTuple):
    """One thread, with what it waits for."""

    state: ThreadState
    wait: Wait | None
    owner: Owner | None
    mutex_owner: Owner | None  # of the mutex that a condition goes with
    stood: bool  # it has executed nothing while the memory was read


class View(NamedTuple):
    """All threads of one process, as they were at one instant as far as they stood."""

    pid: int
    threads: tuple[Seen, ...]
    at: float  # seconds since 1970
    took: float  # seconds


def take(pids: Sequence[int]) -> list[View]:
    """Look at all threads of these processes.  Nothing is stopped; a process that is gone has no threads."""
    at, begun = time.time(), time.monotonic()
    before = {pid: [state for tid in thread_ids(pid) if (state := look_at(pid, tid)) is not None] for pid in pids}
    found = {pid: _Process(pid, states) for pid, states in before.items()}
    waits = {pid: [process.wait_of(state) for state in before[pid]] for pid, process in found.items()}
    stood = {pid: [state.stood_until(look_at(pid, state.tid)) for state in states] for pid, states in before.items()}
    took = time.monotonic() - begun
    return [
        View(pid, tuple(map(process.seen, before[pid], process.with_circles(before[pid], waits[pid]), stood[pid])), at, took)
        for pid, process in found.items()
    ]


class _Process:
    """One process: its memory, and which thread is meant by an id in it."""

    def __init__(self, pid: int, states: Sequence[ThreadState]) -> None:
        self.pid = pid
        self.outer = {state.inner_tid: state.tid for state in states}
        futexes = Counter(state.call.arguments[0] for state in states if state.call is not None and state.call.number == FUTEX)
        self.scene = Scene(Memory(pid), read_maps(pid), futexes, frozenset(self.outer))
        self.states = states

    def wait_of(self, state: ThreadState) -> Wait | None:
        wait = find_wait(self.scene, state)
        if wait is not None and wait.kind == "once" and wait.owner is None:
            return wait._replace(owner=self._initializer(wait.address))
        return wait

    def seen(self, state: ThreadState, wait: Wait | None, stood: bool) -> Seen:
        owner = self.who(wait.owner) if wait is not None and wait.owner is not None else None
        mutex = None
        if wait is not None and wait.mutex:
            word = self.scene.memory.word(wait.mutex + 8)
            mutex = self.who(word) if word is not None else None
        return Seen(state, wait, owner, mutex, stood)

    def who(self, inner: int) -> Owner:
        """The thread that an id in the process's memory means."""
        if not inner:
            return Owner(0, NOBODY)
        if inner in self.outer:
            return Owner(self.outer[inner], SAME, self.pid)
        status = read_file(f"/proc/{inner}/status")
        group = _GROUP.search(status) if status is not None else None
        if group is None:
            return Owner(inner, GONE)
        return Owner(inner, SAME if int(group[1]) == self.pid else OTHER, int(group[1]))

    def with_circles(self, states: Sequence[ThreadState], waits: Sequence[Wait | None]) -> list[Wait | None]:
        """The waits; of one that the kernel refused, as it would close a circle, the owner is the only one that waits for its thread."""
        holder = {state.inner_tid: wait.owner for state, wait in zip(states, waits) if wait is not None and wait.owner}
        return [
            wait._replace(owner=_closes(state.inner_tid, holder)) if wait is not None and wait.flavor == OWN_DEADLOCK else wait
            for state, wait in zip(states, waits)
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
    """The last link of the chains that lead to a thread, if there is but one."""
    behind: set[int] = set()
    front = {thread}
    while front:
        front = {waiter for waiter, owner in holder.items() if owner in front and waiter not in behind and waiter != thread}
        behind |= front
    owning = behind & set(holder.values())
    last = owning or behind
    return next(iter(last)) if len(last) == 1 else None
