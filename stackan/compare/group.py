"""Dumps → processes: which dumps are snapshots of the same process, and in which order they were taken."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.natural import Run, natural_key


def group(dumps: Sequence[Dump], given_order: bool = False) -> list[list[Dump]]:
    """Processes in the order of their first snapshot's name, each a list of its snapshots in time order.

    Content decides first (`same_process`).  Dumps without the kernel's thread ids go by the process id that they print, and by their names.
    Order is that of the times in an archive, else of the names, numbers read as numbers; `given_order` keeps the caller's.
    """
    ordered = list(dumps) if given_order else sorted(dumps, key=lambda dump: natural_key(stem(dump.source)))
    processes: list[list[Dump]] = []
    unnumbered: list[Dump] = []
    seen: dict[int, list[list[Dump]]] = {}  # the processes in which an LWP was seen: nobody else need be asked
    for dump in ordered:
        lwps = _lwps(dump)
        if not lwps:
            unnumbered.append(dump)
            continue
        asked = {id(process): process for lwp in lwps for process in seen.get(lwp, ())}
        home = next((process for process in asked.values() if same_process(process[-1], dump)), None)
        if home is None:
            home = []
            processes.append(home)
        home.append(dump)
        for lwp in lwps:
            known = seen.setdefault(lwp, [])
            if not any(process is home for process in known):
                known.append(home)
    for same in _by_process_id(unnumbered):
        texts = _texts(same)
        firsts = [dumps[0] for dumps in texts]
        beside = {id(dumps[0]): dumps for dumps in texts}
        named = group_by_name(firsts)
        told = same[0].facts.pid is not None or given_order  # who gives the order of snapshots says that they are of one process
        for home in [firsts] if told and len(named) == len(firsts) else named:
            processes += _lives([dump for first in home for dump in beside[id(first)]])
    place = {id(dump): at for at, dump in enumerate(ordered)}
    processes.sort(key=lambda process: place[id(process[0])])
    return processes if given_order else [_in_time(process) for process in processes]


def _by_process_id(dumps: Sequence[Dump]) -> list[list[Dump]]:
    """Dumps that print no LWP apart by what they say of their process; those that say nothing stay together."""
    found: dict[tuple[int | None, str | None], list[Dump]] = {}
    for dump in dumps:
        found.setdefault((dump.facts.pid, dump.facts.command), []).append(dump)
    return list(found.values())


def _texts(dumps: Sequence[Dump]) -> list[list[Dump]]:
    """The snapshots that stand in one text: they are of one process, unless pthread ids tell otherwise."""
    texts: dict[tuple[str, frozenset[int]], list[Dump]] = {}
    for dump in dumps:
        ids = frozenset(dump.columns.thread_pthread[dump.first_thread : dump.stop_thread]) - {0}
        home = next((key for key in texts if key[0] == dump.source and (not ids or not key[1] or ids & key[1])), (dump.source, ids))
        texts.setdefault(home, []).append(dump)
    return list(texts.values())


def _lives(dumps: Sequence[Dump]) -> list[list[Dump]]:
    """Dumps apart at those with which a process ended: what comes next is a process that was started anew."""
    lives: list[list[Dump]] = [[]]
    for dump in dumps:
        lives[-1].append(dump)
        if dump.facts.ended:
            lives.append([])
    return [life for life in lives if life]


def stem(source: str) -> str:
    """A name without its endings, which are no part of the order: dump.txt comes before dump2.txt.gz."""
    while True:
        head, dot, ending = source.rpartition(".")
        if not dot or not head or head.endswith(("/", "!")) or len(ending) > 4 or not ending.isalnum() or ending.isdigit():
            return source
        source = head


def _in_time(dumps: list[Dump]) -> list[Dump]:
    """By the times that an archive states, where it states a different one for each; else as the names say."""
    times = [dump.taken_at for dump in dumps]
    return sorted(dumps, key=lambda dump: dump.taken_at or "") if None not in times and len(set(times)) == len(times) else dumps


def same_process(a: Dump, b: Dump) -> bool:
    """Whether two dumps show one process.

    Two hosts may well use the same process id, and containers nearly always do.  Pthread ids are addresses, random for each
    process: one thread with the same LWP and pthread id in both is enough (other LWPs may have been given to new threads).
    Where none are printed, the program counters at the bases of most common threads have to agree: these are the C library's.
    """
    if a.facts.pid is not None and b.facts.pid is not None and a.facts.pid != b.facts.pid:
        return False
    if a.facts.command and b.facts.command and a.facts.command != b.facts.command:
        return False
    ours, theirs = _lwps(a), _lwps(b)
    shared = ours.keys() & theirs.keys()
    pthreads = [(a.columns.thread_pthread[ours[lwp]], b.columns.thread_pthread[theirs[lwp]]) for lwp in shared]
    if any(ours and theirs for ours, theirs in pthreads):
        return any(ours == theirs != 0 for ours, theirs in pthreads)
    return sum(_same_base(a, ours[lwp], b, theirs[lwp]) for lwp in shared) * 2 > len(shared)


def _same_base(a: Dump, ours: int, b: Dump, theirs: int) -> bool:
    bases = _base(a, ours), _base(b, theirs)
    return all(bases[1][name] == pc for name, pc in bases[0].items() if name in bases[1])


def _base(dump: Dump, thread: int) -> dict[bytes, int]:
    """{printed name: program counter} of a thread's outermost frames; debuggers differ in how far out they go."""
    columns = dump.columns
    stop = columns.thread_first[thread] + columns.thread_frames[thread]
    base = {}
    for frame in range(max(columns.thread_first[thread], stop - 3), stop):
        name, pc = columns.site_function[dump.site(frame)], dump.pc(frame)
        if pc and name not in (b"", b"??"):
            base[name] = pc
    return base


