"""What is found in dumps that show or do not show a deadlock, through the library's door."""

from __future__ import annotations

from collections.abc import Callable

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackan import wording
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
    holds,
    interrupted_malloc,
    join,
    kinds,
    lock_guard,
    lwps,
    mutex,
    mutex_without_address,
    owners,
    parked,
    poll_events,
    progress,
    receive,
    run_by,
    shared_lock,
    sleep,
    spin,
    thread,
    timed_mutex,
    unique_lock,
    write_lock,
)

DEBIT, CREDIT, JOURNAL = 0x5581_D178_4140, 0x5581_D178_4180, 0x5581_D178_41C0
MAIN = thread(4100, "tellerd", sleep(), app("stay"), app("main"))


def transfer(lwp: int, has: int, wants: int) -> Thread:
    """Holds one lock and waits for the next: the second guard is under construction, and printed all the same."""
    frame = app("transfer", locals=(f"first_{lock_guard(has)}", f"second_{lock_guard(wants)}"))
    return thread(lwp, f"transfer-{lwp % 100}", guarded_mutex(wants), frame, app("serve"), START)


def audit(lwp: int, wants: int) -> Thread:
    return thread(lwp, "audit", guarded_mutex(wants), app("audit", locals=(lock_guard(wants),)), START)


AB_BA = (MAIN, transfer(4101, DEBIT, CREDIT), transfer(4102, CREDIT, DEBIT), audit(4103, DEBIT))


# -- locks that locals prove


def test_two_locks_in_two_orders_proved_by_guards_are_a_certain_deadlock_of_its_two_members() -> None:
    text = dump(*AB_BA, full=True)

    analysis = analyze(text, text)

    assert analysis.verdict == "deadlock"
    assert [(finding.kind, finding.severity, finding.confidence) for finding in analysis.findings] == [("deadlock", "critical", "certain")]
    assert lwps(analysis.findings[0]) == [4101, 4102], "the audit waits behind them and is no member"
    assert progress(analysis)[4103] == "stuck"


def test_one_snapshot_of_gdb_proves_a_deadlock_that_locals_show() -> None:
    analysis = analyze(dump(*AB_BA, full=True))

    assert analysis.verdict == "deadlock"
    assert [finding.confidence for finding in analysis.findings] == ["certain"]


def test_the_same_dump_without_locals_is_never_called_a_deadlock() -> None:
    text = dump(*AB_BA)

    for analysis in (analyze(text), analyze(text, text)):
        assert analysis.verdict in ("blocked", "inconclusive")
        assert not {"deadlock", "self-deadlock"} & set(kinds(analysis))
        assert all(finding.confidence != "certain" for finding in analysis.findings)


def test_a_deadlock_is_over_when_one_of_its_threads_moves() -> None:
    before = dump(*AB_BA, full=True)
    after = dump(MAIN, transfer(4101, DEBIT, JOURNAL), transfer(4102, CREDIT, DEBIT), audit(4103, DEBIT), full=True)

    analysis = analyze(before, after)

    assert "deadlock" not in kinds(analysis)
    assert progress(analysis)[4101] == "progressing"


def printed_owners(owners_of: dict[int, int]) -> bytes:
    """What gdb prints when it is asked for the mutexes: {address: LWP}."""
    asked = "".join(
        f"+p *(pthread_mutex_t *) {address:#x}\n${number} = {{__data = {{__lock = 2, __count = 0, __owner = {owner}, __nusers = 1}}}}\n"
        for number, (address, owner) in enumerate(owners_of.items(), 1)
    )
    return b"\n" + asked.encode()


@pytest.mark.parametrize(("wait", "confidence"), [(mutex, "certain"), (timed_mutex, "likely")])
def test_a_timed_wait_in_the_cycle_makes_it_likely_at_most(wait: Callable[[int], tuple[Frame, ...]], confidence: str) -> None:
    left = thread(4101, "left", wait(CREDIT), app("transfer"), START)
    text = dump(MAIN, left, thread(4102, "right", mutex(DEBIT), app("transfer"), START))
    text += printed_owners({DEBIT: 4101, CREDIT: 4102})

    found = analyze(text, text).findings[0]

    assert (found.kind, found.confidence, lwps(found)) == ("deadlock", confidence, [4101, 4102])


