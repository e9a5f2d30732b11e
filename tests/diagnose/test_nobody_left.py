"""Results of tasks that no thread is left to bring: promises that wait for each other, tasks whose worker has ended."""

from __future__ import annotations

import pytest

import stackan
from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, lwps, mutex, parked, receive, sleep, thread, told

MAIN = thread(4100, "quoted", sleep(), app("keep_time"), app("main"))
ACCEPTOR = thread(4101, "acceptor", Frame("accept4", "fd=3", "from /lib/libc.so.6"), app("accept_all"), START)
TIMER = thread(4102, "timer", sleep(), app("timer_main"), START)


def asking(number: int, *path: str) -> Thread:
    wait = (
        Frame("syscall", "", "at ../sysdeps/unix/sysv/linux/x86_64/syscall.S:38"),
        Frame("std::__atomic_futex_unsigned_base::_M_futex_wait_until", "", "from /lib/libstdc++.so.6"),
        Frame("std::__atomic_futex_unsigned<2147483648u>::_M_load_when_equal", f"this={0x7F14_8C00_0BC0 + 64 * number:#x}", "at f.h:212"),
        Frame("std::future<int>::get", "this=0x7f1494000b80", "at future:807"),
    )
    return thread(4110 + number, f"session-{number}", wait, *map(app, path or ("ask", "serve")), START)


def findings(*threads: Thread, after: tuple[Thread, ...] = ()) -> stackan.Analysis:
    return analyze(dump(MAIN, *threads), dump(MAIN, *(after or threads)))


def test_it_is_critical_and_says_so_where_all_others_only_make_tasks() -> None:
    analysis = findings(ACCEPTOR, TIMER, asking(1), asking(2))
    assert analysis.verdict == "blocked"
    (finding,) = analysis.findings
    assert (finding.severity, finding.confidence, lwps(finding)) == ("critical", "likely", [4111, 4112])
    assert told(finding, "nobody-left-to-bring-it") == [{"count": 2}]
    assert told(finding, "keep-or-break-promises")


MAY_BRING = {
    "a parked thread may be free for it": thread(4103, "worker", *parked("Queue::pop")),
    "a peer may answer": thread(4103, "puller", receive(9), app("fill"), app("fetch_reply"), app("get_page"), app("pull"), START),
    "a client may speak": thread(4103, "reader", receive(9), app("read_request"), app("talk"), START),
    "a sleeper wakes up": thread(4103, "sender", sleep(), *map(app, ("retry", "send_all", "send_batch", "post", "sender")), START),
    "a lock is the trouble": thread(4103, "posting", mutex(0x5581_3018), app("post"), app("poster"), START),
    "an unknown condition may be signaled in time": thread(4103, "waiter", condition(0x5581_3118, 0x5581_3158), app("other"), START),
}


@pytest.mark.parametrize("other", MAY_BRING.values(), ids=MAY_BRING)
def test_it_is_not_said_where_a_thread_may_bring_it(other: Thread) -> None:
    analysis = findings(ACCEPTOR, TIMER, asking(1), other)
    assert not [finding for finding in analysis.findings if told(finding, "nobody-left-to-bring-it")]


def test_it_is_not_said_where_a_thread_went_on() -> None:
    runs = [thread(4103, "worker", app(f"work_{moment}"), app("worker"), START) for moment in (1, 2)]
    analysis = findings(ACCEPTOR, asking(1), runs[0], after=(ACCEPTOR, asking(1), runs[1]))
    assert not [finding for finding in analysis.findings if told(finding, "nobody-left-to-bring-it")]


def test_it_is_not_said_of_one_snapshot() -> None:
    analysis = analyze(dump(MAIN, ACCEPTOR, asking(1), asking(2)))
    assert analysis.verdict == "inconclusive"
    assert not [finding for finding in analysis.findings if told(finding, "nobody-left-to-bring-it")]
