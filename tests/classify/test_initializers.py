"""One-time initializations without the C library's symbols: pthread_once sleeps where it also calls initializers."""

from __future__ import annotations

import pytest

import stackan
from tests.dumping import LIBC, Frame, Thread, analyze, app, dump, lwps, names, resources, sleep, thread, told

SLEEPS, CALLS = 0x7EFC_60EA_BFF1, 0x7EFC_60EA_C057  # Debian 12's glibc 2.36
START = (Frame("??", where=LIBC, pc=0x7EFC_60EA_71F5), Frame("??", where=LIBC, pc=0x7EFC_60F2_78EC))
MAIN = thread(4100, "mapsd", sleep(), app("main"))


def waiting(number: int, *path: Frame) -> Thread:
    return thread(4110 + number, f"once-{number}", Frame("??", where=LIBC, pc=SLEEPS), *path, START)


def called(pc: int = CALLS) -> Frame:
    return Frame("??", where=LIBC, pc=pc)


def initializing(number: int, pc: int = CALLS) -> Thread:
    return waiting(number, app(f"init_{number}"), called(pc), app(f"use_{number}"))


def both(*threads: Thread) -> stackan.Analysis:
    return analyze(*[dump(MAIN, *threads)] * 2)


def test_initializers_that_wait_for_initializers_are_deadlocked() -> None:
    analysis = both(initializing(1), initializing(2), waiting(3, app("late")))
    (finding,) = analysis.findings
    assert (finding.kind, finding.severity, finding.confidence) == ("deadlock", "critical", "likely")
    assert (lwps(finding), finding.behind) == ([4111, 4112], 1)
    assert names(finding).count("waits-run-by") == 2
    assert resources(finding) == ["a one-time initialization"]


def test_an_initializer_that_waits_where_no_other_runs_waits_for_itself() -> None:
    (finding,) = both(initializing(1)).findings
    assert (finding.kind, lwps(finding)) == ("self-deadlock", [4111])


def test_who_waits_for_an_initializer_that_works_is_only_behind_it() -> None:
    works = thread(4112, "once-2", Frame("read", "fd=7", LIBC), app("init_2"), called(), app("use_2"), START)
    analysis = both(initializing(1), works)
    assert analysis.verdict == "blocked"
    assert {finding.severity for finding in analysis.findings if 4111 in lwps(finding)} == {"warning"}
    assert not [finding for finding in analysis.findings if "deadlock" in finding.kind]


@pytest.mark.parametrize("pc", [SLEEPS + 300, SLEEPS - 300, 0x7EFC_60EF_0000])
def test_what_calls_back_elsewhere_in_the_library_is_another_function(pc: int) -> None:
    analysis = both(initializing(1, pc), initializing(2, pc))
    assert analysis.verdict == "inconclusive"  # a sort, and whatever one frame without a name may be
    assert {finding.confidence for finding in analysis.findings} == {"possible"}


def test_one_snapshot_shows_a_circle_that_is_only_possible() -> None:
    (finding,) = analyze(dump(MAIN, initializing(1), initializing(2))).findings
    assert (finding.kind, finding.confidence) == ("deadlock", "possible")
    assert told(finding, "waits-run-by")