def _lwps(dump: Dump) -> dict[int, int]:
    """{LWP: index of its thread}"""
    lwps = dump.columns.thread_lwp
    return {lwps[index]: index for index in range(dump.first_thread, dump.stop_thread) if lwps[index] != UNKNOWN}


def comparable(dumps: Sequence[Dump]) -> tuple[list[Dump], list[Dump]]:
    """(snapshots to compare, the rest): stacks printed by another tool, or with other symbols, differ although nothing moved.

    The largest set that was taken alike is compared; of equal ones that which shows more: gdb's, with symbols of the C library.
    """
    sets: list[list[Dump]] = []
    for dump in dumps:
        home = next((taken for taken in sets if _taken_alike(taken[0], dump)), None)
        if home is None:
            sets.append([dump])
        else:
            home.append(dump)
    best = max(sets, key=lambda taken: (len(taken), taken[0].traits.instant, _has_symbols(taken[0]) is True))
    return best, [dump for taken in sets if taken is not best for dump in taken]


def _taken_alike(a: Dump, b: Dump) -> bool:
    if a.traits.family != b.traits.family:
        return False
    symbols = {_has_symbols(a), _has_symbols(b)} - {None}
    return len(symbols) < 2 and _shows_runtime(a) == _shows_runtime(b)


def _shows_runtime(dump: Dump) -> bool:
    """Whether a goroutine dump shows the run-time's own frames: on SIGQUIT it may, to the program that asks it does not."""
    if dump.traits.language != "go":
        return False
    columns = dump.columns
    last = (columns.thread_first[index] + columns.thread_frames[index] - 1 for index in range(dump.first_thread, dump.stop_thread))
    return any(columns.site_function[dump.site(frame)] == b"runtime.goexit" for frame in last if frame >= 0)


def _has_symbols(dump: Dump) -> bool | None:
    """Whether the C library's frames show its source files; None where no frame is the C library's."""
    locations = dump.columns.site_location
    if any(b"at ../sysdeps/" in location or b"at ./nptl/" in location or b"at ../nptl/" in location for location in locations):
        return True
    return False if any(b"/libc" in location or b"/libpthread" in location for location in locations) else None


# What stands before a number in a name says what it counts.
_COUNTS_SNAPSHOTS = ("snap", "snapshot", "round", "dump", "sample", "time", "run", "take", "try")
_COUNTS_PROCESSES = (
    "p",
    "pid",
    "proc",
    "process",
    "node",
    "dnode",
    "datanode",
    "ctrl",
    "ctl",
    "controller",
    "agent",
    "host",
    "rank",
    "shard",
)


def group_by_name(dumps: Sequence[Dump]) -> list[list[Dump]]:
    """Group dumps whose names differ in one number only, the snapshot's: its removal leaves equally large groups.

    gstack.1.p0.txt gstack.1.p1.txt gstack.2.p0.txt gstack.2.p1.txt → (1.p0, 2.p0), (1.p1, 2.p1)

    Where several numbers would do, the words before them decide, then the leftmost is taken.
    """
    alone = [[dump] for dump in dumps]
    keys = [natural_key(dump.source)[0] for dump in dumps]
    if len(dumps) < 2 or len({tuple(run[0] for run in key) for key in keys}) > 1:
        return alone
    best: tuple[int, list[list[Dump]]] = (0, alone)
    for at, run in enumerate(keys[0]):
        if run[0] != 0:
            continue
        groups: dict[tuple[Run, ...], list[Dump]] = {}
        for dump, key in zip(dumps, keys, strict=True):
            groups.setdefault((*key[:at], *key[at + 1 :]), []).append(dump)
        sizes = {len(members) for members in groups.values()}
        if len(sizes) == 1 and sizes != {1}:
            fit = 2 + _fit(keys[0][at - 1][2] if at else "")
            if fit > best[0]:
                best = (fit, list(groups.values()))
    return best[1]


def _fit(before: str) -> int:
    """How well the text before a number says that it counts snapshots."""
    word = before.rstrip(" ._-/!=").rpartition("/")[2]
    word = word[max(word.rfind(sign) for sign in " ._-!=") + 1 :]
    return 1 if word in _COUNTS_SNAPSHOTS else -1 if word in _COUNTS_PROCESSES else 0


def process_id(dump: Dump) -> int | None:
    """The process's id: what the debugger says, else the LWP of the thread that stands in `main`, else of gdb's thread 1."""
    if dump.facts.pid is not None:
        return dump.facts.pid
    first: int | None = None
    for thread in dump.threads:
        if thread.number == 1 and not dump.traits.numbered:  # gdb's first is the main thread; Java's #1 is not the process
            first = thread.lwp
        if thread.lwp is not None and thread.frames:
            outermost = dump.function(dump.site(thread.first + thread.frames - 1))
            if outermost in ("main", "_start", "<module>"):
                return thread.lwp
    return first if first is not None else (dump.threads[0].lwp if len(dump.threads) == 1 else None)
