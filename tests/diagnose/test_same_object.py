"""Hints at who may hold a lock: by the object in which it lies, on other stacks and on the waiter's own."""

from __future__ import annotations

from typing import Any

import pytest

import stackan
from tests.dumping import START, Frame, analyze, app, condition, dump, mutex, parked, thread, told, write_lock

LOCK = 0x5581_3018
OBJECT = 0x5581_3000
MAIN = thread(4100, "srv", parked("Quiet::loop"))
WAITER = thread(4301, "wrk", mutex(LOCK), app("Client::stop"), START)


def hints(analysis: stackan.Analysis) -> list[dict[str, Any]]:
    """What the finding about 4301 says of who may hold the lock."""
    (finding,) = (each for each in analysis.findings if 4301 in [track.lwp for _, track in each.threads])
    names = (
        "may-hold-by-object",
        "may-hold-itself",
        "may-hold-itself-to-read",
        "may-hold-itself-in-handler",
        "may-hold-by-word",
        "may-hold-as-only-one",
        "may-hold",
    )
    return [{"name": name, **said} for name in names for said in told(finding, name)]


@pytest.mark.parametrize("argument", [f"this={OBJECT:#x}", f"this=this@entry={OBJECT:#x}, n=1", f"lock={LOCK:#x}"])
def test_who_works_on_the_object_in_which_the_lock_lies_may_hold_it(argument: str) -> None:
    other = thread(4302, "link", condition(0x5590_0000, 0x5590_0040), app("Link::wait"), app("Transport::connect", argument), START)
    (hint,) = hints(analyze(dump(MAIN, WAITER, other)))
    assert (hint["name"], hint["function"]) == ("may-hold-by-object", "Transport::connect")


@pytest.mark.parametrize("argument", [f"this={LOCK - 256:#x}", f"this={LOCK + 8:#x}", f"n={OBJECT:#x}"])
def test_who_works_on_something_else_is_not_named_for_it(argument: str) -> None:
    other = thread(4302, "link", condition(0x5590_0000, 0x5590_0040), app("Link::wait"), app("Transport::connect", argument), START)
    assert "may-hold-by-object" not in [hint["name"] for hint in hints(analyze(dump(MAIN, WAITER, other)))]


def test_a_callback_on_an_object_that_the_thread_works_on_further_out_may_wait_for_the_thread_itself() -> None:
    stack = (
        app("connected", f"arg={OBJECT:#x}"),
        app("flush", "ctx=0x7ffd4adf27d0"),
        app("link_up", f"con={OBJECT:#x}, result=0x55900000"),
    )
    (hint,) = hints(analyze(dump(MAIN, thread(4301, "wrk", mutex(LOCK), *stack, START))))
    assert (hint["name"], hint["function"], hint["object"]) == ("may-hold-itself", "link_up", f"{OBJECT:#x}")


def test_one_method_that_calls_another_of_its_object_is_no_callback() -> None:
    stack = (app("Link::send", f"this={OBJECT:#x}"), app("Link::post", f"this={OBJECT:#x}"))
    assert hints(analyze(dump(MAIN, thread(4301, "wrk", mutex(LOCK), *stack, START)))) == []


@pytest.mark.parametrize(("outer", "named"), [(f"this={OBJECT:#x}", True), ("", False), ("this=0x55813800", False)])
def test_a_function_that_takes_the_lock_and_is_on_the_stack_twice_may_have_it(outer: str, named: bool) -> None:
    stack = (app("Cache::get", f"this={OBJECT:#x}"), app("load"), app("Cache::get", outer))
    found = [hint["name"] for hint in hints(analyze(dump(MAIN, thread(4301, "wrk", mutex(LOCK), *stack, START))))]
    assert ("may-hold-itself" in found) == named


