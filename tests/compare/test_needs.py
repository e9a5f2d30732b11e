"""Waits on a condition in the middle of work, known by what the functions are called, and the loops that look like them."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, eu_stack, noted, poll_events, progress, sleep, thread

MAIN = thread(6100, "tellerd", poll_events(), app("main"))  # it hears from outside


def on_condition(lwp: int, *path: str) -> Thread:
    return thread(lwp, "tellerd", condition(0x5581_D178_4140, 0x5581_D178_4100), *map(app, path), START)


def seen_twice(*threads: Thread, form: object = dump) -> dict[int | str, str]:
    text = form(MAIN, *threads)  # type: ignore[operator]
    return progress(analyze(text, text))


@pytest.mark.parametrize(
    "path",
    [
        ("Ring::push", "read_stage"),
        ("ring_put", "read_stage", "run_stage"),
        ("Channel::enqueueOrder", "Desk::read", "Desk::run"),
        ("my_cond_wait", "Accounts::borrow", "transfer", "serve"),
        ("Semaphore::acquire", "Accounts::reserve", "transfer", "serve"),
        ("TurnMonitor::timedWait", "Accounts::acquire", "transfer", "serve"),
        ("Pool::drain", "close_day", "serve"),
        ("Pool::shutdown_and_wait", "close_day", "serve"),
        ("wait_for_event", "Call::wait_for_reply", "Call::invoke", "serve"),
        ("Call::awaitBankResponse", "serve", "Desk::run"),
        ("Future::get", "quote", "serve"),
        ("ReplyPromise::wait", "quote", "serve"),
        ("shm_lock", "book_entry", "serve"),
        ("RowLock::acquire", "book_entry", "serve"),
        ("Cond::wait", "take_gil", "book_entry", "serve"),
        ("enroll_for", "Journal::change_stage", "dispatch_command", "session"),
        ("Monitor::wait", "book_entry", "Session::handleQuery", "Session::serve", "spawned"),
    ],
)
@pytest.mark.parametrize("form", [dump, eu_stack])
def test_a_thread_that_by_its_name_needs_something_is_not_parked(path: tuple[str, ...], form: object) -> None:
    assert seen_twice(on_condition(6101, *path), on_condition(6102, *path), form=form)[6102] == "stuck"


@pytest.mark.parametrize(
    "path",
    [
        ("Ring::pop", "read_stage"),
        ("Ring::take", "Desk::run"),
        ("push",),  # an entry
        ("flush_pages", "flusher", "run"),
        ("push_loop", "Desk::start"),
        ("send_thread_main", "start"),
        ("Semaphore::acquire", "next_job", "worker"),
        ("wait_for_push", "worker"),
        ("PushQueue::get", "worker"),
        ("??", "Ring::push", "worker"),
        ("lock_watch_loop", "worker"),
        ("deadlock_detector", "worker"),
        ("reply_loop", "worker"),
        ("next_item", "handle_requests", "worker"),  # a loop over them
        ("handle_request", "worker"),  # waits itself
        ("next_item", "serve_request_loop", "worker", "start"),
        ("Promise::get", "take_job", "worker"),
        ("Future::wait", "wait_ready", "nextTask", "Worker::run"),
        ("JobPromise::take", "Worker::run"),  # its own loop
    ],
)
def test_a_loop_that_waits_for_work_is_parked_whatever_else_its_names_say(path: tuple[str, ...]) -> None:
    assert seen_twice(on_condition(6101, *path), on_condition(6102, *path))[6102] == "idle"


def test_a_main_thread_that_waits_until_its_threads_are_done_is_parked() -> None:
    main = thread(6100, "tellerd", condition(0x5581_D178_4140, 0x5581_D178_4100), app("Pool::join"), app("main"))
    acceptor = thread(6110, "acceptor", poll_events(), app("listen"), START)
    text = dump(main, on_condition(6101, "Ring::pop", "worker"), acceptor)
    assert progress(analyze(text, text))[6100] == "idle"


def test_who_needs_something_is_stuck_and_its_function_is_named() -> None:
    text = dump(MAIN, *(on_condition(6101 + number, "Ring::push", "read_stage") for number in range(4)))
    analysis = analyze(text, text)
    assert analysis.verdict == "blocked"
    assert "Ring::push" in analysis.headline


@pytest.mark.parametrize("mover", ["runs", "sleeps"])
def test_while_a_thread_works_that_may_bring_it_nobody_is_stuck(mover: str) -> None:
    waiting = [on_condition(6101 + number, "Ring::push", "read_stage") for number in range(4)]

    def at(moment: int) -> bytes:
        work: tuple[Frame, ...] = sleep() if mover == "sleeps" else (Frame(f"compress_{moment}"),)
        stages = map(app, ("write_page", "write_block", "write_stage", "run"))
        return dump(MAIN, *waiting, thread(6110, "tellerd", work, *stages, START))

    analysis = analyze(at(1), at(2))
    assert progress(analysis)[6101] == "unknown"
    assert not [finding for finding in analysis.findings if finding.severity == "critical"]
    assert "others move" in noted(next(track for track in analysis.processes[0].tracks if track.key == 6101))


def test_a_main_thread_that_sleeps_brings_nothing() -> None:
    main = thread(6100, "tellerd", sleep(), app("ms"), app("tick"), app("main"))
    text = dump(main, on_condition(6101, "Ring::push", "read_stage"))
    assert progress(analyze(text, text))[6101] == "stuck"


def test_a_thread_that_keeps_time_brings_nothing() -> None:
    timer = thread(6110, "tellerd", sleep(), app("TIME_sleep"), app("timer_main"), START)
    text = dump(MAIN, on_condition(6101, "Ring::push", "read_stage"), timer)
    assert progress(analyze(text, text))[6101] == "stuck"