def test_two_independent_deadlocks_are_two_findings() -> None:
    more = (transfer(4111, 0xA000, 0xB000), transfer(4112, 0xB000, 0xA000))
    text = dump(*AB_BA, *more, full=True)

    analysis = analyze(text, text)

    assert sorted(lwps(finding) for finding in analysis.findings if finding.kind == "deadlock") == [[4101, 4102], [4111, 4112]]


def test_a_writer_and_a_reader_deadlock_although_another_reader_still_moves() -> None:
    catalog, statistics = 0x5581_C180, 0x5581_C1C0
    writer = app("alter", locals=(lock_guard(statistics), unique_lock(catalog, owns=False)))
    reader = app("report", locals=(shared_lock(catalog), lock_guard(statistics)))
    other = app("scan", locals=(shared_lock(catalog),))
    threads = (
        thread(4201, "alter", write_lock(catalog), writer, START),
        thread(4202, "report", guarded_mutex(statistics), reader, START),
    )
    before = dump(MAIN, *threads, thread(4203, "scan", app("next_row"), other, START), full=True)
    after = dump(MAIN, *threads, thread(4203, "scan", app("send_row"), other, START), full=True)

    analysis = analyze(before, after)

    assert [(finding.kind, finding.confidence, lwps(finding)) for finding in analysis.findings] == [("deadlock", "certain", [4201, 4202])]
    assert sorted(owners(analysis, 4201)) == [4202, 4203], "a writer waits for all readers"


def test_an_owner_that_gdb_was_asked_to_print_proves_a_deadlock_without_locals() -> None:
    text = dump(*AB_BA) + printed_owners({DEBIT: 4101, CREDIT: 4102})

    found = analyze(text).findings[0]

    assert (found.kind, found.confidence, lwps(found)) == ("deadlock", "certain", [4101, 4102])


def test_an_owner_that_was_printed_in_an_earlier_snapshot_counts_while_its_thread_stands_still() -> None:
    """Who was told to ask for the owner gives that dump beside the others, under any name."""
    asked, plain = dump(*AB_BA) + printed_owners({DEBIT: 4101, CREDIT: 4102}), dump(*AB_BA)

    [finding] = analyze(asked, plain).findings

    assert (finding.kind, finding.severity, finding.confidence) == ("deadlock", "critical", "likely")
    assert "An owner was printed in an earlier snapshot; its thread has stood still since then." in wording.explanation(finding)
    assert sum("__owner" in quote.text and quote.source == "snap1.txt" for quote in finding.evidence) == 2


def test_an_owner_that_was_printed_in_an_earlier_snapshot_is_nothing_once_its_thread_has_moved() -> None:
    moved = tuple(thread(each.lwp, each.name, app("elsewhere"), START) if each.lwp == 4101 else each for each in AB_BA)
    asked, later = dump(*AB_BA) + printed_owners({DEBIT: 4101, CREDIT: 4102}), dump(*moved)

    assert "deadlock" not in kinds(analyze(asked, later))


def test_a_thread_whose_lock_names_itself_as_owner_is_a_certain_self_deadlock() -> None:
    reload = thread(4301, "reload", mutex(DEBIT, "config"), app("log_event"), app("reload"), START)

    analysis = analyze(dump(MAIN, reload) + printed_owners({DEBIT: 4301}))

    assert [(finding.kind, finding.confidence, lwps(finding)) for finding in analysis.findings] == [("self-deadlock", "certain", [4301])]


# -- what is not held


def test_the_guard_under_construction_is_not_held() -> None:
    analysis = analyze(dump(*AB_BA, full=True))

    assert holds(analysis, 4101) == [f"{DEBIT:#x}"]
    assert holds(analysis, 4103) == []


