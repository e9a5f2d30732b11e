"""Waits for what any thread may bring are no hang while a thread is at work, nor are waits for a lock that others take in turn."""

from __future__ import annotations

import pytest

import stackan
from tests.dumping import START, Frame, Thread, analyze, app, dump, lwps, mutex, sleep, thread, told, write_lock

LOCK = 0x5581_D178_4180
MAIN = thread(6600, "tellerd", sleep(), app("main"))


def of(*changing: tuple[Thread, Thread], others: list[Thread]) -> stackan.Analysis:
    before, after = ([each[at] for each in changing] for at in (0, 1))
    return analyze(dump(MAIN, *others, *before), dump(MAIN, *others, *after))


# -- goroutines


def goroutines(*stacks: tuple[int, str, str]) -> bytes:
    text = "".join(f"goroutine {number} [{state}]:\n{frames}\n" for number, state, frames in stacks)
    return text.encode()


PRODUCERS = [(number, "chan send", "main.produce(0xc000012345)\n\t/app/p.go:20 +0x44\n") for number in range(20, 26)]


def pipeline(*inner: tuple[str, str]) -> stackan.Analysis:
    """Six producers at a full channel, and a goroutine in two states."""
    texts = [
        goroutines((1, state, f"main.{function}(0x1)\n\t/app/p.go:9 +0x1\nmain.consume()\n\t/app/p.go:30 +0x1\n"), *PRODUCERS)
        for state, function in inner
    ]
    return analyze(*texts)


def test_a_pipeline_whose_consumer_computes_is_progressing() -> None:
    analysis = pipeline(("running", "crunch"), ("runnable", "fold"))
    assert analysis.verdict == "progressing"
    (convoy,) = analysis.findings
    assert (convoy.severity, convoy.confidence) == ("info", "possible")
    assert told(convoy, "may-bring-it") == [{"count": 1, "thread": 1}]


def test_a_pipeline_without_a_thread_at_work_is_blocked() -> None:
    analysis = pipeline(("select", "tick"), ("sleep", "tock"))
    assert analysis.verdict == "blocked"


def test_a_channel_from_which_one_of_the_waiters_has_gone_on_moves() -> None:
    waits, on = "main.produce(0xc000012345)\n\t/app/p.go:20 +0x44\n", "main.rest(0x1)\n\t/app/p.go:50 +0x1\n"
    analysis = analyze(*(goroutines((7, state, frames), *PRODUCERS) for state, frames in (("chan send", waits), ("select", on))))
    assert analysis.verdict == "progressing"


# -- locks that are taken in turn


def reader(lwp: int, wait: tuple[Frame, ...]) -> Thread:
    return thread(lwp, "reader", wait, app("lookup"), app("reader"), START)


def away(lwp: int) -> Thread:
    return thread(lwp, "reader", sleep(), app("reader"), START)


@pytest.mark.parametrize("wait", [write_lock(LOCK), mutex(LOCK)])
def test_a_lock_to_which_more_siblings_have_come_than_stood_there_moves(wait: tuple[Frame, ...]) -> None:
    arrivals = [(away(lwp), reader(lwp, wait)) for lwp in (6611, 6612, 6613)]
    analysis = of(*arrivals, others=[reader(6601, wait), reader(6602, wait)])
    (finding,) = [each for each in analysis.findings if each.kind == "stuck-wait"]
    assert (lwps(finding), finding.confidence) == ([6601, 6602], "possible")
    assert told(finding, "others-have-come") == [{"count": 3}]
    assert analysis.verdict == "progressing"


def test_a_lock_behind_which_most_stand_holds_up_who_comes_to_it() -> None:
    arrivals = [(away(lwp), reader(lwp, mutex(LOCK))) for lwp in (6611, 6612)]
    analysis = of(*arrivals, others=[reader(lwp, mutex(LOCK)) for lwp in (6601, 6602)])
    assert analysis.verdict == "blocked"


def test_other_work_that_comes_to_a_lock_does_not_say_that_it_moves() -> None:
    other = [thread(lwp, "batch", mutex(LOCK), app("refresh"), app("batch"), START) for lwp in (6611, 6612, 6613)]
    arrivals = [(away(each.lwp), each) for each in other]
    assert of(*arrivals, others=[reader(6601, mutex(LOCK)), reader(6602, mutex(LOCK))]).verdict == "blocked"
