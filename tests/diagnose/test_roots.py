"""Who is at the root of a wait that is no deadlock, how many wait behind it, and what it does."""

from __future__ import annotations

from collections.abc import Callable

import stackan
from stackan import wording
from tests.dumping import (
    START,
    Thread,
    analyze,
    app,
    condition,
    dump,
    future,
    guarded_mutex,
    join,
    lock_guard,
    lwps,
    mutex_without_address,
    names,
    progress,
    receive,
    run_by,
    sleep,
    thread,
    told,
)

LEDGER, JOURNAL, CACHE = 0x5581_4140, 0x5581_4180, 0x5581_41C0
MAIN = thread(99, "main", condition(0x5581_9000, 0x5581_9040), app("main"))


def waiter(lwp: int, lock: int, holds: int | None = None, function: str = "audit") -> Thread:
    """Waits for a lock, and holds another one as a guard shows that is proved to be constructed."""
    inside = (lock_guard(holds),) if holds else ()
    building = (f"next = {{_M_device = @{lock:#x}}}",) if holds else ()
    return thread(lwp, f"w{lwp}", guarded_mutex(lock), app(function, locals=(*inside, *building)), app("work"), START)


def sleeper(lwp: int, holds: int) -> Thread:
    return thread(lwp, "slow", sleep(), app("backup", locals=(lock_guard(holds),)), app("work"), START)


def judged(*threads: Thread) -> stackan.Analysis:
    text = dump(MAIN, *threads, full=True)
    return analyze(text, text)


def tree() -> list[Thread]:
    """Ten wait for the ledger, whose holder waits for the journal, for which two more wait; its holder sleeps."""
    return [
        *(waiter(100 + at, LEDGER) for at in range(10)),
        waiter(200, JOURNAL, LEDGER, "transfer"),
        waiter(300, JOURNAL),
        waiter(301, JOURNAL),
        sleeper(400, JOURNAL),
    ]


def test_the_finding_at_the_root_leads_and_counts_all_that_wait_behind() -> None:
    analysis = judged(*tree())
    root, other = analysis.findings
    assert (lwps(root), root.behind, root.severity) == ([200, 300, 301], 10, "critical")
    assert wording.title(root).endswith("; 10 more behind")
    assert told(root, "seems-to-hold-it")[0] == {"thread": 400}
    assert (
        "LWP 400 slow seems to hold it. The guard that shows it may be left over from an earlier call. LWP 400 slow sleeps in backup."
        in wording.explanation(root)
    )
    assert told(root, "more-behind") == [{"count": 10}]
    assert "10 more threads wait behind." in wording.explanation(root)
    assert (len(other.threads), other.behind, other.severity) == (10, 0, "warning")
    assert analysis.headline.startswith(wording.title(root))


def test_the_way_to_the_root_is_told_from_holder_to_holder() -> None:
    _, finding = judged(*tree()).findings
    assert names(finding)[1:] == ["holds-it", "waits-for", "that-is-held-by", "sleeps", "is-root"]
    assert (
        "LWP 200 w200 holds it. It waits for mutex 0x55814180 in transfer. That is held by LWP 400 slow. It sleeps in backup. "
        "LWP 400 slow is the root of it." in wording.explanation(finding)
    )


def test_a_holder_that_is_proved_stands_in_the_title_and_its_line_in_the_proof() -> None:
    _, finding = judged(*tree()).findings
    assert wording.title(finding) == "10 threads wait for mutex 0x55814140, in audit; LWP 200 w200 holds it"
    assert finding.evidence[2].text.strip() == "guard = {_M_device = @0x55814140}"


def test_a_long_way_is_cut_in_the_middle() -> None:
    locks = [0x5581_4140 + 64 * at for at in range(9)]
    row = [waiter(200 + at, locks[at + 1], locks[at], f"step{at}") for at in range(7)]
    analysis = judged(waiter(100, locks[0]), *row, sleeper(400, locks[7]))
    [finding] = [finding for finding in analysis.findings if lwps(finding) == [100]]
    assert [each["thread"] for each in told(finding, "that-is-held-by")] == [201, 202]
    assert "So it goes on over 5 more threads to LWP 400 slow. It sleeps in backup. LWP 400 slow is the root of it." in wording.explanation(
        finding
    )
    [root] = [finding for finding in analysis.findings if lwps(finding) == [206]]
    assert root.behind == 7
    assert root is analysis.findings[0]


