"""One word for a process and one for the case."""

from __future__ import annotations

from itertools import combinations

import pytest

from stackan import wording
from stackan.diagnose import judge_case
from tests.dumping import (
    START,
    Frame,
    Thread,
    analyze,
    app,
    condition,
    dump,
    future,
    guarded_mutex,
    join,
    kinds,
    lock_guard,
    mutex,
    parked,
    poll_events,
    progress,
    receive,
    run_by,
    sleep,
    spin,
    thread,
    unnamed,
)

MAIN = thread(4100, "tellerd", sleep(), app("wait_a_little"), app("main"))
ORDER = ["recovering", "deadlock", "worker-exhaustion", "blocked", "spinning", "progressing", "inconclusive", "idle"]

LEFT, RIGHT = 0x5581_1000, 0x5581_2000
DEADLOCK = [
    thread(4301, "left", guarded_mutex(RIGHT), app("move", locals=(lock_guard(LEFT), lock_guard(RIGHT))), START),
    thread(4302, "right", guarded_mutex(LEFT), app("move", locals=(lock_guard(RIGHT), lock_guard(LEFT))), START),
]
EXHAUSTED = [thread(4200 + number, f"wrk-{number}", future(), app("handle"), run_by()) for number in range(3)]
CONVOY = [thread(5000 + number, f"client-{number}", mutex(0x5581_3000), app("append"), START) for number in range(3)]
SPINNER = [thread(4400, "spinner", spin(), app("take_ticket"), START)]
IDLE_LOOP = [thread(4450, "loop", poll_events(), app("event_loop"), START)]
IDLE = [thread(4500 + number, f"parked-{number}", parked("Quiet::loop")) for number in range(3)]


# -- findings that are only worth knowing


def test_an_initial_thread_that_waits_for_a_result_is_worth_knowing_and_makes_a_process_at_rest_inconclusive() -> None:
    text = dump(thread(4100, "tellerd", future(), app("serve_until_told"), app("main")), *IDLE, *IDLE_LOOP)

    analysis = analyze(text, text)

    assert [(finding.kind, finding.severity, finding.confidence) for finding in analysis.findings] == [("stuck-wait", "info", "likely")]
    assert analysis.verdict == "inconclusive"
    assert analysis.headline.startswith("Nothing is proved to be stuck. What is suspected: LWP 4100 tellerd waits for the result of a task")


@pytest.mark.parametrize(
    "waits",
    [
        (future(), app("handle_order")),
        (condition(0x5581_4000, 0x5581_4028), app("drain"), app("close_all")),
    ],
    ids=["for a task's result", "for what its function needs by its name"],
)
def test_any_other_thread_that_waits_in_the_middle_of_something_is_stuck(waits: tuple[Frame, ...]) -> None:
    text = dump(MAIN, thread(4600, "order", *waits, app("session"), START), *IDLE)

    analysis = analyze(text, text)

    assert [(finding.kind, finding.severity) for finding in analysis.findings] == [("stuck-wait", "warning")]
    assert analysis.verdict == "blocked"


# -- the order


@pytest.mark.parametrize(("graver", "lesser"), list(combinations(ORDER, 2)))
def test_a_case_takes_the_gravest_verdict_of_its_processes(graver: str, lesser: str) -> None:
    assert judge_case([lesser, graver]) == judge_case([graver, lesser]) == graver


def test_a_case_without_processes_is_inconclusive() -> None:
    assert judge_case([]) == "inconclusive"


