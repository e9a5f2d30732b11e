"""A process that waits for the end of a child whose dumps are in the case, too."""

from __future__ import annotations

import pytest

import stackan
from stackan.model.finding import Finding
from tests.dumping import START, Frame, Thread, analyze, app, dump, lock_guard, lwps, mutex, progress, receive, thread, told

MAIN = Frame("__libc_start_main", "", "from /lib/x86_64-linux-gnu/libc.so.6")
LOCKS = (0x5581_3018, 0x5581_3058)
READER = thread(4250, "helper", receive(9), app("main"), MAIN)
CIRCLE = tuple(
    thread(lwp, "helper", mutex(lock), app("transfer", locals=(lock_guard(other),)), START)
    for lwp, lock, other in ((4250, *LOCKS), (4251, *reversed(LOCKS)))
)


def wait(call: str = "wait4", arguments: str = "pid=4250, stat_loc=0x7ffe4adf, options=0, usage=0x0") -> Thread:
    """A task that waits so."""
    task = Frame("std::packaged_task<int ()>::operator()", "this=0x7f3d08000bc0", "at /usr/include/c++/12/future:1559")
    return thread(
        4100, "srv", Frame(call, arguments, "at ../sysdeps/unix/sysv/linux/wait4.c:30"), app("run_helper"), task, app("serve"), MAIN
    )


def together(parent: Thread, *child: Thread, later: tuple[Thread, ...] = ()) -> stackan.Analysis:
    texts = [text for threads in (child, later or child) for text in (dump(parent, pid=4100), dump(*threads, full=True, pid=4250))]
    return analyze(*texts, names=["4100-1.txt", "4250-1.txt", "4100-2.txt", "4250-2.txt"])


def about(analysis: stackan.Analysis, lwp: int) -> Finding:
    return next(finding for finding in analysis.findings if lwp in lwps(finding))


@pytest.mark.parametrize(
    ("call", "arguments", "behind"),
    [
        ("wait4", "pid=4250, stat_loc=0x7ffe4adf, options=0, usage=0x0", 1),
        ("waitpid", "pid=pid@entry=4250, stat_loc=0x7ffe4adf, options=0", 1),
        ("waitid", "idtype=P_PID, id=4250, infop=0x7ffe4adf, options=4", 1),
        ("wait4", "pid=4251, stat_loc=0x7ffe4adf, options=0, usage=0x0", 0),
        ("wait4", "pid=-1, stat_loc=0x7ffe4adf, options=0, usage=0x0", 0),
    ],
)
def test_who_waits_for_a_child_waits_behind_what_the_child_waits_for(call: str, arguments: str, behind: int) -> None:
    found = together(wait(call, arguments), READER)
    assert about(found, 4250).behind == behind
    assert [said["thread"] for said in told(about(found, 4100), "wait-behind")] == [4250] * behind


def test_a_deadlock_in_the_child_holds_up_its_parent() -> None:
    found = together(wait(), *CIRCLE)
    deadlock = about(found, 4250)
    assert (found.verdict, deadlock.kind, deadlock.behind) == ("deadlock", "deadlock", 1)
    assert told(about(found, 4100), "waits-for-process") == [{"process": "4250"}]


def test_a_thread_of_the_child_that_is_in_no_circle_may_still_end_it() -> None:
    free = thread(4252, "helper", receive(9), app("serve"), START)
    assert about(together(wait(), *CIRCLE, free), 4251).behind == 0


def test_while_the_child_moves_its_parent_is_not_hung() -> None:
    later = (thread(4250, "helper", app("checksum"), app("main"), MAIN),)
    found = together(wait(), thread(4250, "helper", app("read_block"), app("main"), MAIN), later=later)
    assert progress(found, 1)[4250] == "progressing"
    assert (about(found, 4100).severity, about(found, 4100).confidence) == ("info", "possible")
    assert told(about(found, 4100), "their-work-moves")
