"""A pool of the program's own, whose loop calls stored functions: a task is told from a thread's own loop by a parked worker."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, parked, poll_events, progress, receive, sleep, thread

MAIN = thread(5100, "tellerd", sleep(), app("stay"), app("main"))
LOOP = "Pool::loop"
CALLS = {
    "libstdc++": Frame("std::function<void ()>::operator()() const", "this=0x7f3100d8", "at /usr/include/c++/12/bits/std_function.h:591"),
    "libc++": Frame("std::__1::function<void ()>::operator()() const"),
    "boost": Frame("boost::function<void ()>::operator()() const"),
    "invoke": Frame("std::__invoke<void (*&)()>(void (*&)())"),
}
WAITS = {
    "condition": condition(0x5581_D178_4140, 0x5581_D178_4180),
    "socket": receive(7),
    "poll": (Frame("__GI___poll", "fds=0x7f3100c0, nfds=1, timeout=-1", "at ../sysdeps/unix/sysv/linux/poll.c:29"),),
}


def called(number: int, *wait: Frame, call: Frame = CALLS["libstdc++"], name: str = "wrk") -> Thread:
    """What the pool's loop called waits."""
    return thread(5200 + number, f"{name}-{number}", wait, app("query_backend"), call, Frame(f"{LOOP}()"), START)


def spare(number: int, name: str = "wrk") -> Thread:
    return thread(5200 + number, f"{name}-{number}", parked(LOOP))


def stuck(*threads: Thread) -> list[int | str]:
    return [key for key, state in progress(analyze(dump(MAIN, *threads), dump(MAIN, *threads))).items() if state == "stuck"]


@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize("call", CALLS)
def test_what_a_parked_workers_loop_calls_is_a_task(wait: str, call: str) -> None:
    hanging = [called(number, *WAITS[wait], call=CALLS[call]) for number in (1, 2, 3)]
    assert sorted(stuck(*hanging, spare(4)), key=str) == [5201, 5202, 5203]


def test_the_parked_worker_and_those_in_tasks_are_one_pool_with_a_free_worker() -> None:
    text = dump(MAIN, *(called(number, *receive(7)) for number in (1, 2, 3)), spare(4))
    (pool,) = analyze(text, text).processes[0].pools
    assert (pool.dispatch, len(pool.workers), pool.blocked, pool.idle, pool.exhausted) == (LOOP, 4, 3, 1, False)


def test_a_worker_that_was_parked_in_an_earlier_snapshot_is_a_witness_too() -> None:
    hanging = [called(number, *receive(7)) for number in (1, 2)]
    later = [*hanging, called(3, *receive(8))]
    states = progress(analyze(dump(MAIN, *hanging, spare(3)), dump(MAIN, *later), dump(MAIN, *later)))
    assert (states[5201], states[5202]) == ("stuck", "stuck")


@pytest.mark.parametrize("wait", WAITS)
def test_without_a_parked_worker_it_may_as_well_be_a_threads_own_loop(wait: str) -> None:
    assert stuck(*(called(number, *WAITS[wait]) for number in (1, 2, 3, 4))) == []


def test_a_loop_of_another_pool_that_is_run_by_the_same_class_stays_idle() -> None:
    """Servers that take their long-lived threads from a pool give them names of their own."""
    consumers = [called(number, *WAITS["condition"], name="consumer") for number in (1, 2, 3)]
    assert stuck(*consumers, spare(4)) == []


def test_a_pool_that_is_run_by_a_pool_is_parked_in_its_own_loop() -> None:
    inner = [
        thread(5200 + number, f"wrk-{number}", condition(0x5581_D178_4140, 0x5581_D178_4180), Frame("Inner::loop()"), *outer)
        for number, outer in enumerate([(CALLS["libstdc++"], Frame(f"{LOOP}()"), *START)] * 2, 1)
    ]
    busy = thread(
        5208, "wrk-8", receive(7), app("query"), CALLS["libstdc++"], Frame("Inner::loop()"), CALLS["libstdc++"], Frame(f"{LOOP}()"), START
    )
    assert stuck(*inner, busy, spare(9)) == [5208]


@pytest.mark.parametrize("wait", [poll_events(), (Frame("__libc_accept", "fd=3, addr=..., len=0x7f3100c0"),)], ids=["epoll", "accept"])
def test_an_event_loop_that_a_pool_was_given_serves(wait: tuple[Frame, ...]) -> None:
    assert stuck(called(1, *wait), called(2, *wait), spare(3)) == []


def test_a_parked_worker_says_nothing_of_who_came_through_no_stored_function() -> None:
    plain = [thread(5200 + number, f"wrk-{number}", receive(7), app("serve"), Frame(f"{LOOP}()"), START) for number in (1, 2)]
    assert stuck(*plain, spare(3)) == []