@pytest.mark.parametrize(
    ("threads", "verdict"),
    [
        (DEADLOCK + EXHAUSTED + CONVOY + SPINNER, "deadlock"),
        (EXHAUSTED + CONVOY + IDLE_LOOP, "worker-exhaustion"),
        (CONVOY + SPINNER, "blocked"),
        (SPINNER + IDLE, "spinning"),
        (IDLE, "idle"),
        ([], "inconclusive"),
    ],
    ids=["deadlock", "worker-exhaustion", "blocked", "spinning", "idle", "inconclusive"],
)
def test_a_process_takes_the_gravest_of_what_is_found_in_it(threads: list[Thread], verdict: str) -> None:
    text = dump(MAIN, *threads, full=True)

    analysis = analyze(text, text)

    assert analysis.verdicts == (verdict,)
    assert analysis.verdict == verdict


def test_the_gravest_finding_stands_first_and_gives_the_headline() -> None:
    joins = [thread(4700, "a", join(4701), app("stop_b"), START), thread(4701, "b", join(4700), app("stop_a"), START)]
    text = dump(MAIN, *CONVOY, *joins, *IDLE, *SPINNER)

    analysis = analyze(text, text)

    assert [(finding.kind, finding.severity, len(finding.threads)) for finding in analysis.findings] == [
        ("deadlock", "critical", 2),
        ("convoy", "warning", 3),
        ("spin", "warning", 1),
    ]
    assert analysis.headline.startswith(wording.title(analysis.findings[0]))


def test_each_process_has_its_own_verdict_and_the_case_the_gravest() -> None:
    sick = dump(MAIN, *DEADLOCK, full=True, pid=4100)
    well = dump(thread(7100, "watchd", poll_events(), app("watch"), app("main")), pid=7100)

    analysis = analyze(well, sick, well, sick, names=["1.watchd", "1.tellerd", "2.watchd", "2.tellerd"])

    assert {process.pid: verdict for process, verdict in zip(analysis.processes, analysis.verdicts)} == {4100: "deadlock", 7100: "idle"}
    assert analysis.verdict == "deadlock"


# -- motion


def test_a_process_in_which_something_moves_and_nothing_stands_is_progressing() -> None:
    before = dump(MAIN, *IDLE, thread(4600, "worker", app("parse"), app("handle"), START))
    after = dump(MAIN, *IDLE, thread(4600, "worker", app("reply"), app("handle"), START))

    analysis = analyze(before, after)

    assert (analysis.verdict, analysis.findings) == ("progressing", ())


def test_a_new_thread_is_motion() -> None:
    analysis = analyze(dump(MAIN, *IDLE), dump(MAIN, *IDLE, thread(4600, "new", poll_events(), app("event_loop"), START)))

    assert analysis.verdict == "progressing"


def nameless(number: int) -> Thread:
    """A thread of which the text shows that it is inside of the kernel, and no more."""
    return thread(
        4700 + number,
        f"blind-{number}",
        *(unnamed(pc, "/lib/x86_64-linux-gnu/libc.so.6") for pc in (0x7F31_A0C1_2BAA, 0x7F31_A0C1_2BCC)),
        app("main"),
    )


def test_where_nothing_is_known_of_most_threads_with_work_few_that_move_say_little() -> None:
    blind = [nameless(number) for number in range(4)]
    before, after = (dump(*blind, thread(4600, "worker", app(step), app("handle"), START)) for step in ("parse", "reply"))
    analysis = analyze(before, after)
    assert (analysis.verdict, analysis.headline[:62]) == ("inconclusive", "No thread is seen stuck, but 4 of 5 cannot be judged by this d")


def test_a_few_threads_of_which_nothing_is_known_do_not_hide_that_the_others_move() -> None:
    before, after = (dump(*IDLE, nameless(1), thread(4600, "worker", app(step), app("handle"), START)) for step in ("parse", "reply"))
    assert analyze(before, after).verdict == "progressing"


# -- one snapshot


@pytest.mark.parametrize("threads", [EXHAUSTED, CONVOY, SPINNER, []], ids=["exhausted", "convoy", "spinning", "sleeping"])
def test_one_snapshot_of_what_may_be_stuck_is_inconclusive(threads: list[Thread]) -> None:
    analysis = analyze(dump(MAIN, *threads))

    assert analysis.verdict == "inconclusive"
    assert set(progress(analysis).values()) == {"unknown"}
    assert all(finding.confidence == "possible" for finding in analysis.findings)
    assert "One snapshot" in analysis.headline