def test_a_guard_declared_behind_the_one_under_construction_is_not_held() -> None:
    early = app("transfer", locals=(f"first_{lock_guard(DEBIT)}", f"second_{lock_guard(CREDIT)}"))
    nested = app("close_day", locals=(lock_guard(DEBIT), f"second_{lock_guard(CREDIT)}"))
    text = dump(
        MAIN,
        thread(4101, "transfer-1", guarded_mutex(DEBIT), early, START),  # takes its first lock; the second was left by the last call
        thread(4102, "close-day", guarded_mutex(CREDIT), nested, START),
        full=True,
    )

    analysis = analyze(text, text)

    assert holds(analysis, 4101) == []
    assert "deadlock" not in kinds(analysis)


def test_a_guard_of_a_frame_further_out_may_be_left_over_so_it_proves_nothing_certain() -> None:
    outer = app("close_day", locals=(lock_guard(DEBIT),))
    calls = thread(4101, "close-day", guarded_mutex(CREDIT), app("book", locals=(lock_guard(CREDIT),)), outer, START)
    text = dump(MAIN, calls, transfer(4102, CREDIT, DEBIT), full=True)

    found = analyze(text, text).findings[0]

    assert (found.kind, found.confidence, lwps(found)) == ("deadlock", "likely", [4101, 4102])


def test_an_optimized_out_number_does_not_prove_that_the_guard_before_it_is_constructed() -> None:
    early = app("transfer", locals=("first = <optimized out>", f"second_{lock_guard(CREDIT)}", "count = <optimized out>"))
    text = dump(MAIN, thread(4101, "transfer-1", guarded_mutex(DEBIT), early, START), transfer(4102, DEBIT, CREDIT), full=True)

    assert all(finding.confidence != "certain" for finding in analyze(text, text).findings)


def test_the_mutex_given_to_a_condition_wait_is_not_held() -> None:
    consumer = app("take_task", locals=(unique_lock(DEBIT), f"other_{lock_guard(JOURNAL)}"))
    text = dump(
        MAIN,
        thread(4101, "consumer", condition(0x5581_9000, DEBIT), consumer, run_by()),
        thread(4102, "producer", guarded_mutex(DEBIT), app("add_task", locals=(lock_guard(DEBIT),)), START),
        full=True,
    )

    analysis = analyze(text, text)

    assert f"{DEBIT:#x}" not in holds(analysis, 4101)
    assert f"{JOURNAL:#x}" in holds(analysis, 4101), "its other lock is held"
    assert owners(analysis, 4102) == []


def test_a_condition_wait_whose_signaller_needs_its_mutex_is_no_deadlock() -> None:
    text = dump(
        MAIN,
        thread(4101, "consumer", condition(0x5581_9000, DEBIT), app("take", locals=(unique_lock(DEBIT),)), app("loop"), START),
        thread(4102, "producer", guarded_mutex(DEBIT), app("add", locals=(lock_guard(DEBIT),)), START),
        full=True,
    )

    assert "deadlock" not in kinds(analyze(text, text))


def test_a_lock_that_a_guard_does_not_own_is_not_held() -> None:
    released = thread(4101, "transfer-1", guarded_mutex(CREDIT), app("transfer", locals=(unique_lock(DEBIT, owns=False),)), START)
    text = dump(MAIN, released, transfer(4102, CREDIT, DEBIT), full=True)

    analysis = analyze(text, text)

    assert holds(analysis, 4101) == []
    assert "deadlock" not in kinds(analysis)


def test_the_same_lock_owned_by_its_guard_is_held() -> None:
    owning = thread(4101, "transfer-1", guarded_mutex(CREDIT), app("transfer", locals=(unique_lock(DEBIT, owns=True),)), START)
    text = dump(MAIN, owning, transfer(4102, CREDIT, DEBIT), full=True)

    analysis = analyze(text, text)

    assert holds(analysis, 4101) == [f"{DEBIT:#x}"]
    assert kinds(analysis) == ["deadlock"]


def test_two_threads_that_both_claim_a_mutex_prove_nothing() -> None:
    liar = thread(4104, "stale", mutex(JOURNAL), app("late", locals=(lock_guard(DEBIT),)), START)
    text = dump(*AB_BA, liar, full=True)

    analysis = analyze(text, text)

    assert "deadlock" not in kinds(analysis)
    assert owners(analysis, 4102) == []


# -- joins, signal handlers


