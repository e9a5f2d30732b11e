"""Waits that programs make themselves of a futex: what they wait for stands in the names of their own functions, or nowhere."""

from __future__ import annotations

import pytest

from stackan.classify.own_futexes import read_own_futex
from tests.dumping import LIBC, START, Frame, Thread, analyze, app, dump, kinds, poll_events, progress, thread, told, unnamed

SYSCALL = Frame("syscall", "", "at ../sysdeps/unix/sysv/linux/x86_64/syscall.S:38")
MAIN = thread(6500, "tellerd", SYSCALL, app("g_cond_wait"), app("main"))


@pytest.mark.parametrize(
    ("frames", "kind", "own"),
    [
        (("ethr_event_twait", "??", "erts_schedule"), "condition", 1),
        (("qemu_event_wait", "()", "start_thread"), "condition", 1),
        (("g_cond_wait", "?? libglib-2.0.so.0", "g_async_queue_pop", "consumer"), "condition", 3),
        (("g_mutex_lock_slowpath", "g_mutex_lock", "consumer"), "mutex", 2),
        (("?? libQt6Core.so.6", "QBasicMutex::lockInternal", "Ledger::post"), "mutex", 2),
        (("?? libQt6Core.so.6", "?? libQt6Core.so.6", "QSemaphore::acquire", "Ledger::post"), "semaphore", 3),
        (("gomp_barrier_wait_end", "gomp_team_start"), "barrier", 1),
        (("park_core::parker::park", "park_core::raw_rwlock::lock_slow", "bank::post"), "rwlock", 2),
        (("urcu_thread_join", "stop"), "thread", 1),
        (("seqlock_wait", "rcu_main"), "condition", 1),
        (("demo_futex_wait", "demo_event_wait", "reclaim"), "condition", 2),
        (("futex_wait", "Ledger::SpinMutex::lock_slow", "Ledger::SpinMutex::lock", "post"), "mutex", 3),
        (("sys_futex", "EventCount::wait", "worker"), "condition", 2),
        (("futexWaitImpl", "pico::Baton::wait", "pico::Promise::get", "aggregate", "CPUPool::threadRun"), "future", 3),
        (("futex_wait", "CompletionQueue::wait", "Worker::run"), "condition", 2),
        (("futex_wait", "completion_queue_wait", "io_worker"), "condition", 2),
        (("futexWaitImpl", "pico::Baton::wait", "pico::LifoSem::wait", "pico::CPUPool::threadRun"), "semaphore", 3),
        (("futexWaitImpl", "Baton::wait", "Pool::next_job", "run"), "condition", 2),
    ],
)
def test_the_outermost_function_of_a_family_tells_what_a_futex_is_for(frames: tuple[str, ...], kind: str, own: int) -> None:
    rule, run = read_own_futex(("syscall", *frames), 1) or pytest.fail("nothing is told")
    assert (rule.kind, run) == (kind, 1 + own)


@pytest.mark.parametrize(
    "frames",
    [
        ("futex_wait_private", "demo::Timer::run"),
        ("?? libfoo.so", "?? libfoo.so", "?? libfoo.so", "foo_lock"),  # too far out for the library's own
        ("account_clock", "block_reader"),  # words, not letters
        ("io_submit", "other_mutex_lock"),  # of another family
        ("futex_wait", "ShutdownBaton::wait", "Server::serve", "main"),
        ("futex_wait", "wait_for_completion", "kthread_worker"),
        ("futexWaitImpl", "Baton::wait", "IdleList::wait", "Worker::loop"),
        ("futex_wait", "StopPromise::wait", "Flusher::run"),  # a thread's own loop may wait for the program's end
        ("futex_wait", "LoadPromise::wait", "Server::serve", "main"),
    ],
)
def test_a_futex_of_which_no_name_tells_is_not_known(frames: tuple[str, ...]) -> None:
    assert read_own_futex(("syscall", *frames), 1) is None


def named(lwp: int, *functions: str) -> Thread:
    return thread(lwp, "tellerd", SYSCALL, *map(app, functions), START)


def test_threads_that_are_parked_on_a_run_times_own_events_are_idle() -> None:
    door = thread(6510, "tellerd", poll_events(), app("erts_check_io"), START)  # something from outside can wake the process
    text = dump(MAIN, door, *(named(lwp, "ethr_event_twait", "erts_schedule") for lwp in range(6501, 6509)))
    analysis = analyze(text, text)
    assert analysis.verdict == "idle"
    assert not analysis.findings


