"""Which snapshots of one process can be compared: those that were taken alike."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.dump import Dump
from stackan.model.formats import RUN_TIMES

_PAIR = 2  # snapshots that show which threads stand still


def comparable(dumps: Sequence[Dump]) -> tuple[list[Dump], list[Dump]]:
    """(snapshots to compare, the rest): stacks printed by another tool, or with other symbols, differ although nothing moved.

    The largest set that was taken alike is compared; of equal ones that which shows more: gdb's, with symbols of the C library.
    Two snapshots of a run-time's own tool are enough to come before any number of native ones, which hide what its threads wait for.
    """
    sets: list[list[Dump]] = []
    for dump in dumps:
        home = next((taken for taken in sets if _taken_alike(taken[0], dump)), None)
        if home is None:
            sets.append([dump])
        else:
            home.append(dump)
    most = max(len(dump.threads) for dump in dumps)

    def merit(taken: list[Dump]) -> tuple[int, ...]:
        first = taken[0]
        newest = dumps.index(first) if first.traits.anonymous else 0  # each of these is a set of its own
        tells = _tells_waits(first, most), not _shows_one_frame(first)
        return min(len(taken), _PAIR), *tells, len(taken), first.traits.instant, _has_symbols(first) is True, newest

    best = max(sets, key=merit)
    return best, [dump for taken in sets if taken is not best for dump in taken]


def _tells_waits(dump: Dump, most: int) -> bool:
    """Whether a dump says what most threads of a process wait for that runs on a run-time.

    In a program that only embeds one, the run-time's own tool shows few of the threads.
    """
    return dump.traits.language in RUN_TIMES and len(dump.threads) * 2 > most


def _taken_alike(a: Dump, b: Dump) -> bool:
    if a.traits.alike != b.traits.alike or a.traits.anonymous:
        return False
    symbols = {_has_symbols(a), _has_symbols(b)} - {None}
    return len(symbols) < 2 and _shows_runtime(a) == _shows_runtime(b) and _shows_one_frame(a) == _shows_one_frame(b)


def _shows_one_frame(dump: Dump) -> bool:
    """Whether a copy from /proc shows where threads sleep (`wchan`), and not their stacks inside of the kernel."""
    return dump.traits.kernel and max(dump.columns.thread_frames[dump.first_thread : dump.stop_thread], default=0) <= 1


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