def test_two_threads_that_join_each_other_by_lwp_are_a_likely_deadlock() -> None:
    left = thread(4101, "left", join(4102, show="lwp"), app("stop_right"), START)
    text = dump(MAIN, left, thread(4102, "right", join(4101, show="lwp"), app("stop_left"), START))

    analysis = analyze(text, text)

    assert analysis.verdict == "deadlock"
    assert [(finding.kind, finding.confidence, lwps(finding)) for finding in analysis.findings] == [("deadlock", "likely", [4101, 4102])]


def test_the_joined_thread_is_found_by_its_decimal_pthread_id() -> None:
    left, right = 0x7FE3_5B72_C6C0, 0x7FE3_5B62_B6C0
    text = dump(
        MAIN,
        thread(4101, "left", join(4102, pthread=right, show="pthread"), app("stop_right"), START, pthread=left),
        thread(4102, "right", join(4101, pthread=left, show="pthread"), app("stop_left"), START, pthread=right),
    )

    assert f"threadid={right}, ".encode() in text
    analysis = analyze(text, text)
    assert [(finding.kind, finding.confidence, lwps(finding)) for finding in analysis.findings] == [("deadlock", "likely", [4101, 4102])]
    assert owners(analysis, 4101) == [4102]


def test_one_snapshot_of_a_join_cycle_is_only_possible() -> None:
    text = dump(
        MAIN, thread(4101, "left", join(4102), app("stop_right"), START), thread(4102, "right", join(4101), app("stop_left"), START)
    )

    analysis = analyze(text)

    assert analysis.verdict == "inconclusive"
    assert [(finding.kind, finding.severity, finding.confidence) for finding in analysis.findings] == [("deadlock", "warning", "possible")]


def test_a_join_under_a_lock_that_the_joined_thread_waits_for_is_a_deadlock_with_both() -> None:
    stopper = thread(4101, "stopper", join(4102), app("stop_all", locals=(lock_guard(DEBIT),)), START)
    text = dump(MAIN, stopper, audit(4102, DEBIT), full=True)

    found = analyze(text, text).findings[0]

    assert (found.kind, found.confidence, lwps(found)) == ("deadlock", "likely", [4101, 4102]), "the join's edge is no printed owner"


def test_a_join_of_a_thread_that_is_not_in_the_dump_is_no_deadlock() -> None:
    text = dump(MAIN, thread(4101, "left", join(9999), app("stop_right"), START))

    assert kinds(analyze(text, text)) == ["stuck-wait"]


def test_a_signal_handler_inside_malloc_that_allocates_is_a_self_deadlock() -> None:
    text = dump(MAIN, thread(4101, "worker", interrupted_malloc(0x7F7B_9400_0030), app("parse"), START))

    analysis = analyze(text, text)

    assert analysis.verdict == "deadlock"
    assert [(finding.kind, lwps(finding)) for finding in analysis.findings] == [("self-deadlock", [4101])]


def test_a_signal_handler_that_interrupted_other_code_waits_for_somebody_else() -> None:
    waits, interrupted = interrupted_malloc(0x7F7B_9400_0030)[:4], app("parse_number")
    text = dump(MAIN, thread(4101, "worker", waits, interrupted, app("parse"), START))

    assert kinds(analyze(text, text)) == ["stuck-wait"]


def test_waiting_for_an_arena_without_an_interrupted_malloc_is_no_deadlock() -> None:
    frames = interrupted_malloc(0x7F7B_9400_0030)[:2]
    text = dump(MAIN, thread(4101, "worker", frames, app("parse"), START))

    assert kinds(analyze(text, text)) == ["stuck-wait"]


