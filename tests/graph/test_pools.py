"""Worker pools: which threads are one, and when it is exhausted."""

from __future__ import annotations

import pytest

import stackan
from stackan.model.process import Pool
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
    kinds,
    lock_guard,
    lwps,
    mutex,
    parked,
    poll_events,
    progress,
    receive,
    run_by,
    sleep,
    thread,
)

WRITING = Frame("__GI___libc_write", "fd=11, buf=0x7f31f0001b20, nbytes=99", "at ../sysdeps/unix/sysv/linux/write.c:26")
MAIN = thread(4100, "tellerd", sleep(), app("stay"), app("main"))
LOCK, OTHER_LOCK = 0x5581_D178_4140, 0x5581_D178_4180


def waiter(number: int, name: str = "wrk") -> Thread:
    """A worker whose task waits for the result of another task."""
    return thread(4200 + number, f"{name}-{number}", future(), app("handle_request", f"id={number}"), run_by())


def third(*frames: Frame | tuple[Frame, ...]) -> Thread:
    return thread(4203, "wrk-3", *frames)


ALL_WAIT = (MAIN, waiter(1), waiter(2), waiter(3))


def the_pool(analysis: stackan.Analysis) -> Pool:
    (pool,) = analysis.processes[0].pools
    return pool


# -- exhausted


def test_a_pool_whose_workers_all_wait_for_tasks_in_two_snapshots_is_exhausted() -> None:
    text = dump(*ALL_WAIT)

    analysis = analyze(text, text)

    assert analysis.verdict == "worker-exhaustion"
    assert [(finding.kind, finding.severity, finding.confidence) for finding in analysis.findings] == [
        ("worker-exhaustion", "critical", "likely")
    ]
    assert lwps(analysis.findings[0]) == [4201, 4202, 4203]
    pool = the_pool(analysis)
    assert (len(pool.workers), pool.idle, pool.blocked, pool.progressing, pool.exhausted) == (3, 0, 3, 0, True)


def test_one_snapshot_of_an_exhausted_pool_is_possible_and_not_critical() -> None:
    analysis = analyze(dump(*ALL_WAIT))

    assert analysis.verdict == "inconclusive"
    assert [(finding.kind, finding.severity, finding.confidence) for finding in analysis.findings] == [
        ("worker-exhaustion", "warning", "possible")
    ]
    assert not analysis.critical


def test_whoever_waits_for_a_task_of_the_exhausted_pool_is_no_worker_of_it() -> None:
    client = thread(4300, "client", future(), app("ask"), app("client_loop"), START)
    text = dump(*ALL_WAIT, client)

    analysis = analyze(text, text)

    assert lwps(analysis.findings[0]) == [4201, 4202, 4203]
    assert progress(analysis)[4300] == "stuck"


def test_a_sleeping_main_thread_and_an_event_loop_deliver_no_results() -> None:
    text = dump(*ALL_WAIT, thread(4300, "acceptor", poll_events(), app("accept_loop"), START))

    assert analyze(text, text).verdict == "worker-exhaustion"


def test_two_pools_that_wait_for_each_other_are_one_finding_with_the_workers_of_both() -> None:
    front = [thread(4200 + number, f"front-{number}", future(), app("render"), run_by("Front::loop")) for number in range(2)]
    back = [thread(4300 + number, f"back-{number}", future(), app("query"), run_by("Back::loop")) for number in range(2)]
    text = dump(MAIN, *front, *back)

    analysis = analyze(text, text)

    assert [(finding.kind, lwps(finding)) for finding in analysis.findings] == [("worker-exhaustion", [4200, 4201, 4300, 4301])]
    assert [pool.exhausted for pool in analysis.processes[0].pools] == [True, True]


# -- not exhausted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (third(parked()), third(parked())),
        (third(parked()), waiter(3)),
        (waiter(3), third(parked())),
        (third(app("parse"), app("handle_request"), run_by()), third(app("reply"), app("handle_request"), run_by())),
        (third(app("crunch"), app("handle_request"), run_by()), third(app("crunch"), app("handle_request"), run_by())),
        (third(mutex(LOCK), app("store"), run_by()), third(mutex(OTHER_LOCK), app("store"), run_by())),
        (None, waiter(3)),
    ],
    ids=["idle", "idle before", "idle after", "moving", "computing", "on another lock", "appeared"],
)
def test_one_worker_that_is_idle_or_moves_keeps_a_pool_from_exhaustion(before: Thread | None, after: Thread) -> None:
    first = dump(MAIN, waiter(1), waiter(2), *([before] if before else []))
    second = dump(MAIN, waiter(1), waiter(2), after)

    analysis = analyze(first, second)

    assert "worker-exhaustion" not in kinds(analysis)
    assert analysis.verdict != "worker-exhaustion"
    assert not the_pool(analysis).exhausted
    assert len(the_pool(analysis).workers) == 3
    assert not analysis.critical


