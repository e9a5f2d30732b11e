"""Processes that nothing from outside can reach, and what leaves a door open."""

from __future__ import annotations

import pytest

from tests.dumping import (
    LIBC,
    START,
    Frame,
    Thread,
    analyze,
    app,
    condition,
    dump,
    eu_stack,
    join,
    mutex_without_address,
    noted,
    poll_events,
    progress,
    receive,
    sleep,
    thread,
)

MAIN = thread(6100, "tellerd", join(6101), app("main"))
PARKED = [thread(6101 + number, "stage", condition(0x5581_D178_4140, 0x5581_D178_4100), app("stage_main"), START) for number in range(2)]


def states(*threads: Thread, form: object = dump, snapshots: int = 2) -> set[str]:
    text = form(MAIN, *PARKED, *threads)  # type: ignore[operator]
    found = progress(analyze(*[text] * snapshots))
    return {found[6101], found[6102]}


@pytest.mark.parametrize("form", [dump, eu_stack])
def test_where_no_thread_hears_from_outside_nothing_is_parked(form: object) -> None:
    assert states(form=form) == {"stuck"}


def test_threads_that_were_taken_out_of_a_list_do_not_show_that_there_is_no_door() -> None:
    text = dump(*PARKED, first_number=6)
    analysis = analyze(text, text)
    assert set(progress(analysis).values()) == {"idle"}
    assert (analysis.verdict, analysis.findings) == ("inconclusive", ())
    assert [each.values for each in analysis.headline_facts if each.name == "only-some-threads"] == [{"count": 2}]


def test_the_verdict_is_blocked_and_the_reason_is_told() -> None:
    text = dump(MAIN, *PARKED)
    analysis = analyze(text, text)
    assert analysis.verdict == "blocked"
    assert {noted(track) for track in analysis.processes[0].tracks if track.key != 6100} == {
        "no thread of the process hears from outside: each waits for what only another one can give"
    }


def semaphore(private: str, operation: int) -> tuple[Frame, ...]:
    return (
        Frame(
            "__futex_abstimed_wait_common64",
            f"private={private}, abstime=0x0, op={operation}, futex_word=0x55d1",
            "at ./nptl/futex-internal.c:57",
        ),
        Frame("__new_sem_wait_slow64", "sem=0x55d1, abstime=0x0, clockid=0", "at ./nptl/sem_waitcommon.c:183"),
    )


UNSHARED = semaphore("0", 393)


@pytest.mark.parametrize(
    "door",
    [
        thread(6110, "acceptor", poll_events(), app("listen_main"), START),
        thread(6110, "reader", receive(7), app("read_packet"), app("session"), START),
        thread(6110, "timer", sleep(), app("timer_main"), START),
        thread(6110, "signals", Frame("sigwait", "", LIBC), app("signal_main"), START),
        thread(6110, "runs", Frame("compress", "", "at teller.cc:4"), app("pack_main"), START),
        thread(6110, "shared", semaphore("128", 265), app("jobs_main"), START),
        thread(6110, "nameless", Frame("??", "", "from /opt/teller/libx.so", 0x7F12_3456), app("x_main"), START),
        thread(6110, "rule", condition(0x5581_D178_5140, 0x5581_D178_5100), app("bioProcessBackgroundJobs"), START),
    ],
    ids=lambda each: each.name,
)
def test_a_thread_that_may_hear_from_outside_leaves_a_door_open(door: Thread) -> None:
    assert states(door) == {"idle"}


def test_a_semaphore_that_is_printed_as_private_is_no_door() -> None:
    assert states(thread(6110, "own", UNSHARED, app("jobs_main"), START)) == {"stuck"}


def test_a_semaphore_may_be_anybodys_where_nothing_is_printed() -> None:
    assert states(thread(6110, "own", UNSHARED, app("jobs_main"), START), form=eu_stack) == {"idle"}


def test_one_snapshot_shows_no_standstill() -> None:
    assert states(snapshots=1) == {"idle"}


def test_where_a_thread_stands_before_a_lock_that_is_the_trouble() -> None:
    assert states(thread(6110, "clerk", mutex_without_address(), app("book"), app("clerk_main"), START)) == {"idle"}


def test_a_thread_that_came_since_may_have_opened_a_door() -> None:
    new = thread(6110, "stage", condition(0x5581_D178_4140, 0x5581_D178_4100), app("stage_main"), START)
    assert progress(analyze(dump(MAIN, *PARKED), dump(MAIN, *PARKED, new)))[6101] == "idle"