@pytest.mark.parametrize(
    ("wait", "outer", "named"),
    [
        (write_lock(LOCK), OBJECT, True),
        (write_lock(LOCK), 0x5581_3800, False),
        (mutex(LOCK), OBJECT, False),  # whoever has a mutex and takes it again would never get past this
    ],
)
def test_who_waits_to_write_may_have_the_lock_to_read_from_a_function_that_takes_it(
    wait: tuple[Frame, ...], outer: int, named: bool
) -> None:
    writer = thread(4301, "wrk", wait, app("Cache::fill"), app("Cache::get", f"this={outer:#x}"), START)
    others = (thread(lwp, "wrk", wait, app("Cache::get", f"this={OBJECT:#x}"), START) for lwp in (4302, 4303))
    found = [(hint["name"], hint.get("thread")) for hint in hints(analyze(dump(MAIN, writer, *others)))]
    assert (("may-hold-itself-to-read", 4301) in found) == named


def test_a_signals_handler_may_wait_for_what_the_signal_has_interrupted() -> None:
    stack = (app("on_signal"), Frame("<signal handler called>"), Frame("raise", "sig=10", "at pt-raise.c:26"), app("log_line"))
    (hint,) = hints(analyze(dump(MAIN, thread(4301, "wrk", mutex(LOCK), *stack, START))))
    assert (hint["name"], hint["function"]) == ("may-hold-itself-in-handler", "log_line")


def test_a_recursive_lock_does_not_keep_its_own_thread_waiting() -> None:
    stack = (app("std::recursive_mutex::lock"), app("on_signal"), Frame("<signal handler called>"), app("log_line"))
    assert hints(analyze(dump(MAIN, thread(4301, "wrk", mutex(LOCK), *stack, START)))) == []


def test_the_only_thread_that_is_neither_parked_nor_in_front_of_the_lock_may_hold_it() -> None:
    flusher = thread(4302, "flush", mutex(0x5590_0000), app("flush_journal"), START)
    (hint,) = hints(analyze(dump(MAIN, WAITER, flusher)))
    assert (hint["name"], hint["thread"]) == ("may-hold-as-only-one", 4302)


def test_two_of_them_leave_it_open() -> None:
    flushers = [thread(lwp, "flush", mutex(lwp * 0x100000), app("flush_journal"), START) for lwp in (4302, 4303)]
    assert hints(analyze(dump(MAIN, WAITER, *flushers))) == []


@pytest.mark.parametrize(
    ("symbol", "function", "named"),
    [
        ("g_lua", "lua_pcall", True),
        ("journal_lock", "Journal::flush", True),
        ("LedgerMutex", "flush_ledger<int>", True),
        ("big_lock", "lock_tables", False),  # a word that says nothing
        ("g_lua", "evaluate", False),
    ],
)
def test_a_lock_whose_name_shares_a_word_with_a_stuck_threads_function_may_be_held_there(symbol: str, function: str, named: bool) -> None:
    waiter = thread(4301, "wrk", mutex(LOCK, symbol), app("Client::stop"), START)
    others = [thread(4302, "a", mutex(0x5590_0000), app(function), START), thread(4303, "b", mutex(0x5591_0000), app("visit"), START)]
    found = [hint["thread"] for hint in hints(analyze(dump(MAIN, waiter, *others))) if hint["name"] == "may-hold-by-word"]
    assert found == [4302] * named


@pytest.mark.parametrize(("runtime", "told_so"), [("tokio::runtime::task::raw::poll", True), ("std::thread::run", False)])
def test_a_lock_that_no_thread_of_a_run_time_for_tasks_holds_may_be_a_suspended_tasks(runtime: str, told_so: bool) -> None:
    workers = [thread(lwp, "tokio-worker", mutex(LOCK), app("handle"), app(runtime), START) for lwp in (4301, 4302)]
    (finding,) = (each for each in analyze(dump(MAIN, *workers)).findings if 4301 in [track.lwp for _, track in each.threads])
    assert len(told(finding, "suspended-task-may-hold")) == told_so


def test_no_collector_moves_the_objects_of_a_native_program() -> None:
    """The middle snapshot prints no address, so that each is in the place of the one before."""
    unprinted = thread(4301, "wrk", [frame._replace(arguments="") for frame in mutex(LOCK)], app("Client::stop"), START)
    other = thread(4301, "wrk", mutex(LOCK + 0x40), app("Client::stop"), START)
    (finding,) = analyze(dump(MAIN, WAITER), dump(MAIN, unprinted), dump(MAIN, other)).findings
    assert told(finding, "same-place") and not told(finding, "object-has-moved")