def test_who_waits_for_the_end_of_a_thread_waits_for_what_that_waits_for() -> None:
    joiner = thread(100, "joiner", join(200), app("stop"), START)
    analysis = judged(joiner, waiter(200, JOURNAL), sleeper(400, JOURNAL))
    [finding] = [finding for finding in analysis.findings if lwps(finding) == [100]]
    assert "LWP 200 w200 waits for mutex 0x55814180 in audit. That is held by LWP 400 slow. It sleeps in backup." in wording.explanation(
        finding
    )
    assert next(finding for finding in analysis.findings if lwps(finding) == [200]).behind == 1


def test_an_owner_that_waits_for_a_silent_client_is_the_root_and_not_parked() -> None:
    waiters = [waiter(100 + at, LEDGER) for at in range(3)]
    owner = thread(200, "sender", receive(7), app("read_request"), app("serve"), START)
    text = dump(MAIN, *waiters, owner, full=True)
    printed = b"\n+p *(pthread_mutex_t *) 0x55814140\n$1 = {__data = {__lock = 2, __count = 0, __owner = 200, __nusers = 1}}\n"
    assert progress(analyze(text, text))[200] == "idle"  # as far as its own stack tells
    analysis = analyze(text + printed, text + printed)
    assert progress(analysis)[200] == "stuck"
    root = analysis.findings[0]
    assert (root.kind, lwps(root), root.behind) == ("stalled-io", [200], 3)
    assert "LWP 200 sender holds it. It waits for the network (descriptor 7) in read_request." in wording.explanation(analysis.findings[1])


def guarding(lwp: int) -> Thread:
    """Reads from a client, and shows a guard of the ledger's lock."""
    return thread(lwp, "sender", receive(7), app("read_packet", locals=(lock_guard(LEDGER),)), app("serve"), START)


def test_a_thread_that_shows_a_guard_of_the_lock_that_others_want_is_not_parked() -> None:
    analysis = judged(*(waiter(100 + at, LEDGER) for at in range(3)), guarding(200))
    assert progress(analysis)[200] == "stuck"
    root, other = analysis.findings
    assert (root.kind, lwps(root), root.behind) == ("stalled-io", [200], 3)
    assert (
        "LWP 200 sender itself seems to hold mutex 0x55814140, for which 3 threads wait. "
        "The guard that shows it may be left over from an earlier call." in wording.explanation(root)
    )
    assert "guard = {_M_device = @0x55814140}" in [quote.text.strip() for quote in root.evidence]
    assert not told(root, "more-behind"), "they are told with the lock"
    assert wording.title(other) == "3 threads wait for mutex 0x55814140, in audit; LWP 200 sender seems to hold it"


def test_a_guard_that_several_threads_show_is_left_over_in_most_of_them_and_unparks_none() -> None:
    analysis = judged(*(waiter(100 + at, LEDGER) for at in range(3)), guarding(200), guarding(201))
    assert [progress(analysis)[lwp] for lwp in (200, 201)] == ["idle", "idle"]


def test_a_guard_that_was_not_there_in_all_snapshots_unparks_nobody() -> None:
    before = dump(
        MAIN,
        *(waiter(100 + at, LEDGER) for at in range(3)),
        thread(200, "sender", receive(7), app("read_packet"), app("serve"), START),
        full=True,
    )
    after = dump(MAIN, *(waiter(100 + at, LEDGER) for at in range(3)), guarding(200), full=True)
    assert progress(analyze(before, after))[200] == "idle"


def test_a_holder_that_sleeps_is_told_as_asleep_and_gets_no_finding_of_its_own() -> None:
    analysis = judged(*(waiter(100 + at, LEDGER) for at in range(3)), sleeper(400, LEDGER))
    [finding] = analysis.findings
    assert told(finding, "sleeps") == [{"thread": 400, "function": "backup"}]
    assert (
        "LWP 400 slow seems to hold it. The guard that shows it may be left over from an earlier call. LWP 400 slow sleeps in backup."
        in wording.explanation(finding)
    )
    assert progress(analysis)[400] == "unknown"  # a sleep ends by itself


def busy(lwp: int, step: str) -> Thread:
    return thread(lwp, "w", app(step), app("work"), START)


