"""Run-times seen natively: what a gdb dump of a JVM cannot tell, and what to take instead."""

from __future__ import annotations

import pytest

import stackan
from stackan import wording
from tests.dumping import START, Thread, analyze, app, condition, dump, noted, thread

JVM = (app("JavaThread::run"), app("Thread::call_run"), app("thread_native_entry"), *START)
WAIT = condition(0x7F80_7400_B7C0, 0x7F80_7400_B798)
LAUNCHER = thread(200, "java", condition(0x7F80_7400_0010, 0x7F80_7400_0020), app("JavaMain"), START)


def parked(lwp: int) -> Thread:
    return thread(lwp, f"pool-1-{lwp}", WAIT, app("Parker::park"), app("Unsafe_Park"), JVM)


def entering(lwp: int) -> Thread:
    above = (app("os::PlatformEvent::park"), app("ObjectMonitor::EnterI"), app("ObjectMonitor::enter"))
    return thread(lwp, f"pool-1-{lwp}", WAIT, above, JVM)


def test_one_native_dump_of_a_jvm_asks_for_another_kind_of_dump_and_not_for_a_second_one():
    analysis = analyze(dump(LAUNCHER, *(parked(lwp) for lwp in range(201, 207))))
    assert analysis.verdict == "inconclusive"
    assert analysis.headline.startswith("6 of 7 threads cannot be judged by this dump")
    assert "`jcmd PID Thread.print -l`" in analysis.headline


def test_what_to_take_instead_is_a_sentence_of_its_own():
    text = dump(LAUNCHER, *(parked(lwp) for lwp in range(201, 207)))
    [finding] = analyze(text, text).findings
    assert wording.explanation(finding) == "A native stack cannot tell whether a Java thread waits for work or for a lock."
    assert wording.advice(finding) == ("Take `jcmd PID Thread.print -l` (jstack).",)


def test_what_a_native_dump_of_a_jvm_does_suggest_is_told_behind_that():
    analysis = analyze(dump(LAUNCHER, *(parked(lwp) for lwp in range(201, 207)), entering(207), entering(208)))
    assert "`jcmd PID Thread.print -l`" in analysis.headline
    assert analysis.headline.endswith("What it suggests: 2 threads wait for a Java monitor.")


def test_one_native_dump_that_a_second_one_would_explain_asks_for_that():
    workers = [thread(lwp, "worker", app(f"task_{lwp}"), START) for lwp in range(201, 207)]
    assert analyze(dump(*workers)).headline.startswith("One snapshot cannot tell what is stuck: take a second one")


def test_threads_that_wait_for_a_monitor_are_first_told_to_take_a_dump_that_names_it():
    text = dump(LAUNCHER, parked(201), *(entering(lwp) for lwp in range(202, 205)))
    first = analyze(text, text).findings[0]
    assert wording.title(first) == "3 threads wait for a Java monitor"
    assert "`jcmd PID Thread.print -l`" in wording.advice(first)[0]


@pytest.mark.parametrize("tool", ["gdb", "gdb-nodebug", "eu-stack"])
def test_a_real_jvm_in_a_deadlock_is_told_so(shared, tool):
    for inputs in ("snap1", "snap*"):
        paths = sorted((shared / "truth/servers/s4b-java-monitor-deadlock" / tool).glob(f"{inputs}.*txt"))
        analysis = stackan.analyze(stackan.load(*paths))
        assert "jcmd PID Thread.print -l" in analysis.headline + "".join(wording.advice(analysis.findings[0]))


def wants_gil(lwp: int) -> Thread:
    return thread(lwp, "python3", WAIT, app("take_gil"), app("PyEval_RestoreThread"), app("time_sleep"), app("Py_RunMain"), START)


def test_who_waits_for_the_gil_in_all_snapshots_is_neither_stuck_nor_seen_to_work():
    text = dump(*(wants_gil(lwp) for lwp in (301, 302, 303)))
    analysis = analyze(text, text)
    rows = analysis.to_dict()["processes"][0]["threads"]
    assert [(row["progress"], wait["kind"]) for row in rows for wait in row["waits_for"]] == [("unknown", "gil")] * 3
    assert (analysis.verdict, noted(analysis.processes[0].tracks[0])) == (
        "inconclusive",
        "waits in all snapshots for the GIL: it asks again every 5 ms",
    )
