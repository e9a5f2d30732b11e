"""Threads that are all that a process has for what they do, though no pool is declared: they stand still, and so does the service."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, lwps, mutex_without_address, parked, receive, sleep, thread

TIMER = thread(6200, "timer", sleep(), app("timer_main"), START)
OTHERS = [TIMER, *(thread(6300 + number, "helper", *parked("helper_main")) for number in range(9))]
MAIN = thread(6100, "tellerd", sleep(), app("main"))


def asking(number: int) -> Thread:
    return thread(6110 + number, f"serve-{number}", receive(7 + number), *map(app, ("fill", "fetch_reply", "get_page", "serve")), START)


def waiting(number: int) -> Thread:
    return thread(6110 + number, f"serve-{number}", receive(7 + number), app("read_request"), app("serve"), START)


def severities(before: tuple[Thread, ...], after: tuple[Thread, ...] = ()) -> dict[tuple[int | None, ...], str]:
    analysis = analyze(dump(MAIN, *before, *OTHERS), dump(MAIN, *(after or before), *OTHERS))
    return {tuple(lwps(finding)): finding.severity for finding in analysis.findings}


def test_it_is_critical_where_most_threads_of_a_kind_have_asked_in_vain() -> None:
    assert severities((asking(1), asking(2), waiting(3))) == {(6111, 6112): "critical"}


def test_it_is_a_warning_where_most_threads_of_the_kind_are_free() -> None:
    assert severities((asking(1), asking(2), waiting(3), waiting(4), waiting(5))) == {(6111, 6112): "warning"}


def test_it_is_a_warning_where_a_thread_of_the_kind_moves() -> None:
    moving = [thread(6115, "serve-5", Frame(f"render_{moment}"), app("serve"), START) for moment in (1, 2)]
    both = (asking(1), asking(2))
    assert severities((*both, moving[0]), (*both, moving[1])) == {(6111, 6112): "warning"}


LOOPS = ["event_base_loop", "uv_run", "run_poll_loop", "QEventLoop::exec"]


@pytest.mark.parametrize("loop", LOOPS)
def test_it_is_critical_where_an_event_loops_thread_waits_for_a_lock(loop: str) -> None:
    served = thread(6111, "loop", mutex_without_address(), app("store_page"), app("on_readable"), app(loop), app("loop_main"), START)
    assert severities((served,)) == {(6111,): "critical"}


def test_a_thread_that_waits_for_a_lock_outside_of_any_loop_is_a_warning() -> None:
    served = thread(6111, "loop", mutex_without_address(), app("store_page"), app("on_readable"), app("loop_main"), START)
    assert severities((served,)) == {(6111,): "warning"}


def uv(number: int, *path: str, wait: tuple[Frame, ...] = receive(9)) -> Thread:
    return thread(6120 + number, "tellerd", wait, *map(app, path), START)


def test_workers_of_libuv_that_all_read_what_does_not_come_are_an_exhausted_pool() -> None:
    analysis = analyze(*[dump(MAIN, *(uv(number, "uv__fs_read", "uv__fs_work", "worker") for number in range(4)))] * 2)
    assert analysis.verdict == "blocked"
    assert [(len(pool.workers), pool.exhausted) for pool in analysis.processes[0].pools] == [(4, True)]
    assert [finding.severity for finding in analysis.findings] == ["critical"]


def test_a_worker_of_libuv_that_waits_for_work_leaves_its_pool_free() -> None:
    workers = [uv(number, "uv__fs_read", "uv__fs_work", "worker") for number in range(3)]
    idle = uv(4, "uv_cond_wait", "worker", wait=condition(0x5581_D178_4140, 0x5581_D178_4100))
    analysis = analyze(*[dump(MAIN, *workers, idle)] * 2)
    assert [pool.exhausted for pool in analysis.processes[0].pools] == [False]


def test_a_worker_of_libuv_reads_for_its_client_where_the_function_that_reads_is_inlined() -> None:
    analysis = analyze(*[dump(MAIN, *(uv(number, "uv__fs_work", "worker") for number in range(4)))] * 2)
    assert analysis.verdict == "blocked"