FORKED = b"""[Thread debugging using libthread_db enabled]
Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".

Thread 1 (Thread 0x7f9319ea6740 (LWP 20544) "forkdead"):
#0  futex_wait (private=0, expected=2, futex_word=0x5594c518c080 <journal>) at ../sysdeps/nptl/futex-internal.h:146
#1  __GI___lll_lock_wait (futex=futex@entry=0x5594c518c080 <journal>, private=0) at ./nptl/lowlevellock.c:49
#2  0x00007f9319f35482 in lll_mutex_lock_optimized (mutex=0x5594c518c080 <journal>) at ./nptl/pthread_mutex_lock.c:48
#3  ___pthread_mutex_lock (mutex=mutex@entry=0x5594c518c080 <journal>) at ./nptl/pthread_mutex_lock.c:93
#4  0x00005594c5189217 in write_record () at forkdead.c:7
#5  main () at forkdead.c:11
[Inferior 1 (process 20544) detached]
"""  # gdb 13 on the child of a program that forked while another of its threads held the mutex


def test_the_only_thread_of_a_forked_process_waits_for_a_lock_that_nobody_is_left_to_release() -> None:
    [finding] = analyze(FORKED, FORKED).findings

    assert (finding.kind, finding.severity, finding.confidence) == ("self-deadlock", "critical", "likely")
    assert wording.title(finding) == "LWP 20544 forkdead waits for a lock that nobody is left to release"
    assert "when the process was forked" in wording.explanation(finding)


@pytest.mark.parametrize(
    ("seen", "other"),
    [
        (b"private=0", b"private=128"),  # another process may have it
        (b"Thread 1 (", b"Thread 7 ("),  # the others are not printed
        (b"[Thread debugging", b"[New LWP 20545]\n[Thread debugging"),
        (b"[Thread debugging using libthread_db enabled]\n", b""),  # perhaps somebody has cut one thread out of a dump
    ],
)
def test_a_lock_that_somebody_else_may_hold_is_no_self_deadlock(seen: bytes, other: bytes) -> None:
    text = FORKED.replace(seen, other)
    if seen.startswith(b"[Thread debugging using"):
        text = text[: text.index(b"[Inferior")]

    assert "self-deadlock" not in kinds(analyze(text, text))


# -- threads that stand still without a proof


@pytest.mark.parametrize("wait", [mutex(JOURNAL, "journal"), mutex_without_address()], ids=["address", "stripped"])
def test_sixty_threads_on_one_mutex_are_a_convoy_and_no_pool(wait: tuple[Frame, ...]) -> None:
    clients = [thread(5000 + number, f"client-{number}", wait, app("append_record"), app("client"), START) for number in range(60)]
    text = dump(MAIN, *clients)

    analysis = analyze(text, text)

    assert analysis.verdict == "blocked"
    assert [(finding.kind, finding.severity, len(finding.threads)) for finding in analysis.findings] == [("convoy", "critical", 60)]
    assert analysis.processes[0].pools == ()


def test_two_threads_on_one_mutex_are_no_convoy() -> None:
    text = dump(MAIN, *[thread(5000 + number, "client", mutex(JOURNAL), app("append"), START) for number in range(2)])

    assert kinds(analyze(text, text)) == ["stuck-wait"]


def test_a_convoy_names_the_holder_that_locals_show() -> None:
    holder = thread(4900, "compactor", sleep(), app("pause_io"), app("compact", locals=(lock_guard(JOURNAL),)), START)
    clients = [audit(5000 + number, JOURNAL) for number in range(5)]
    text = dump(MAIN, holder, *clients, full=True)

    analysis = analyze(text, text)

    assert kinds(analysis) == ["convoy"]
    assert "LWP 4900 compactor" in wording.explanation(analysis.findings[0])
    assert all(f"{JOURNAL:#x}" in quote.text for quote in analysis.findings[0].evidence), "the lines that print the lock"
    assert owners(analysis, 5000) == [4900]


def test_the_only_other_thread_past_the_lock_is_named_as_its_holder_by_elimination() -> None:
    opener = thread(4900, "opener", mutex(CREDIT), app("allocate"), app("open_table"), app("client"), START)
    clients = [thread(5000 + number, "client", mutex(JOURNAL), app("open_table"), app("client"), START) for number in range(5)]
    text = dump(MAIN, opener, *clients)

    analysis = analyze(text, text)

    convoy, wait = analysis.findings
    assert (
        f"By elimination LWP 4900 opener may hold it: no other thread is past that lock inside open_table. It waits for mutex {CREDIT:#x}"
        in wording.explanation(convoy)
    )
    assert "elimination" not in wording.explanation(wait)
    assert owners(analysis, 5000) == [], "a hint is no edge"