def test_a_worker_that_was_idle_in_the_first_of_four_snapshots_keeps_a_pool_from_exhaustion() -> None:
    before, after = dump(MAIN, waiter(1), waiter(2), third(parked())), dump(*ALL_WAIT)

    analysis = analyze(before, after, after, after)

    assert progress(analysis)[4203] == "stuck"
    assert not the_pool(analysis).exhausted
    assert "worker-exhaustion" not in kinds(analysis)


def test_an_idle_second_pool_may_deliver_what_the_first_waits_for() -> None:
    text = dump(*ALL_WAIT, *[thread(4300 + number, f"io-{number}", parked("IoPool::loop")) for number in range(2)])

    analysis = analyze(text, text)

    assert "worker-exhaustion" not in kinds(analysis)
    assert {pool.dispatch: pool.exhausted for pool in analysis.processes[0].pools} == {
        "ThreadPool::worker_loop": True,
        "IoPool::loop": False,
    }


def test_a_moving_thread_outside_of_all_pools_may_deliver_what_the_pool_waits_for() -> None:
    before = dump(*ALL_WAIT, thread(4300, "feeder", app("read_disk"), app("feed"), START))
    after = dump(*ALL_WAIT, thread(4300, "feeder", app("set_value"), app("feed"), START))

    assert "worker-exhaustion" not in kinds(analyze(before, after))


def test_a_new_thread_that_runs_may_deliver_what_the_pool_waits_for() -> None:
    before = dump(*ALL_WAIT)
    after = dump(*ALL_WAIT, thread(4300, "async", app("compute"), app("run_async"), START))

    assert "worker-exhaustion" not in kinds(analyze(before, after))


def test_an_idle_pool_is_a_pool_and_not_exhausted() -> None:
    text = dump(MAIN, *[thread(4200 + number, f"wrk-{number}", parked()) for number in range(3)])

    analysis = analyze(text, text)

    pool = the_pool(analysis)
    assert (len(pool.workers), pool.idle, pool.blocked, pool.exhausted) == (3, 3, 0, False)
    assert analysis.findings == ()


def test_a_lone_thread_in_a_task_is_no_pool() -> None:
    text = dump(MAIN, waiter(1))

    analysis = analyze(text, text)

    assert analysis.processes[0].pools == ()
    assert "worker-exhaustion" not in kinds(analysis)


def test_threads_with_the_same_entry_function_and_name_are_no_pool() -> None:
    text = dump(
        MAIN, *[thread(4200 + number, f"conn-{number}", receive(9), app("read_packet"), app("connection"), START) for number in range(5)]
    )

    assert analyze(text, text).processes[0].pools == ()


# -- exhausted, but for a reason that can be seen


def test_a_pool_whose_workers_all_wait_for_the_network_is_exhausted_and_blocked() -> None:
    workers = [thread(4200 + number, f"wrk-{number}", receive(5 + number), app("call_peer"), run_by()) for number in range(3)]
    text = dump(MAIN, *workers)

    analysis = analyze(text, text)

    assert analysis.verdict == "blocked"
    assert [(finding.kind, finding.severity, lwps(finding)) for finding in analysis.findings] == [
        ("stalled-io", "critical", [4200, 4201, 4202])
    ]
    document = analysis.to_dict()
    assert [pool["exhausted"] for pool in document["processes"][0]["pools"]] == [True]


def test_a_pool_behind_a_mutex_of_an_unknown_owner_is_exhausted_and_blocked() -> None:
    text = dump(MAIN, *[thread(4200 + number, f"wrk-{number}", mutex(LOCK), app("store"), run_by()) for number in range(3)])

    analysis = analyze(text, text)

    assert analysis.verdict == "blocked"
    assert kinds(analysis) == ["convoy"]
    assert the_pool(analysis).exhausted


