"""Event loops whose thread does not come back from a callback, while another thread waits for what the loop delivers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dumping import START, Frame, analyze, app, condition, dump, progress, thread, unnamed
from tests.parsing.texts import analyzed

LOOP = """\
Process 24049: python3 srv.py
Python v3.11.7 (/usr/bin/python3.11)

Thread 24049 ({state}): "MainThread"
    read_state (srv.py:{line})
    handler (srv.py:11)
    Handle._run (asyncio/events.py:80)
    BaseEventLoop._run_once (asyncio/base_events.py:1922)
    BaseEventLoop.run_forever (asyncio/base_events.py:607)
    <module> (srv.py:17)
"""
WAITER = """\
Thread 24061 (idle): "updater"
    Condition.wait (threading.py:327)
    Future.result (concurrent/futures/_base.py:451)
    updater (srv.py:8)
    Thread.run (threading.py:982)
    Thread._bootstrap_inner (threading.py:1045)
    Thread._bootstrap (threading.py:1002)
"""


def test_who_waits_for_a_loop_waits_for_its_callback(tmp_path: Path) -> None:
    text = LOOP.format(state="idle", line=13) + WAITER
    document = analyzed(tmp_path, text, text)
    assert document["verdict"] == "blocked"
    assert {thread["lwp"]: thread["progress"] for thread in document["processes"][0]["threads"]} == {24049: "stuck", 24061: "stuck"}
    (finding,) = (each for each in document["findings"] if each["threads"][0]["lwp"] == 24049)
    assert finding["title"] == "LWP 24049 MainThread stands in srv.py:read_state, called from its event loop"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LOOP.format(state="idle", line=13), LOOP.format(state="idle", line=13)),  # nobody waits
        (LOOP.format(state="idle", line=13) + WAITER, LOOP.format(state="idle", line=14) + WAITER),  # it moves
        (LOOP.format(state="active", line=13) + WAITER, LOOP.format(state="active", line=13) + WAITER),  # it runs
        ((LOOP.format(state="idle", line=13) + WAITER).replace("    Handle._run (asyncio/events.py:80)\n", ""),) * 2,  # no callback
    ],
)
def test_a_callback_that_moves_or_keeps_nobody_waiting_is_not_stuck(tmp_path: Path, before: str, after: str) -> None:
    threads = analyzed(tmp_path, before, after)["processes"][0]["threads"]
    assert "stuck" not in [thread["progress"] for thread in threads if thread["lwp"] == 24049]


def test_a_nameless_wait_in_a_callback_of_glib_is_the_loops() -> None:
    loop = (app("on_tick"), Frame("g_main_context_dispatch", "", "from /lib/libglib-2.0.so.0"), Frame("g_main_loop_run"), app("main"))
    stack = (Frame("syscall", "", "at syscall.S:38"), unnamed(0x7F41_C31B_B99C, "/lib/libglib-2.0.so.0"), *loop)
    waiter = thread(
        7102, "updater", condition(0x5590_0000, 0x5590_0040), app("invoke_and_wait"), app("std::packaged_task::operator()"), START
    )
    text = dump(thread(7100, "srv", *stack), waiter)
    assert progress(analyze(text, text)) == {7102: "stuck", 7100: "stuck"}


@pytest.mark.parametrize(
    ("function", "root", "found"),
    [
        ("Store::write_all", "main", "stuck"),
        ("Queue::pop", "main", "idle"),  # the callback is a loop of its own
        ("Store::write_all", "worker_main", "idle"),  # a slot that runs for ever in a thread of its own is one, too
    ],
)
def test_a_condition_in_a_callback_of_the_main_threads_loop_is_no_rest(function: str, root: str, found: str) -> None:
    loop = (app("on_tick"), Frame("g_main_context_dispatch"), Frame("g_main_loop_run"), app(root), *(() if root == "main" else (START,)))
    waiting = thread(7000, "stored", condition(0x5581_9000, 0x5581_9040), app(function), *loop)
    text = dump(waiting, thread(7001, "net", Frame("__GI___poll", "fds=0x5581, nfds=3, timeout=-1"), app("net_loop"), START))
    assert progress(analyze(text, text))[7000] == found
