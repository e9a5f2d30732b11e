"""A barrier at which threads wait, in real dumps (dumps/barrier/bar.cc): two have come, the third never will."""

from __future__ import annotations

from pathlib import Path

import stackan
from stackan import wording
from tests.dumping import START, Frame, Thread, analyze, app, dump, join, lwps, receive, resources, thread, told

SNAPSHOTS = [(Path(__file__).parent.parent / "dumps" / "barrier" / f"snap{number}.txt").read_bytes() for number in (1, 2)]


def arrive(number: int) -> tuple[Frame, ...]:
    """Waits as the one of five that came at this place."""
    printed = (f"i = {number}", "count = 5")
    return (
        Frame("futex_wait", "private=0, expected=0, futex_word=0x55814144", "at ../sysdeps/nptl/futex-internal.h:146", inlined=True),
        Frame("___pthread_barrier_wait", "barrier=0x55814140", "at ./nptl/pthread_barrier_wait.c:184", locals=printed),
    )


def barrier(analysis: stackan.Analysis) -> stackan.model.finding.Finding:
    return next(finding for finding in analysis.findings if resources(finding) == ["barrier 0x56384ef59120 <bar>"])


def needs(analysis: stackan.Analysis) -> list[str]:
    rows = analysis.to_dict()["processes"][0]["threads"]
    return [wait["needs"] for row in rows for wait in row["waits_for"] if wait["kind"] == "barrier"]


def test_locals_tell_how_many_threads_have_yet_to_come() -> None:
    analysis = analyze(*SNAPSHOTS)
    finding = barrier(analysis)
    assert lwps(finding) == [26459, 26460]
    assert told(finding, "yet-to-come") == [{"count": 1}]
    assert "One more thread has yet to come to it." in wording.explanation(finding)
    assert needs(analysis) == ["2", "1"]  # the one that came first, LWP 26460, lacked two more


def test_a_barrier_that_was_passed_before_counts_anew() -> None:
    later = [text.replace(b"        i = 1\n", b"        i = 7\n").replace(b"        i = 2\n", b"        i = 8\n") for text in SNAPSHOTS]
    assert needs(analyze(*later)) == ["2", "1"]


def test_without_its_locals_nothing_is_said_of_who_is_missing() -> None:
    bare = [text.replace(b"        count = 3\n", b"        count = <optimized out>\n") for text in SNAPSHOTS]
    analysis = analyze(*bare)
    assert not told(barrier(analysis), "yet-to-come")
    assert needs(analysis) == ["all", "all"]


def test_the_deadlock_that_keeps_the_third_away_is_what_the_report_leads_with() -> None:
    analysis = analyze(*SNAPSHOTS)
    assert (analysis.findings[0].kind, lwps(analysis.findings[0])) == ("deadlock", [26461, 26462])


def test_who_does_the_same_work_and_has_not_come_is_named() -> None:
    """Four of five workers wait in solve(); the fifth reads from a pipe there."""
    steps = [
        thread(lwp, "solver", arrive(at), app("solve", pc=0x5581_7000), app("work"), START) for at, lwp in enumerate(range(4101, 4105), 1)
    ]
    late = thread(4105, "solver", receive(3), app("solve", pc=0x5581_7100), app("work"), START)
    parked = thread(4106, "io", receive(4), app("serve"), START)
    text = dump(thread(4100, "main", join(4101), app("main")), *steps, late, parked, full=True)
    finding = next(finding for finding in analyze(text, text).findings if resources(finding) == ["barrier 0x55814140"])
    assert lwps(finding) == [4101, 4102, 4103, 4104]
    assert told(finding, "may-be-missing") == [{"thread": 4105, "function": "solve"}]
    assert (
        "One more thread has yet to come to it. By elimination that is LWP 4105 solver: no other thread is inside solve without waiting "
        "there. It waits for the network (descriptor 3) in solve." in wording.explanation(finding)
    )
    assert any("has not come to the barrier" in advice for advice in wording.advice(finding))


def at_work(pc: int) -> tuple[Frame, ...]:
    return (app("burn", pc=pc), app("solve", pc=0x5581_7100), app("work"), *START)


def solving(*others: Thread, number: int = 4) -> bytes:
    """So many workers have come to the barrier of five, in solve()."""
    came = [thread(4100 + at, "solver", arrive(at), app("solve", pc=0x5581_7000), app("work"), START) for at in range(1, number + 1)]
    return dump(thread(4100, "main", join(4101), app("main")), *came, *others, full=True)


def at_barrier(analysis: stackan.Analysis) -> stackan.model.finding.Finding:
    return next(finding for finding in analysis.findings if resources(finding) == ["barrier 0x55814140"])


def test_a_barrier_to_which_a_thread_at_work_may_still_come_is_no_proof_of_a_hang() -> None:
    analysis = analyze(*(solving(thread(4105, "solver", at_work(pc))) for pc in (0x5581_9000, 0x5581_9040)))
    finding = at_barrier(analysis)
    assert (finding.severity, finding.confidence) == ("warning", "possible")
    assert told(finding, "on-the-way") == [{"count": 1, "thread": 4105}]
    assert "LWP 4105 solver is still on its way. It runs in burn." in wording.explanation(finding)
    assert analysis.verdict == "progressing"  # nor does who waits for the end of such a thread count


def test_who_moves_elsewhere_is_not_taken_for_the_one_that_is_missing() -> None:
    """The fifth solver reads from a pipe; that another thread computes does not help it."""
    stuck = thread(4105, "solver", receive(3), app("solve", pc=0x5581_7100), app("work"), START)
    analysis = analyze(
        *(solving(stuck, thread(4106, "other", app("burn", pc=pc), app("report"), START)) for pc in (0x5581_9000, 0x5581_9040))
    )
    assert (at_barrier(analysis).severity, at_barrier(analysis).confidence) == ("critical", "likely")
    assert not told(at_barrier(analysis), "on-the-way")
    assert analysis.verdict == "blocked"


def test_a_barrier_that_lacks_two_of_whom_one_is_stuck_is_blocked() -> None:
    stuck = thread(4104, "solver", receive(3), app("solve", pc=0x5581_7100), app("work"), START)
    analysis = analyze(*(solving(stuck, thread(4105, "solver", at_work(pc)), number=3) for pc in (0x5581_9000, 0x5581_9040)))
    assert at_barrier(analysis).confidence == "likely"


def test_where_nobody_is_inside_the_function_whoever_moves_may_be_the_one_that_is_missing() -> None:
    analysis = analyze(*(solving(thread(4105, "late", app("burn", pc=pc), app("start"), START)) for pc in (0x5581_9000, 0x5581_9040)))
    assert (at_barrier(analysis).severity, at_barrier(analysis).confidence) == ("warning", "possible")


def test_where_fewer_are_inside_the_function_than_are_missing_the_rest_may_come_from_elsewhere() -> None:
    """Two of five are missing: one solver computes, another thread has not begun to."""
    analysis = analyze(
        *(
            solving(thread(4104, "solver", at_work(pc)), thread(4105, "late", app("burn", pc=pc), app("start"), START), number=3)
            for pc in (0x5581_9000, 0x5581_9040)
        )
    )
    assert (at_barrier(analysis).severity, at_barrier(analysis).confidence) == ("warning", "possible")
