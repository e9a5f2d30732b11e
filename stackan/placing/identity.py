"""Whether two dumps show one process."""

from __future__ import annotations

from functools import cached_property
from heapq import nsmallest

from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.said import said, said_of

_SAMPLED = 32  # threads that are looked at, the oldest ones, which live longest


class Identity:
    """The marks that distinguish a dump's process from others, read off when first needed."""

    def __init__(self, dump: Dump) -> None:
        self.dump = dump
        self._bases: dict[int, dict[bytes, int]] = {}

    @property
    def threads(self) -> dict[int, int]:
        """{LWP: index of its thread}"""
        return self.dump.thread_of_lwp

    @cached_property
    def marks(self) -> frozenset[tuple[int, int]]:
        """(LWP, pthread id) of the threads that print both.  Pthread ids are addresses, random for each process."""
        pthreads = self.dump.columns.thread_pthread
        return frozenset((lwp, pthreads[index]) for lwp, index in self.threads.items() if pthreads[index])

    @property
    def has_marks(self) -> bool:
        pthreads = self.dump.columns.thread_pthread
        return any(pthreads[index] for index in self.threads.values())

    @cached_property
    def oldest_marks(self) -> frozenset[tuple[int, int]]:
        """The marks of the oldest threads, which nearly always suffice."""
        pthreads = self.dump.columns.thread_pthread
        return frozenset((lwp, pthreads[self.threads[lwp]]) for lwp in self.oldest if pthreads[self.threads[lwp]])

    @cached_property
    def oldest(self) -> list[int]:
        """The lowest LWPs: of threads that were there at the process's start, and that a later dump has most likely, too."""
        return nsmallest(_SAMPLED, self.threads)

    @cached_property
    def marked(self) -> frozenset[int]:
        """The LWPs of `marks`."""
        return frozenset(lwp for lwp, _ in self.marks)

    def base(self, lwp: int) -> dict[bytes, int]:
        """{printed name: program counter} of a thread's outermost frames, outermost first; debuggers differ in how far out they go."""
        if lwp not in self._bases:
            self._bases[lwp] = self._read_base(lwp)
        return self._bases[lwp]

    def _read_base(self, lwp: int) -> dict[bytes, int]:
        columns, thread = self.dump.columns, self.threads[lwp]
        stop = columns.thread_first[thread] + columns.thread_frames[thread]
        base = {}
        for frame in reversed(range(max(columns.thread_first[thread], stop - 3), stop)):
            name, pc = columns.site_function[self.dump.site(frame)], self.dump.pc(frame)
            if pc and name not in (b"", b"??"):
                base[name] = pc
        return base


def is_random(address: int) -> bool:
    """Whether an address of a thread's stack is no address that every process has: without randomization they begin like these."""
    return address >> 28 not in (0x7FFFF, 0xFFFFF) and address >> 24 != 0xF7


def same_process(a: Identity, b: Identity) -> bool:
    """Whether two dumps show one process.

    Two hosts may well use the same process id, and containers nearly always do.  Pthread ids are addresses, random for each
    process: one thread with the same LWP and pthread id in both is enough (other LWPs may have been given to new threads).
    Where none are printed, the program counters at the bases of most common threads have to agree: these are the C library's.
    """
    ours, theirs = a.dump.facts, b.dump.facts
    if ours.pid is not None and theirs.pid is not None and ours.pid != theirs.pid:
        return False
    if ours.command and theirs.command and ours.command != theirs.command:
        return False
    if not a.oldest_marks.isdisjoint(b.oldest_marks) or not a.marks.isdisjoint(b.marks):
        return True
    if not a.marked.isdisjoint(b.marked):
        return False
    shared = [lwp for lwp in a.oldest if lwp in b.threads] or sorted(a.threads.keys() & b.threads.keys())[:_SAMPLED]
    same = other = 0
    for lwp in shared:
        agrees = _same_base(a.base(lwp), b.base(lwp))
        same, other = same + agrees, other + (not agrees)
        if max(same, other) * 2 > len(shared):
            break
    return same > other


def _same_base(ours: dict[bytes, int], theirs: dict[bytes, int]) -> bool:
    """By the outermost frame that both print: that thread's start does not move, while frames further in may be at work."""
    common = next((name for name in ours if name in theirs), None)
    return common is None or ours[common] == theirs[common]


def why_same(a: Dump, b: Dump) -> str:
    """The evidence in threads that two dumps which were put together are of one process."""
    ours, theirs = a.columns.thread_pthread, b.columns.thread_pthread
    shared = a.thread_of_lwp.keys() & b.thread_of_lwp.keys()
    marked = sum(ours[a.thread_of_lwp[lwp]] == theirs[b.thread_of_lwp[lwp]] != 0 for lwp in shared)
    if marked:
        return said_of(marked, "one thread with the same LWP and pthread id", "{count} threads with the same LWP and pthread id")
    if shared and same_process(Identity(a), Identity(b)):
        return said_of(
            len(shared),
            "one thread with the same LWP, and the same code addresses in its outermost frames",
            "{count} threads with the same LWP, and the same code addresses in their outermost frames",
        )
    if a.facts.pid is not None and a.facts.pid == b.facts.pid:
        return said("both say that they are of process {pid}", pid=a.facts.pid)
    return ""


def why_different(a: Dump, b: Dump) -> str:
    """The evidence that two dumps are of two processes: the first of the marks by which `same_process` decides."""
    ours, theirs = Identity(a), Identity(b)
    shared = ours.threads.keys() & theirs.threads.keys()
    if a.facts.pid is not None and b.facts.pid is not None and a.facts.pid != b.facts.pid:
        return said("they say that they are of process {first} and of process {second}", first=a.facts.pid, second=b.facts.pid)
    if a.facts.command and b.facts.command and a.facts.command != b.facts.command:
        return said("they are of two programs, {first} and {second}", first=a.facts.command, second=b.facts.command)
    if not ours.threads or not theirs.threads:
        return said("one of them prints no ids of the kernel for its threads, by which they could be matched")
    if not shared:
        return said("they have no thread in common")
    if shared & ours.marked & theirs.marked:
        return said_of(
            len(shared),
            "one thread has the same LWP in both, but another pthread id",
            "{count} threads have the same LWP in both, but other pthread ids",
        )
    return said_of(
        len(shared),
        "one thread has the same LWP in both, but began at another code address",
        "{count} threads have the same LWP in both, but began at other code addresses",
    )


def process_id(dump: Dump) -> int | None:
    """The process's id: the one that the debugger prints, else the LWP of the thread that is in `main`, else of gdb's thread 1."""
    if dump.facts.pid is not None:
        return dump.facts.pid
    columns, own = dump.columns, range(dump.first_thread, dump.stop_thread)
    is_main: dict[int, bool] = {}  # by stack
    for thread in own:
        node = columns.thread_node[thread]
        if node not in is_main:
            is_main[node] = _is_in_main(dump, thread)
        if is_main[node] and columns.thread_lwp[thread] != UNKNOWN:
            return columns.thread_lwp[thread]
    first = next((thread for thread in reversed(own) if columns.thread_number[thread] == 1), None)
    if first is not None and not dump.traits.numbered:  # gdb's first is the main thread; Java's #1 is not the process
        return dump.thread(first).lwp
    return dump.thread(own[0]).lwp if len(own) == 1 else None


def _is_in_main(dump: Dump, thread: int) -> bool:
    columns = dump.columns
    frames = columns.thread_frames[thread]
    outermost = columns.thread_first[thread] + frames - 1
    return bool(frames) and dump.function(dump.site(outermost)) in ("main", "_start", "<module>")