def test_a_thread_that_waits_for_another_lock_in_the_same_function_is_not_past_the_first() -> None:
    other = thread(4900, "other", mutex(CREDIT), app("lock_both"), app("client"), START)
    clients = [thread(5000 + number, "client", mutex(JOURNAL), app("lock_both"), app("client"), START) for number in range(5)]
    text = dump(MAIN, other, *clients)

    assert not any("past that lock" in wording.explanation(finding) for finding in analyze(text, text).findings)


def test_event_loops_and_condition_waits_of_a_threads_own_loop_are_idle_and_no_finding() -> None:
    text = dump(
        thread(4100, "tellerd", poll_events(), app("serve"), app("main")),
        thread(4101, "loop", poll_events(), app("event_loop"), START),
        thread(4102, "timer", condition(0x5581_9000, 0x5581_9040), app("timer_loop"), START),
        *[thread(4110 + number, f"worker-{number}", parked()) for number in range(4)],
    )

    analysis = analyze(text, text)

    assert analysis.findings == ()
    assert analysis.verdict == "idle"
    assert set(progress(analysis).values()) == {"idle"}


def test_threads_that_spin_in_both_snapshots_are_a_finding_and_no_deadlock() -> None:
    text = dump(MAIN, thread(4101, "spinner", spin(), app("take_ticket"), START))

    analysis = analyze(text, text)

    assert analysis.verdict == "spinning"
    assert [(finding.kind, lwps(finding)) for finding in analysis.findings] == [("spin", [4101])]
    assert wording.explanation(analysis.findings[0]) == "In both snapshots it stood in a primitive that burns CPU until a value changes."


def test_a_headline_names_a_descriptor_only_if_all_wait_for_that_one() -> None:
    def callers(*descriptors: int) -> bytes:
        return dump(MAIN, *[thread(4200 + at, f"call-{at}", receive(fd), app("call_peer"), run_by()) for at, fd in enumerate(descriptors)])

    assert "the network (descriptor 7), in call_peer" in analyze(*[callers(7, 7, 7)] * 2).headline
    assert "for the network, in call_peer" in analyze(*[callers(7, 8, 9)] * 2).headline


# -- what holds for every finding

SHOWN = {
    "AB-BA": dump(*AB_BA, full=True),
    "AB-BA without locals": dump(*AB_BA),
    "joins": dump(MAIN, thread(4101, "left", join(4102), app("a"), START), thread(4102, "right", join(4101), app("b"), START)),
    "malloc": dump(MAIN, thread(4101, "worker", interrupted_malloc(0x7F7B_9400_0030), app("parse"), START)),
    "pool": dump(MAIN, *[thread(4200 + number, f"wrk-{number}", future(), app("handle"), run_by()) for number in range(3)]),
    "network": dump(MAIN, *[thread(4200 + number, f"wrk-{number}", receive(7), app("call"), run_by()) for number in range(3)]),
    "convoy": dump(MAIN, *[audit(5000 + number, JOURNAL) for number in range(5)]),
    "spinning": dump(MAIN, thread(4101, "spinner", spin(), app("take_ticket"), START)),
    "two in one file": dump(*AB_BA, full=True) * 2,
}


@pytest.mark.parametrize("snapshots", [1, 2])
@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_every_finding_quotes_at_least_one_line_that_stands_in_its_source(text: bytes, snapshots: int) -> None:
    texts = {f"snap{number}.txt": b"# taken by cron\n" * (number - 1) + text for number in range(1, snapshots + 1)}

    analysis = analyze(*texts.values(), names=texts)

    assert analysis.findings or snapshots == 1
    for finding in analysis.findings:
        assert finding.evidence, wording.title(finding)
        for quote in finding.evidence:
            assert texts[quote.source].decode().split("\n")[quote.line - 1] == quote.text


@pytest.mark.parametrize("snapshots", [1, 2])
@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_what_is_only_possible_is_a_warning_at_most(text: bytes, snapshots: int) -> None:
    analysis = analyze(*[text] * snapshots)

    assert all(finding.severity != "critical" for finding in analysis.findings if finding.confidence == "possible")


