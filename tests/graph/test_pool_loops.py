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


# -- the loop takes its work by a helper


def below(number: int, *path: str, wait: tuple[Frame, ...] = WAITS["condition"], name: str = "wrk") -> Thread:
    """A thread that waits below these functions, innermost first; `CALL` is a stored function's call."""
    frames = [CALLS["libstdc++"] if function == "CALL" else Frame(f"{function}()") for function in path]
    return thread(5200 + number, f"{name}-{number}", wait, *frames, START)


READS = (Frame("__GI___libc_read", "nbytes=8, buf=0x7f3100c0, fd=16", "at ../sysdeps/unix/sysv/linux/read.c:26"),)


def test_a_worker_that_waits_in_the_loops_helper_shows_that_others_run_tasks() -> None:
    stopper = below(1, "Pool::count_all", "CALL", LOOP)
    assert stuck(stopper, *(below(number, "Pool::next", LOOP) for number in (2, 3, 4))) == [5201]


def test_a_helper_that_takes_no_work_shows_no_loop() -> None:
    stopper = below(1, "Pool::count_all", "CALL", LOOP)
    assert stuck(stopper, *(below(number, "Pool::report_all", LOOP) for number in (2, 3, 4))) == []


def test_a_helper_that_a_stored_function_called_shows_nothing_of_what_called_that() -> None:
    """A class that wraps threads calls their own loops so."""
    assert stuck(below(1, "report", "CALL", "Thread::run"), *(below(number, "Jobs::pop", "CALL", "Thread::run") for number in (2, 3))) == []


@pytest.mark.parametrize("wait", [WAITS["poll"], WAITS["condition"]], ids=["poll", "condition"])
def test_who_waits_deep_in_a_loop_that_reads_its_work_is_in_a_task(wait: tuple[Frame, ...]) -> None:
    spare_one = below(9, "Distributor::distribute", wait=READS)
    asking = [below(number, "CoProcess::ask", "Backend::find", "Distributor::distribute", wait=wait) for number in (1, 2, 3)]
    assert sorted(stuck(*asking, spare_one), key=str) == [5201, 5202, 5203]


def test_who_waits_for_a_reply_deep_in_an_event_loops_callback_is_in_a_task_whatever_that_is_called() -> None:
    loop = below(9, "reactor_loop", wait=(*poll_events(),))
    asking = [below(number, "Reply::get", "resolve", "on_readable", "reactor_loop") for number in (1, 2)]
    assert sorted(stuck(*asking, loop), key=str) == [5201, 5202]


def test_one_function_between_the_loop_and_its_wait_may_be_another_place_to_park() -> None:
    assert stuck(below(1, "Distributor::pause", "Distributor::distribute"), below(9, "Distributor::distribute", wait=READS)) == []


def test_who_reads_deep_in_a_loop_that_takes_connections_from_a_queue_may_read_from_a_client() -> None:
    spare_one = below(9, "Ring::take", "serve_all")
    reading = [below(number, "read_request", "serve", "serve_all", wait=READS) for number in (1, 2)]
    assert stuck(*reading, spare_one) == []


# -- nobody is parked: the exhausted pool


def lease(number: int, *path: str) -> Thread:
    return below(number, "Ledger::settle", "write_audit", "transfer", "CALL", *path)


def test_deep_waits_below_what_a_loop_called_are_tasks_without_a_parked_worker() -> None:
    text = dump(MAIN, *(lease(number, LOOP) for number in (1, 2, 3)))
    analysis = analyze(text, text)
    (pool,) = analysis.processes[0].pools
    assert (analysis.verdict, pool.dispatch, pool.blocked, pool.exhausted) == ("blocked", LOOP, 3, True)


def test_one_thread_alone_makes_no_pool() -> None:
    assert stuck(lease(1, LOOP)) == []


@pytest.mark.parametrize(
    "path",
    [
        ("Ledger::settle", "write_audit", "transfer", "CALL", "Thread::entry"),
        ("Flusher::until_dirty", "Flusher::one_round", "Flusher::go", "CALL", "WorkerThread::run"),
        ("Queue::pop", "Jobs::take", "CALL", LOOP),
        ("Event::wait", "refresh", "CALL", LOOP),
        ("Log::rotated", "Log::flush", "Log::run", "CALL", LOOP),
    ],
    ids=["no-loop", "of-a-thread", "takes-work", "shallow", "a-thread's-body"],
)
def test_what_else_a_stored_function_does_may_be_a_threads_own_work(path: tuple[str, ...]) -> None:
    assert stuck(*(below(number, *path) for number in (1, 2, 3))) == []


def test_what_a_pool_s_loop_calls_by_a_virtual_function_is_a_task_too() -> None:
    def leasing(*outer: str) -> list[Thread]:
        return [below(number, "Ledger::settle", "Audit::write", "Audit::run", *outer) for number in (1, 2, 3)]

    assert sorted(stuck(*leasing("ThreadPool::work_loop")), key=str) == [5201, 5202, 5203]
    assert stuck(*leasing("WorkerThread::run")) == []  # a class that wraps threads
    assert stuck(*leasing("Audit::loop")) == []  # a loop of its own
