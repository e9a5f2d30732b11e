"""Waits that are for work, or for nothing that could hang, and those that look like them: dumps/parked/ has real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan import wording
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
    mutex,
    noted,
    owners,
    poll_events,
    progress,
    receive,
    run_by,
    thread,
)

DUMPS = Path(__file__).parent.parent / "dumps" / "parked"
MAIN = thread(6100, "tellerd", poll_events(), app("main"))  # it hears from outside


def real(name: str, *files: str) -> stackan.Analysis:
    """Two snapshots, t1 and t2, of one of dumps/parked; of all of its processes, or of those `files`."""
    folder = DUMPS / name
    return stackan.analyze(stackan.load(*(folder / when / file for when in ("t1", "t2") for file in files or ("",))))


def semaphore(address: int) -> tuple[Frame, ...]:
    return (
        Frame("__futex_abstimed_wait_common64", f"private=0, cancel=true, futex_word={address:#x}", "at ./nptl/futex-internal.c:57"),
        Frame("do_futex_wait", f"sem=sem@entry={address:#x}, abstime=0x0, clockid=0", "at ./nptl/sem_waitcommon.c:111"),
        Frame("__new_sem_wait_slow64", f"sem={address:#x}, abstime=0x0, clockid=0", "at ./nptl/sem_waitcommon.c:183"),
    )


def on_semaphore(number: int, *path: str, address: int = 0x5581_D178_4140) -> Thread:
    return thread(6200 + number, f"thr-{number}", semaphore(address), *map(app, path), START)


CONSUMERS = [on_semaphore(number, "get_job", "worker") for number in (1, 2, 3)]


def stuck(*threads: Thread, form: object = dump) -> list[int | str]:
    text = form(MAIN, *threads)  # type: ignore[operator]
    return sorted((key for key, state in progress(analyze(text, text)).items() if state == "stuck"), key=str)


# -- semaphores: dumps/parked/semq.c


@pytest.mark.parametrize("tool", ["gdb.txt", "eu-stack.txt"])
def test_consumers_that_all_wait_for_a_queues_semaphore_in_one_place_are_idle(tool: str) -> None:
    analysis = real("semq", tool)
    assert analysis.verdict == "idle"
    assert not [finding for finding in analysis.findings if finding.kind == "convoy"]
    assert sum(track.progress == "idle" and track.place.kind == "semaphore" for track in analysis.processes[0].tracks) == 8


def test_the_headline_says_that_parked_on_a_semaphore_is_a_guess() -> None:
    text = dump(MAIN, *CONSUMERS, thread(6300, "log", condition(0x7FFE_67E4_9490, 0x7FFE_67E4_9468), app("log_main"), START))
    assert "for a condition or a semaphore: for work, as far as a stack tells" in analyze(text, text).headline


def test_a_semaphore_below_a_locks_function_counts_no_work() -> None:
    assert stuck(*[on_semaphore(number, "shm_lock", "book_entry", "worker") for number in (1, 2)]) == [6201, 6202]


def test_a_semaphore_that_different_work_takes_counts_a_resource() -> None:
    assert stuck(*CONSUMERS, on_semaphore(4, "report")) == [6201, 6202, 6203, 6204]


def test_in_stacks_without_addresses_semaphores_may_all_be_the_same() -> None:
    assert stuck(*CONSUMERS, on_semaphore(4, "report", address=0x5581_D178_4188), form=eu_stack) == [6201, 6202, 6203, 6204]


def test_two_queues_have_semaphores_and_consumers_of_their_own() -> None:
    assert stuck(*CONSUMERS, on_semaphore(4, "write_log", address=0x5581_D178_4188)) == []


def test_the_main_threads_semaphore_is_its_own() -> None:
    main = thread(6100, "tellerd", semaphore(0x5581_D178_41C0), app("main"))
    text = eu_stack(main, *CONSUMERS)
    assert set(progress(analyze(text, text)).values()) == {"idle"}


def test_a_semaphore_inside_of_a_loop_in_which_others_are_parked_is_a_wait() -> None:
    client = thread(6300, "thr-0", receive(7), app("session"), START)
    assert stuck(client, on_semaphore(1, "get_connection", "query", "session")) == [6201]


def test_a_semaphore_inside_of_a_task_is_a_wait() -> None:
    task = thread(6201, "thr-1", semaphore(0x5581_D178_4140), app("get_connection"), run_by())
    assert stuck(task) == [6201]


def test_consumers_parked_on_a_semaphore_are_a_pool_of_free_workers() -> None:
    busy = thread(6204, "thr-4", app("run_job"), app("worker"), START)
    text = dump(MAIN, *CONSUMERS, busy)
    (pool,) = analyze(text, text).processes[0].pools
    assert (pool.dispatch, pool.idle, pool.exhausted) == ("worker", 3, False)


# -- children: dumps/parked/superv.sh, dumps/parked/shm.c


def wait_for_child(*callers: str) -> tuple[Frame, ...]:
    where = "at ../sysdeps/unix/sysv/linux/wait4.c:30"
    return (Frame("__GI___wait4", "pid=-1, stat_loc=0x0, options=0, usage=0x0", where), *(Frame(caller, "", LIBC) for caller in callers))


def test_a_supervisor_is_idle_and_the_headline_points_to_its_child() -> None:
    analysis = real("superv")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert "1 of them for a child process: what that does, its own dumps tell" in analysis.headline


def test_children_that_hang_lead_the_case_and_not_the_parent_that_waits_for_them() -> None:
    analysis = real("shm")
    assert (analysis.verdict, "transfer" in analysis.headline) == ("blocked", True)
    assert {track.lwp for finding in analysis.findings for _, track in finding.threads} == {17893, 17894}


def test_a_child_that_a_task_waits_for_is_a_wait() -> None:
    task = thread(6201, "thr-1", wait_for_child(), app("run_backup"), run_by())
    assert stuck(task) == [6201]


@pytest.mark.parametrize(
    "call", [("do_system", "__libc_system"), ("_IO_new_proc_close", "_IO_new_file_close_it", "_IO_new_fclose", "__new_pclose")]
)
def test_a_command_that_is_run_is_work_wherever_it_stands(call: tuple[str, ...]) -> None:
    text = dump(MAIN, thread(6201, "thr-1", wait_for_child(*call), app("run_backup"), START))
    analysis = analyze(text, text)
    assert progress(analysis)[6201] == "stuck"
    assert "waits for a command that it runs, in run_backup" in wording.title(analysis.findings[0])


# -- turns to accept: dumps/prefork/prefork.c

LOCK = 0x7F76_C428_6000


def accept(number: int) -> Thread:
    return thread(6400 + number, f"thr-{number}", Frame("__libc_accept", "fd=3, addr=..., len=0x0"), app("serve"), START)


def queued(number: int, address: int = LOCK, *path: str) -> Thread:
    return thread(6400 + number, f"thr-{number}", mutex(address), *at_lines(*(path or ("serve",))), START)


def at_lines(*path: str) -> list[Frame]:
    """Frames of functions, `name:line` each; the line may be left out."""
    return [app(name, line=int(line or 10)) for name, _, line in (step.partition(":") for step in path)]


def test_children_that_wait_for_their_turn_to_accept_are_idle() -> None:
    analysis = real("../prefork")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert "2 of them for their turn to accept connections, as far as stacks tell" in analysis.headline
    notes = {noted(track) for process in analysis.processes for track in process.tracks if track.place.role == "follower"}
    assert notes == {"waits for its turn to accept connections; LWP 28036 has it"}


def test_threads_of_one_process_follow_one_that_accepts_too() -> None:
    assert stuck(accept(1), queued(2), queued(3)) == []


def test_a_lock_that_lets_two_accept_is_another_lock() -> None:
    assert stuck(accept(1), accept(2), queued(3), queued(4)) == [6403, 6404]


def test_two_locks_are_no_turn() -> None:
    assert stuck(accept(1), queued(2), queued(3, LOCK + 40)) == [6402, 6403]


def test_a_lock_further_inside_is_work() -> None:
    assert stuck(accept(1), queued(2, LOCK, "debit", "serve"), queued(3, LOCK, "debit", "serve")) == [6402, 6403]


@pytest.mark.parametrize(("owner", "waiting"), [(6401, []), (6100, [6402, 6403])])
def test_a_printed_owner_decides_whether_it_is_a_turn(owner: int, waiting: list[int]) -> None:
    printed = f"$1 = {{__data = {{__lock = 2, __count = 0, __owner = {owner}, __nusers = 1, __kind = 0}}}}\n".encode()
    text = dump(MAIN, accept(1), queued(2), queued(3)) + f"+print *(pthread_mutex_t *) {LOCK:#x}\n".encode() + printed
    assert sorted(key for key, state in progress(analyze(text, text)).items() if state == "stuck" and key != 6100) == waiting


def test_whose_end_an_idle_thread_waits_for_is_said() -> None:
    """The other one moves, so its waiter is in no trouble; whom it waits for is known all the same."""
    main = thread(4100, "main", join(4101), app("main"))
    analysis = analyze(*(dump(main, thread(4101, "worker", app("compute", pc=pc), START)) for pc in (0x5581_9000, 0x5581_9040)))
    assert progress(analysis)[4100] == "idle"
    assert owners(analysis, 4100) == [4101]


def within(number: int, *path: str) -> Thread:
    return thread(6400 + number, f"thr-{number}", Frame("__libc_accept", "fd=3, addr=..., len=0x0"), *at_lines(*path), START)


def test_who_queues_in_a_helper_that_is_named_for_the_lock_waits_for_its_turn_too() -> None:
    path = ("my_mutex_acquire", "accept_lock_on", "child_loop", "make_child")
    assert stuck(within(1, "child_loop", "make_child"), queued(2, LOCK, *path), queued(3, LOCK, *path)) == []


def test_the_one_that_has_its_turn_may_be_in_helpers_of_what_takes_the_lock() -> None:
    others = (queued(2, LOCK, "next_request:31", "serve"), queued(3, LOCK, "next_request:31", "serve", "main_loop", "main"))
    assert stuck(within(1, "wait_for_any", "next_request:33", "serve"), *others) == []


@pytest.mark.parametrize(
    ("locks", "accepts"),
    [
        (("next_request:35", "serve"), ("wait_for_any", "next_request:33", "serve")),
        (("accept_next:35", "serve"), ("accept_any", "accept_next:33", "serve")),
    ],
)
def test_a_lock_that_comes_behind_accepting_is_no_turn(locks: tuple[str, ...], accepts: tuple[str, ...]) -> None:
    assert stuck(within(1, *accepts), queued(2, LOCK, *locks), queued(3, LOCK, *locks)) == [6402, 6403]


@pytest.mark.parametrize("form", [dump, eu_stack])
@pytest.mark.parametrize(
    ("locks", "accepts"),
    [
        (("cache_lock", "serve:33", "worker_main"), ("accept_conn", "serve:35", "worker_main")),
        (("acquire_session", "serve:33", "worker_main"), ("accept_conn", "serve:35", "worker_main")),
        (("serve:33", "worker_main"), ("next_conn", "serve:35", "worker_main")),
    ],
)
def test_a_lock_of_something_else_in_the_function_that_accepts_is_no_turn(
    locks: tuple[str, ...], accepts: tuple[str, ...], form: object
) -> None:
    assert stuck(within(1, *accepts), queued(2, LOCK, *locks), queued(3, LOCK, *locks), form=form) == [6402, 6403]


def test_a_thread_that_runs_in_one_place_may_have_the_lock() -> None:
    path = ("take_turn", "child_loop", "make_child")

    def at(pc: int, function: str) -> bytes:
        runs = thread(6409, "thr-9", app(function, pc=pc), app("answer"), app("child_loop"), START)
        return dump(MAIN, within(1, *path[1:]), queued(2, LOCK, *path), queued(3, LOCK, *path), runs)

    def judged(*texts: bytes) -> list[str]:
        found = progress(analyze(*texts))
        return [found[6402], found[6403]]

    assert judged(at(0x5581_9000, "rehash"), at(0x5581_9040, "rehash")) == ["stuck", "stuck"]
    assert judged(at(0x5581_9000, "parse"), at(0x5581_B040, "print")) == ["idle", "idle"]


def test_where_another_thread_stands_still_it_may_have_the_lock() -> None:
    others = (queued(2, LOCK, "next_request:31", "serve"), queued(3, LOCK, "next_request:31", "serve"))
    writing = thread(6409, "thr-9", Frame("__GI___libc_write", "fd=7, buf=0x5581, nbytes=9"), app("answer"), app("serve"), START)
    assert stuck(within(1, "wait_for_any", "next_request:33", "serve"), *others, writing) == [6402, 6403, 6409]