def test_a_pool_behind_a_deadlock_of_two_of_its_workers_is_a_victim() -> None:
    def locked(number: int, has: int, wants: int) -> Thread:
        return thread(4200 + number, f"wrk-{number}", guarded_mutex(wants), app("move", locals=(lock_guard(has),)), run_by())

    text = dump(MAIN, locked(1, LOCK, OTHER_LOCK), locked(2, OTHER_LOCK, LOCK), waiter(3), full=True)

    analysis = analyze(text, text)

    assert [(finding.kind, lwps(finding)) for finding in analysis.findings] == [("deadlock", [4201, 4202])]
    assert the_pool(analysis).exhausted


# -- which threads are one pool


def test_workers_are_split_by_the_stem_of_their_names() -> None:
    text = dump(MAIN, waiter(1, "read"), waiter(2, "read"), waiter(3, "write"), waiter(4, "write"))

    analysis = analyze(text, text)

    members = {pool.name: sorted(track.lwp for track in pool.members) for pool in analysis.processes[0].pools}
    assert members == {"ThreadPool::worker_loop (read)": [4201, 4202], "ThreadPool::worker_loop (write)": [4203, 4204]}


def test_a_worker_alone_of_its_name_is_not_of_the_pool_of_the_others_whom_it_would_make_look_free() -> None:
    archive = [thread(4200 + at, "rs:main Q:Reg", WRITING, app("archive"), app("act"), Frame("wti_loop()"), START) for at in range(2)]
    disk = thread(4300, "rs:disk queue:R", *parked("wti_loop"))
    text = dump(MAIN, *archive, disk)

    analysis = analyze(text, text)

    pool = the_pool(analysis)
    assert (pool.name, [track.lwp for track in pool.members], pool.exhausted) == ("wti_loop (rs:main Q:Reg)", [4201, 4200], True)
    assert [(finding.kind, finding.severity, lwps(finding)) for finding in analysis.findings] == [("stalled-io", "critical", [4200, 4201])]


@pytest.mark.parametrize("inherited", ["tellerd", "watchdog"])
def test_a_name_that_other_threads_have_too_may_be_inherited_and_does_not_split_a_pool(inherited: str) -> None:
    busy = [thread(4200 + at, "read", WRITING, app("archive"), app("act"), Frame("wti_loop()"), START) for at in range(2)]
    watchdog = thread(4400, "watchdog", sleep(), app("watch"), START)
    text = dump(MAIN, watchdog, *busy, thread(4300, inherited, *parked("wti_loop")))

    analysis = analyze(text, text)

    assert sorted(track.lwp for track in the_pool(analysis).members) == [4200, 4201, 4300]
    assert not analysis.critical


def test_a_pool_is_named_after_the_loop_that_runs_its_tasks() -> None:
    text = dump(*ALL_WAIT)

    pool = the_pool(analyze(text, text))

    assert (pool.name, pool.dispatch) == ("ThreadPool::worker_loop (wrk)", "ThreadPool::worker_loop")
    assert pool.evidence.values["rule"] == "cxx.packaged-task"


# -- which frame is the loop


def dispatch(*threads: Thread) -> list[str]:
    text = dump(MAIN, *threads)
    return [pool.dispatch for pool in analyze(text, text).processes[0].pools if pool.dispatch]


def waiting_below(*path: str, count: int = 2, name: str = "thr", at: int = 4400) -> list[Thread]:
    return [thread(at + number, f"{name}-{number}", condition(LOCK, OTHER_LOCK), *map(app, path), START) for number in range(count)]


def test_a_lambda_that_was_stored_with_the_task_is_no_loop() -> None:
    lambda_called = (
        Frame("std::packaged_task<int ()>::operator()()"),
        Frame("Pool::submit<int (*)()>(int (*)())::{lambda()#1}::operator()() const"),
        Frame("std::function<void ()>::operator()() const"),
        Frame("Pool::loop"),
        Frame("Pool::Pool(int)::{lambda()#1}::operator()() const"),
    )
    tasks = [thread(4400 + number, f"wrk-{number}", future(), app("query"), lambda_called, START) for number in range(2)]
    assert dispatch(*tasks) == ["Pool::loop"]