def test_threads_at_a_lock_of_the_programs_own_are_stuck() -> None:
    text = dump(MAIN, *(named(lwp, "ledger_mutex_lock", "post") for lwp in range(6501, 6505)))
    analysis = analyze(text, text)
    assert analysis.verdict == "blocked"
    assert kinds(analysis) == ["convoy"]


def test_a_system_call_of_an_unknown_caller_is_no_lock_of_the_c_library() -> None:
    text = dump(MAIN, *(named(lwp, "do_it", "post") for lwp in range(6501, 6505)))
    analysis = analyze(text, text)
    assert analysis.verdict == "inconclusive"
    assert "C library" not in analysis.headline
    assert [finding.severity for finding in analysis.findings] == ["info"]
    assert told(analysis.findings[0], "read-the-system-call")
    assert not told(analysis.findings[0], "get-symbols-for-unnamed-waits")


def test_the_advice_names_the_library_whose_frames_have_no_names() -> None:
    hidden = (unnamed(0x7F31_0000_1000, "/usr/lib/libledger.so.4"), unnamed(0x7F31_0000_2000, "/usr/lib/libledger.so.4"))
    text = dump(MAIN, *(thread(lwp, "tellerd", SYSCALL, hidden, START) for lwp in range(6501, 6505)))
    (finding,) = analyze(text, text).findings
    assert told(finding, "get-symbols-of-module") == [{"module": "libledger.so.4"}]


def test_a_run_times_own_thread_without_names_leaves_the_others_judged() -> None:
    hidden = unnamed(0x7F31_0000_1000, "/usr/lib/libledger.so.4")
    parked = thread(6502, "tellerd", SYSCALL, app("g_cond_wait"), app("serve"), START)
    text = dump(MAIN, parked, thread(6501, "reclaim", SYSCALL, hidden, START))
    analysis = analyze(text, text)
    assert progress(analysis)[6501] == "unknown"
    assert analysis.verdict == "idle"


def test_a_thread_without_names_that_works_for_the_program_leaves_it_unjudged() -> None:
    hidden = unnamed(0x7F31_0000_1000, "/usr/lib/libledger.so.4")
    text = dump(MAIN, *(thread(lwp, "work", SYSCALL, hidden, app("post_all"), START) for lwp in (6501, 6502)))
    assert analyze(text, text).verdict == "inconclusive"


def test_a_virtual_processor_that_rests_is_idle() -> None:
    ioctl = Frame("__GI___ioctl", "fd=16, request=44672", "at ../sysdeps/unix/sysv/linux/ioctl.c:36")
    text = dump(MAIN, thread(6501, "CPU 0/KVM", ioctl, app("kvm_vcpu_ioctl"), app("kvm_cpu_exec"), START))
    assert progress(analyze(text, text))[6501] == "idle"


# -- waits of glibc whose frames have no names: it was stripped


def nameless(lwp: int, pc: int, *functions: str) -> Thread:
    """`sem_wait`, or a join, as two nameless frames of the C library."""
    frames = (Frame("??", "", LIBC, pc), Frame("??", "", LIBC, pc + 0x80))
    return thread(lwp, "tellerd", frames, *map(app, functions), START)


SEMAPHORE, JOIN = 0x7F31_A0C1_0000, 0x7F31_A0C2_0000


def stuck(*threads: Thread) -> set[int | str]:
    text = dump(MAIN, *threads)
    analysis = analyze(text, text)
    assert not any(finding.severity == "critical" for finding in analysis.findings)
    return {key for key, state in progress(analysis).items() if state == "stuck"}


def test_threads_that_all_wait_without_names_in_one_place_are_consumers() -> None:
    assert stuck(*(nameless(lwp, SEMAPHORE, "Scheduler::run") for lwp in range(6501, 6509))) == set()


def test_one_thread_alone_shows_no_queue() -> None:
    assert stuck(nameless(6501, SEMAPHORE, "stopper")) == {6501}


@pytest.mark.parametrize("other", [nameless(6503, SEMAPHORE, "report"), nameless(6503, JOIN, "worker")])
def test_waits_without_names_in_different_places_are_no_queue(other: Thread) -> None:
    assert stuck(nameless(6501, SEMAPHORE, "worker"), nameless(6502, SEMAPHORE, "worker"), other) == {6501, 6502, 6503}
