"""Threads that a person has copied out of gdb's list: what the others do is not known."""

from __future__ import annotations

from tests.dumping import START, Thread, analyze, app, condition, dump, thread


def parked(lwp: int) -> Thread:
    return thread(lwp, "wrk", condition(0x5581_3000, 0x5581_3030), app("Queue::pop"), START)


def test_a_list_without_the_initial_thread_makes_no_process_idle() -> None:
    threads = [parked(4200 + at) for at in range(3)]
    assert analyze(dump(*threads)).verdict == "idle"
    assert analyze(dump(*threads, first_number=40)).verdict == "inconclusive"