def test_a_loop_may_be_a_lambda_itself() -> None:
    lambda_called = (
        Frame("std::packaged_task<int ()>::operator()()"),
        Frame("ThreadPool::enqueue<int (*)()>(int (*)())::{lambda()#1}::operator()() const"),
        Frame("std::function<void ()>::operator()() const"),
        Frame("ThreadPool::ThreadPool(unsigned long)::{lambda()#1}::operator()() const"),
    )
    tasks = [thread(4400 + number, f"wrk-{number}", future(), app("query"), lambda_called, START) for number in range(2)]
    assert dispatch(*tasks) == ["ThreadPool::ThreadPool::{lambda()#1}::operator()"]


def test_a_function_that_waits_for_others_is_no_loop() -> None:
    assert dispatch(*waiting_below("look_for_request", "handle_request")) == ["handle_request"]


def test_what_starts_all_kinds_of_threads_is_no_loop_of_one_kind() -> None:
    readers = waiting_below("pop", "read_loop", "spawned", name="reader")
    writers = waiting_below("pop", "write_loop", "spawned", name="writer", at=4500)
    other = waiting_below("rotate", "spawned", count=1, name="log", at=4600)
    assert dispatch(*readers, *writers, *other) == ["read_loop", "write_loop"]


def test_a_number_in_front_of_a_name_or_inside_of_it_makes_no_pool_of_one() -> None:
    for names in (("1_io_sched", "2_io_sched", "10_io_sched"), ("[AIO 0:18]", "[AIO 1:18]", "[AIO 2:18]")):
        text = dump(MAIN, *(waiter(at, name)._replace(name=name) for at, name in enumerate(names)))
        pool = the_pool(analyze(text, text))
        assert (len(pool.workers), pool.exhausted, pool.name.endswith(("(io_sched)", "(AIO)"))) == (3, True, True)


# -- frames that are no loop


def test_what_passes_a_wait_on_is_no_loop() -> None:
    assert dispatch(*waiting_below("Lck_CondWaitUntil", "pool_herder")) == ["pool_herder"]
    assert dispatch(*waiting_below("Event::wait")) == []


@pytest.mark.parametrize("frame", ["rb_vm_exec", "Builtins_InterpreterEntryTrampoline", "PyObject_Vectorcall", "luaV_execute"])
def test_what_runs_a_script_is_no_loop(frame: str) -> None:
    assert dispatch(*waiting_below(frame)) == []


def test_a_frame_in_which_threads_of_other_names_are_parked_elsewhere_starts_them() -> None:
    disk = waiting_below("AIOThreadInfo::start", "EThread::execute", name="AIO")
    timer = waiting_below("tick", "EThread::execute", count=1, name="LOG", at=4500)
    moving = thread(4600, "NET", receive(7), app("serve"), app("EThread::execute"), START)
    assert dispatch(*disk, *timer, moving) == ["AIOThreadInfo::start"]


def test_a_frame_that_main_stands_in_too_is_no_loop() -> None:
    main = thread(4100, "wrk", sleep(), app("tick"), app("serve"), app("main"))
    text = dump(main, *waiting_below("pop", "serve"))
    assert [pool.dispatch for pool in analyze(text, text).processes[0].pools] == ["pop"]


@pytest.mark.parametrize(
    "path",
    [("Stage::enroll", "change_stage", "commit"), ("enroll", "commit", "end", "run", "execute", "parse", "dispatch", "handle")],
    ids=["far-inside", "far-outside"],
)
def test_who_waits_deep_inside_of_a_request_is_not_parked_in_it(path: tuple[str, ...]) -> None:
    assert not {"commit", "end"} & set(dispatch(*waiting_below(*path)))


def test_helpers_that_take_work_may_call_each_other() -> None:
    assert dispatch(*waiting_below("Queue::wait_pop", "Queue::pop", "Pool::next_task", "Pool::loop")) == ["Pool::loop"]


def test_a_loop_that_is_called_so_may_wait_further_inside() -> None:
    assert dispatch(*waiting_below("nap", "look_around", "find_more", "Pool::worker_loop")) == ["Pool::worker_loop"]
    assert dispatch(*waiting_below("nap", "look_around", "find_more", "serve")) == []


def test_what_takes_work_is_the_loops_helper_though_others_are_idle_elsewhere_in_the_loop() -> None:
    serving = [thread(4500 + number, f"thr-{number + 9}", poll_events(), app("read_request"), app("work"), START) for number in range(2)]
    assert dispatch(*waiting_below("Queue::pop", "work"), *serving) == ["work"]
