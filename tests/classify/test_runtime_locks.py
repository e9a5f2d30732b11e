"""Locks and queues that are none of glibc's: what a stack says of those of C++ libraries and of Rust, in real dumps (dumps/runtimes/)."""

from __future__ import annotations

from pathlib import Path

import stackan
from stackan import wording
from tests.dumping import START, Frame, Thread, analyze, app, dump, mutex_without_address, noted, progress, thread

DUMPS = Path(__file__).parent.parent / "dumps" / "runtimes"


def real(name: str) -> stackan.Analysis:
    """Two snapshots of one program, taken by gdb."""
    return stackan.analyze(stackan.load(*(DUMPS / f"{name}{number}.txt.xz" for number in (1, 2))))


def waits(analysis: stackan.Analysis) -> dict[str, tuple[str, str | None]]:
    """{name of a thread that is stuck: the kind of what it waits for, and its address}"""
    rows = analysis.to_dict()["processes"][0]["threads"]
    return {row["name"]: (wait["kind"], wait["address"]) for row in rows if row["progress"] == "stuck" for wait in row["waits_for"]}


def idle(analysis: stackan.Analysis) -> set[str | None]:
    """Names of the threads that are parked; those that only keep time are none."""
    return {track.name for track in analysis.processes[0].tracks if track.progress == "idle" and track.place.role != "timer"}


def test_abseils_locks_are_told_from_its_conditions_whatever_its_build() -> None:
    analysis = real("abseil")
    assert waits(analysis) == {
        "w_lock": ("mutex", "0x55740cfe5578"),
        "w_read": ("mutex", "0x55740cfe5578"),
        "ab": ("mutex", "0x55740cfe5588"),
        "ba": ("mutex", "0x55740cfe5590"),
        "w_once": ("once", "0x55740cfe5554"),
    }
    assert idle(analysis) == {"w_cond", "w_await", "w_note"}


def test_who_runs_abseils_initializer_is_named() -> None:
    assert any("LWP 11884 h_once holds it" in wording.title(finding) for finding in real("abseil").findings)


def test_rusts_locks_are_told_from_its_channels_and_from_parking() -> None:
    analysis = real("rust")
    assert {name: kind for name, (kind, _) in waits(analysis).items()} == {
        **dict.fromkeys(("w_mutex", "ab", "ba"), "mutex"),
        **dict.fromkeys(("w_read", "w_write"), "rwlock"),
        **dict.fromkeys(("w_once", "w_oncelock"), "once"),
        "w_barrier": "barrier",
        "w_send": "condition",
    }
    assert idle(analysis) >= {"w_recv", "w_park", "w_cond"}
    assert any(
        "LWP 10084 w_send waits for room in a channel, which its receiver makes" in wording.title(finding) for finding in analysis.findings
    )


def test_workers_that_share_a_receiver_behind_a_mutex_are_idle() -> None:
    analysis = real("book")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert "5 of them for their turn to receive jobs, as far as stacks tell" in analysis.headline
    assert "LWP 10332" in next(noted(track) for track in analysis.processes[0].tracks if track.lwp == 10337)


# -- std::atomic::wait: dumps/runtimes/atomic.cpp


def watch(number: int, *path: str) -> Thread:
    """Waits as long as an atomic has a value."""
    frames = (
        Frame("syscall", "", "at ../sysdeps/unix/sysv/linux/x86_64/syscall.S:38"),
        Frame("std::__detail::__platform_wait<int>", "__addr=__addr@entry=0x56514f4da368 <work>, __val=0"),
        Frame("std::__atomic_base<int>::wait", "this=0x56514f4da368 <work>, __old=0, __m=std::memory_order::seq_cst"),
    )
    return thread(6200 + number, f"thr-{number}", frames, *map(app, path), START)


def stuck(*threads: Thread) -> int:
    text = dump(*threads)
    return sum(state == "stuck" for state in progress(analyze(text, text)).values())


def test_workers_that_watch_one_atomic_in_one_place_wait_for_work() -> None:
    analysis = real("atomic")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert "6 of them for an atomic value to change: for work" in analysis.headline


def test_an_atomic_that_is_watched_in_different_places_is_no_queue() -> None:
    assert stuck(watch(1, "next_job", "worker"), watch(2, "next_job", "worker"), watch(3, "wait_for_reply", "session")) == 3


def test_a_lock_that_is_made_of_an_atomic_is_no_queue() -> None:
    assert stuck(*(watch(number, "SpinMutex::lock", "worker") for number in (1, 2, 3))) == 3


def test_jemallocs_lock_is_the_allocators_and_no_background_thread() -> None:
    inside = (*mutex_without_address(), Frame("je_malloc_mutex_lock_slow"), Frame("je_arena_extent_alloc_large"), Frame("operator new"))
    text = dump(thread(4300, "srv", Frame("accept"), app("serve"), app("main")), thread(4301, "exec", *inside, app("Cache::evict"), START))
    analysis = analyze(text, text)
    assert progress(analysis)[4301] == "stuck"
    assert "the memory allocator's lock" in wording.title(analysis.findings[0])
