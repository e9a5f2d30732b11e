"""Pools whose loop has no name: the program's own names for its threads show them."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, mutex, receive, sleep, thread

MAIN = thread(7100, "beamd", sleep(), app("stay"), app("main"))
NAMELESS = (Frame("?? "), Frame("?? "))
OPENS = (Frame("__libc_open64", 'file=0x7f7d "/srv/fifo", oflag=0', "at ../sysdeps/unix/sysv/linux/open64.c:41"), Frame("efile_open"))
READS = (Frame("__GI___libc_read", "nbytes=8, buf=0x7f3100c0, fd=16", "at ../sysdeps/unix/sysv/linux/read.c:26"),)
PARKED = condition(0x5581_D178_4140, 0x5581_D178_4180)


def named(name: str, at: int, *frames: Frame | tuple[Frame, ...]) -> Thread:
    return thread(7200 + at, name, *frames, NAMELESS, START)


def pools(*threads: Thread) -> list[tuple[str, int, bool]]:
    text = dump(MAIN, *threads)
    return [(pool.name, len(pool.workers), pool.exhausted) for pool in analyze(text, text).processes[0].pools]


def test_threads_that_are_numbered_from_one_and_all_in_a_file_are_an_exhausted_pool() -> None:
    assert pools(*(named(f"{at}_dirty_io_sched"[:15], at, OPENS) for at in range(1, 12))) == [("dirty_io_sch", 11, True)]


def test_a_parked_thread_shows_that_the_numbered_ones_take_work() -> None:
    assert pools(*(named(f"aio-{at}", at, OPENS) for at in range(3)), named("aio-3", 3, PARKED)) == [("aio", 4, False)]


def test_numbers_with_gaps_are_those_of_clients() -> None:
    assert pools(*(named(f"conn-{at}", at, OPENS) for at in (1, 2, 5))) == []


@pytest.mark.parametrize("wait", [mutex(0x5581_D178_4140), receive(7)], ids=["lock", "socket"])
def test_numbered_threads_that_wait_for_a_lock_or_a_peer_are_no_pool(wait: tuple[Frame, ...]) -> None:
    assert pools(*(named(f"client-{at}", at, wait) for at in range(3))) == []


@pytest.mark.parametrize("wait", [PARKED, READS], ids=["condition", "pipe"])
def test_threads_of_one_name_that_are_parked_at_one_place_are_a_pool(wait: tuple[Frame, ...]) -> None:
    assert pools(*(named("distributor", at, wait) for at in range(3))) == [("distributor", 3, False)]


def test_threads_of_one_name_that_receive_from_clients_are_no_pool() -> None:
    assert pools(*(named("connection", at, receive(7)) for at in range(3))) == []


def test_the_process_s_own_name_names_no_pool() -> None:
    assert pools(*(named("beamd", at, PARKED) for at in range(3))) == []


def test_threads_that_came_after_the_first_snapshot_were_not_made_together() -> None:
    crew = [named(f"aio-{at}", at, OPENS) for at in range(4)]
    analysis = analyze(dump(MAIN, *crew[:3]), dump(MAIN, *crew))
    assert analysis.processes[0].pools == ()


def test_threads_of_one_name_that_wait_alike_deep_inside_of_requests_are_no_pool() -> None:
    inside = [app(function) for function in ("await_backend", "fetch", "respond", "serve")]
    assert pools(*(named("cache-worker", at, PARKED, *inside) for at in range(3))) == []