def test_one_snapshot_in_which_all_threads_are_parked_is_idle() -> None:
    analysis = analyze(dump(thread(4100, "tellerd", poll_events(), app("serve"), app("main")), *IDLE))

    assert (analysis.verdict, analysis.findings) == ("idle", ())


def test_one_snapshot_proves_a_deadlock_that_its_locals_show() -> None:
    assert analyze(dump(MAIN, *DEADLOCK, full=True)).verdict == "deadlock"


def test_what_is_only_possible_gives_no_verdict() -> None:
    analysis = analyze(dump(MAIN, *EXHAUSTED))

    assert kinds(analysis) == ["worker-exhaustion"]
    assert analysis.verdict == "inconclusive"


# -- what an idle process is said to wait for


def readers(number: int) -> list[Thread]:
    """Threads of no known server that wait for their peers: clients, or a backend."""
    return [thread(4600 + at, f"io-{at}", receive(7), app("read_reply"), app("serve"), START) for at in range(number)]


FOLLOWER = Frame("boost::asio::detail::scheduler::run(boost::system::error_code&)")
PARKED_BY_A_RULE = [thread(4700 + at, f"asio-{at}", condition(0x5581_4000, 0x5581_4040), FOLLOWER, START) for at in range(4)]
BACKGROUND = [thread(4800 + at, f"bg-{at}", receive(7), app("background_thread_entry"), START) for at in range(10)]


@pytest.mark.parametrize(
    ("threads", "words"),
    [
        (readers(3), "Nothing is seen stuck: 4 of 4 threads wait, 3 of them for a peer to send: a client, or a backend that hangs."),
        (IDLE, "Nothing is seen stuck: 4 of 4 threads wait, 3 of them for a condition: for work, as far as a stack tells."),
        (readers(1) + PARKED_BY_A_RULE, "Nothing is seen stuck: 6 of 6 threads wait for work, 2 of them as far as a stack tells."),
        (
            BACKGROUND + readers(3),
            "Nothing is seen stuck: 14 of 14 threads wait, 3 of them for a peer to send: a client, or a backend that hangs.",
        ),
    ],
    ids=["peers", "conditions", "some", "diluted"],
)
def test_a_headline_says_where_it_cannot_be_told_what_idle_threads_wait_for(threads: list[Thread], words: str) -> None:
    text = dump(thread(4100, "tellerd", poll_events(), app("stay"), app("main")), *threads)

    assert analyze(text, text).headline == words


def test_nothing_is_stuck_where_a_rule_knows_each_thread() -> None:
    text = dump(thread(4100, "tellerd", poll_events(), app("uv__io_poll"), app("uv_run"), app("main")), *PARKED_BY_A_RULE)

    assert analyze(text, text).headline == "Nothing is stuck: 5 of 5 threads wait for work."


# -- one snapshot with a thread that joins others


def test_one_snapshot_of_who_joins_a_parked_thread_suggests_nothing() -> None:
    analysis = analyze(dump(thread(4100, "tellerd", join(4500), app("ThreadPool::join"), app("main")), *IDLE))

    assert (analysis.verdict, kinds(analysis)) == ("idle", [])
    assert progress(analysis)[4100] == "idle"


def test_one_snapshot_of_who_joins_a_thread_that_waits_for_a_lock_suggests_that_wait() -> None:
    joined = thread(4500, "writer", mutex(0x5581_3000), app("append"), START)

    analysis = analyze(dump(thread(4100, "tellerd", join(4500), app("ThreadPool::join"), app("main")), joined))

    assert analysis.verdict == "inconclusive"
    assert progress(analysis) == {4100: "unknown", 4500: "unknown"}