def test_a_lock_that_was_handed_on_between_the_dumps_moves_and_holds_up_nobody_for_good() -> None:
    waiters = [waiter(100 + at, LEDGER) for at in range(5)]
    before = dump(MAIN, *waiters, sleeper(400, LEDGER), busy(401, "sort"), full=True)
    after = dump(MAIN, *waiters, busy(400, "merge"), sleeper(401, LEDGER), full=True)
    analysis = analyze(before, after)
    [finding] = [finding for finding in analysis.findings if finding.kind == "convoy"]
    assert (finding.severity, finding.confidence) == ("warning", "possible")
    assert (
        "The lock has changed hands in between, from LWP 400 w to LWP 401 slow: it is in great demand, but it moves."
        in wording.explanation(finding)
    )
    assert analysis.verdict == "progressing"


def test_a_lock_that_one_thread_holds_in_all_dumps_holds_up_the_others() -> None:
    waiters = [waiter(100 + at, LEDGER) for at in range(5)]
    before = dump(MAIN, *waiters, sleeper(400, LEDGER), busy(401, "sort"), full=True)
    after = dump(MAIN, *waiters, sleeper(400, LEDGER), busy(401, "merge"), full=True)
    analysis = analyze(before, after)
    [finding] = [finding for finding in analysis.findings if finding.kind == "convoy"]
    assert (finding.severity, finding.confidence) == ("critical", "likely")
    assert not told(finding, "lock-changed-hands")


def unnamed_waiter(lwp: int) -> Thread:
    return thread(lwp, "w", mutex_without_address(), app("audit"), app("work"), START)


def test_who_waited_there_too_and_has_gone_on_shows_that_a_lock_moves_whose_address_is_not_printed() -> None:
    waiters = [unnamed_waiter(100 + at) for at in range(5)]
    analysis = analyze(dump(MAIN, *waiters, unnamed_waiter(200)), dump(MAIN, *waiters, busy(200, "sort")))
    [finding] = analysis.findings
    assert (finding.severity, finding.confidence, len(finding.threads)) == ("warning", "possible", 5)
    assert "LWP 200 w waited there, too, and has gone on since: the lock is in great demand, but it moves." in wording.explanation(finding)


def test_who_waited_for_another_lock_and_has_gone_on_shows_nothing_of_this_one() -> None:
    waiters = [waiter(100 + at, LEDGER) for at in range(5)]
    analysis = analyze(dump(MAIN, *waiters, waiter(200, JOURNAL), full=True), dump(MAIN, *waiters, busy(200, "sort"), full=True))
    [finding] = analysis.findings
    assert (finding.severity, finding.confidence) == ("critical", "likely")


def test_who_waits_in_the_same_function_for_another_lock_now_has_got_the_one_before() -> None:
    waiters = [waiter(100 + at, LEDGER) for at in range(5)]
    analysis = analyze(dump(MAIN, *waiters, waiter(200, LEDGER), full=True), dump(MAIN, *waiters, waiter(200, JOURNAL), full=True))
    finding = next(finding for finding in analysis.findings if len(finding.threads) == 5)
    assert finding.confidence == "possible"
    assert "LWP 200 w200 waited there, too, and has gone on since" in wording.explanation(finding)


def test_a_row_of_many_holders_takes_time_in_proportion(in_proportion: Callable[..., None]) -> None:
    def row(threads: int) -> bytes:
        """Each thread holds what the one before it waits for; the last one sleeps."""
        held = [LEDGER + 64 * at for at in range(threads + 1)]
        return dump(MAIN, *(waiter(1000 + at, held[at + 1], held[at]) for at in range(threads)), sleeper(500, held[threads]), full=True)

    in_proportion(row, lambda text: analyze(text, text), size=1000)


def test_workers_that_may_bring_the_result_of_a_task_are_named_as_the_root_of_the_wait() -> None:
    waiting = [thread(100 + at, "front", future(), app("ask"), run_by("Front::loop")) for at in range(3)]

    def back(step: str) -> list[Thread]:
        return [thread(200 + at, "back", app(f"{step}{at}"), app("compute"), run_by("Back::loop")) for at in range(2)]

    analysis = analyze(dump(MAIN, *waiting, *back("sort")), dump(MAIN, *waiting, *back("merge")))
    assert analysis.verdict == "blocked"
    finding = analysis.findings[0]
    assert lwps(finding) == [100, 101, 102]
    assert told(finding, "may-bring") == [{"count": 2, "thread": 201, "pool": "Back::loop (back)"}]
    assert (
        "2 workers of Back::loop (back) are at work and may bring it, among them LWP 201 back. It runs in merge1."
        in wording.explanation(finding)
    )
