"""DolphinDB by its profile.  No dump of a hung server is at hand: the stacks are made after those in its documents."""

from __future__ import annotations

import stackan
from stackan import wording
from tests.dumping import Frame, Thread, analyze, condition, dump, poll_events, thread

BASE = (Frame("Runnable::start()", where="from ./libDolphinDB.so"), Frame("Thread::startFunc(void*)", where="from ./libDolphinDB.so"))
QUEUE = Frame("SynchronizedQueue<SmartPointer<Task> >::blockingPop(SmartPointer<Task>&)", where="from ./libDolphinDB.so")
WAIT = Frame("ConditionalVariable::wait(Mutex&)", where="from ./libDolphinDB.so")
START = Frame("start_thread", "arg=0x0", "at pthread_create.c:442")
MAIN = thread(4100, "dolphindb", condition(0x5581_0000, 0x5581_0040), WAIT, Frame("MainServer::wait()"), Frame("main"))


def run(role: str) -> Frame:
    return Frame(f"{role}::run()", where="from ./libDolphinDB.so")


def idle(lwp: int, role: str) -> Thread:
    return thread(lwp, "dolphindb", condition(0x5581_9000 + lwp * 64, 0x5582_9000), WAIT, QUEUE, run(role), *BASE, START)


def job(lwp: int) -> Thread:
    """A worker whose script waits for its subtasks."""
    latch = Frame("CountDownLatch::wait()", where="from ./libDolphinDB.so")
    script = (Frame("SystemFunction::call(Heap*)"), Frame("SessionImp::run(std::string)"))
    return thread(lwp, "dolphindb", condition(0x5583_9000 + lwp * 64, 0x5584_9000), WAIT, latch, *script, run("ZeroWorker"), *BASE, START)


def subtask(lwp: int) -> Thread:
    latch = Frame("CountDownLatch::wait()", where="from ./libDolphinDB.so")
    return thread(lwp, "dolphindb", condition(0x5585_9000 + lwp * 64, 0x5586_9000), WAIT, latch, run("FirstWorker"), *BASE, START)


LISTENER = thread(4200, "dolphindb", poll_events(), run("ThreadPoolSocketGroup"), *BASE, START)


def judged(*threads: Thread) -> stackan.Analysis:
    text = dump(MAIN, LISTENER, *threads)
    return analyze(text, text)


def test_workers_that_all_wait_for_each_others_subtasks_are_an_exhausted_pool_with_the_way_out() -> None:
    analysis = judged(*map(job, range(4300, 4304)), *map(subtask, range(4400, 4403)), idle(4500, "UrgentWorker"))
    assert analysis.verdict == "worker-exhaustion"
    [finding] = [finding for finding in analysis.findings if finding.kind == "worker-exhaustion"]
    assert "DolphinDB level 0 (ZeroWorker)" in wording.title(finding)
    assert "UrgentWorker is idle: logins and cancelations still pass." in wording.explanation(finding)
    assert "a connection needs a free thread, and none is free" not in wording.explanation(finding)
    first, *steps = wording.advice(finding)
    assert first.startswith("UrgentWorker is idle, so a login and a cancelation still pass; the emergency channel is not needed yet.")
    assert not any("-attach" in step for step in steps)
    assert "kill -15" in steps[-1]
    [urgent] = [pool for pool in analysis.processes[0].pools if "UrgentWorker" in pool.name]
    assert (urgent.idle, urgent.exhausted) == (1, False)


def test_a_server_without_work_is_idle() -> None:
    roles = ("ZeroWorker", "FirstWorker", "SecondWorker", "UrgentWorker", "BatchJobWorker", "LogWriter", "RemoteExecutor")
    analysis = judged(*(idle(4300 + at, role) for at, role in enumerate([*roles, *roles])))
    assert analysis.verdict == "idle"
    assert analysis.findings == ()
    assert analysis.processes[0].rules.profile == "dolphindb"


def test_one_free_worker_of_the_next_level_may_still_run_the_subtasks() -> None:
    analysis = judged(*map(job, range(4300, 4304)), idle(4400, "FirstWorker"))
    assert analysis.verdict != "deadlock"
    assert not any(finding.kind == "worker-exhaustion" for finding in analysis.findings)