# -- every small tangle of locks


@st.composite
def tangles(draw: st.DrawFn) -> dict[int, tuple[list[int], int]]:
    """{LWP: (locks held, lock waited for)}: each lock is held by one thread at most, and nobody waits for its own."""
    threads = list(range(4101, 4101 + draw(st.integers(1, 6))))
    locks = list(range(0x5581_0000_1000, 0x5581_0000_1000 + 0x40 * draw(st.integers(1, 7)), 0x40))
    holder = {lock: draw(st.sampled_from([0, *threads])) for lock in locks}
    tangle = {}
    for lwp in threads:
        wanted = [lock for lock in locks if holder[lock] != lwp]
        if wanted:
            tangle[lwp] = ([lock for lock in locks if holder[lock] == lwp], draw(st.sampled_from(wanted)))
    return tangle


@given(tangles())
@settings(max_examples=60, deadline=None)
def test_certain_deadlocks_are_exactly_the_cycles_of_the_locks(tangle: dict[int, tuple[list[int], int]]) -> None:
    threads = []
    for lwp, (held, wanted) in tangle.items():
        guards = tuple(f"g{at}_{lock_guard(lock)}" for at, lock in enumerate([*held, wanted]))
        threads.append(thread(lwp, f"t{lwp}", guarded_mutex(wanted), app("work", locals=guards), START))
    waits = networkx.DiGraph()
    for lwp, (_, wanted) in tangle.items():
        waits.add_edges_from((lwp, other) for other, (held, _) in tangle.items() if wanted in held)
    text = dump(MAIN, *threads, full=True)

    analysis = analyze(text, text)

    found = [lwps(finding) for finding in analysis.findings if finding.kind == "deadlock"]
    assert sorted(found) == sorted(sorted(cycle) for cycle in networkx.simple_cycles(waits))
    assert all(finding.confidence == "certain" for finding in analysis.findings if finding.kind == "deadlock")


def test_a_deadlock_that_formed_between_the_snapshots_is_proved_by_the_newest_alone() -> None:
    """gdb stops all threads at one instant: what one of them did before is no way out."""
    before = dump(
        MAIN, thread(4101, "transfer-1", guarded_mutex(JOURNAL), app("transfer", locals=(lock_guard(JOURNAL),)), START), full=True
    )
    threads = (transfer(4101, CREDIT, DEBIT), transfer(4102, DEBIT, CREDIT))

    found = analyze(before, dump(MAIN, *threads, full=True)).findings[0]

    assert (found.kind, found.confidence, lwps(found)) == ("deadlock", "certain", [4101, 4102])


@pytest.mark.parametrize(
    ("number", "who"),
    [
        (2, "LWP 4102 transfer and LWP 4101 transfer"),
        (3, "LWP 4103 transfer, LWP 4101 transfer and LWP 4102 transfer"),
        (5, "LWP 4105 transfer, LWP 4101 transfer, LWP 4102 transfer and 2 more"),
    ],
)
def test_the_members_of_a_deadlock_are_listed_as_one_writes(number: int, who: str) -> None:
    ring = [transfer(4101 + at, JOURNAL + 64 * at, JOURNAL + 64 * ((at + 1) % number)) for at in range(number)]
    text = dump(MAIN, *(each._replace(name="transfer") for each in ring), full=True)
    assert wording.title(analyze(text, text).findings[0]) == f"{who} wait for each other"


def test_many_deadlocks_in_one_process_take_time_in_proportion(in_proportion: Callable[..., None]) -> None:
    def pairs(threads: int) -> bytes:
        """Each two threads wait for each other's lock."""
        return dump(
            *(
                thread(
                    100 + at,
                    "w",
                    guarded_mutex(0x5581_4140 + 64 * (at ^ 1)),
                    app("audit", locals=(lock_guard(0x5581_4140 + 64 * at),)),
                    START,
                )
                for at in range(threads)
            ),
            full=True,
        )

    in_proportion(pairs, analyze, size=1000)
    analysis = analyze(pairs(20))
    assert kinds(analysis) == ["deadlock"] * 10
