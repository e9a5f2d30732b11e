"""Threads that are all that a process has for what they do, though no pool is declared: they stand still, and so does the service."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, lwps, mutex_without_address, parked, receive, sleep, thread

TIMER = thread(6200, "timer", sleep(), app("timer_main"), START)
OTHERS = [TIMER, *(thread(6300 + number, "helper", *parked("helper_main")) for number in range(9))]
MAIN = thread(6100, "tellerd", sleep(), app("main"))


def asking(number: int) -> Thread:
    return thread(6110 + number, f"serve-{number}", receive(7 + number), *map(app, ("fill", "fetch_reply", "get_page", "serve")), START)


def waiting(number: int) -> Thread:
    return thread(6110 + number, f"serve-{number}", receive(7 + number), app("read_request"), app("serve"), START)


def severities(before: tuple[Thread, ...], after: tuple[Thread, ...] = ()) -> dict[tuple[int | None, ...], str]:
    analysis = analyze(dump(MAIN, *before, *OTHERS), dump(MAIN, *(after or before), *OTHERS))
    return {tuple(lwps(finding)): finding.severity for finding in analysis.findings}


def test_it_is_critical_where_most_threads_of_a_kind_have_asked_in_vain() -> None:
    assert severities((asking(1), asking(2), waiting(3))) == {(6111, 6112): "critical"}


def test_of_threads_that_were_taken_out_of_a_list_nobody_knows_whether_they_are_most_of_their_kind() -> None:
    text = dump(asking(1), asking(2), *OTHERS, first_number=20)
    assert [(lwps(finding), finding.severity) for finding in analyze(text, text).findings] == [([6111, 6112], "warning")]


def test_it_is_a_warning_where_most_threads_of_the_kind_are_free() -> None:
    assert severities((asking(1), asking(2), waiting(3), waiting(4), waiting(5))) == {(6111, 6112): "warning"}


def test_it_is_a_warning_where_a_thread_of_the_kind_moves() -> None:
    moving = [thread(6115, "serve-5", Frame(f"render_{moment}"), app("serve"), START) for moment in (1, 2)]
    both = (asking(1), asking(2))
    assert severities((*both, moving[0]), (*both, moving[1])) == {(6111, 6112): "warning"}


OPENING = (
    Frame("__libc_open64", 'file=file@entry=0x41b2ca60 "/srv/gate", oflag=oflag@entry=0', "at ../sysdeps/unix/sysv/linux/open64.c:41"),
    Frame("__GI__IO_file_open", "fp=fp@entry=0x7f0d5400, prot=prot@entry=438, read_write=8, is32not64=1", "at ./libio/fileops.c:188"),
    Frame("_IO_new_file_fopen", "fp=fp@entry=0x7f0d5400, is32not64=1", "at ./libio/fileops.c:280"),
    Frame("__fopen_internal", "is32=1", "at ./libio/iofopen.c:75"),
)


def receiver(number: int, *path: Frame | tuple[Frame, ...]) -> Thread:
    return thread(6110 + number, "udp-client", *path, app("receive_loop"), START)


def test_it_is_critical_where_no_thread_of_a_name_is_left_and_some_wait_for_a_lock() -> None:
    found = severities((receiver(1, mutex_without_address(), app("run_action")), receiver(2, OPENING, app("io_open"), app("run_action"))))
    assert found == {(6111,): "critical", (6112,): "critical"}


@pytest.mark.parametrize(
    "third",
    [
        (receiver(3, receive(9), app("read_query")),),
        (MAIN._replace(name="udp-client"),),
    ],
    ids=["one that is free", "the initial thread: the name is the process's"],
)
def test_it_is_a_warning_where_another_thread_of_the_name_may_go_on(third: tuple[Thread, ...]) -> None:
    both = (receiver(1, mutex_without_address(), app("run_action")), receiver(2, mutex_without_address(), app("run_action")))
    analysis = analyze(*[dump(*third, *both, *OTHERS)] * 2)
    assert [(lwps(finding), finding.severity) for finding in analysis.findings] == [([6111, 6112], "warning")]


def test_it_is_critical_where_threads_numbered_without_a_gap_wait_for_one_of_their_own() -> None:
    writers = [receiver(1, mutex_without_address(), app("put")), receiver(2, receive(9), app("fetch_reply"), app("post"), app("put"))]
    assert severities(tuple(each._replace(name=f"writer#{at}") for at, each in enumerate(writers))) == {
        (6111,): "critical",
        (6112,): "critical",
    }


def test_it_is_a_warning_where_threads_are_numbered_as_clients_may_be() -> None:
    clients = tuple(receiver(at, mutex_without_address(), app("append"))._replace(name=f"client-{at}") for at in (1, 2))
    assert severities(clients) == {(6111, 6112): "warning"}


def test_it_is_a_warning_where_all_threads_of_a_name_are_in_files() -> None:
    both = tuple(receiver(number, OPENING, app("io_open")) for number in (1, 2))
    assert severities(both) == {(6111, 6112): "warning"}


def client(number: int, *path: Frame | tuple[Frame, ...], entry: str = "talk") -> Thread:
    return thread(6110 + number, f"client-{number}", *path, app(entry), START)


STANDING = (mutex_without_address(), app("append"))
ELSEWHERE = [(receive(6 + at), app("fill"), app("fetch_reply"), app("get_page")) for at in range(3)]


@pytest.mark.parametrize("entries", [("talk",) * 3, ("sync", "turn", "post")], ids=["of one entry", "of their own"])
def test_it_is_a_warning_where_the_others_of_the_name_are_not_inside_what_takes_the_lock(entries: tuple[str, ...]) -> None:
    others = [client(2 + at, *path, entry=entry) for at, (path, entry) in enumerate(zip(ELSEWHERE, entries, strict=True))]
    assert severities((client(1, *STANDING), *others))[6111,] == "warning"


def test_it_is_a_warning_where_threads_of_one_name_were_started_for_different_things() -> None:
    other = thread(6112, "udp-client", *OPENING, app("run_action"), app("log_main"), START)
    found = severities((receiver(1, mutex_without_address(), app("run_action")), other))
    assert found == {(6111,): "warning", (6112,): "warning"}


def test_what_waits_to_open_a_file_is_named_by_the_programs_own_function() -> None:
    analysis = analyze(*[dump(MAIN, receiver(1, OPENING, app("lj_cf_io_open"), app("run_action")), *OTHERS)] * 2)
    assert "in lj_cf_io_open" in analysis.headline


LOOPS = ["event_base_loop", "uv_run", "run_poll_loop", "QEventLoop::exec"]


@pytest.mark.parametrize("loop", LOOPS)
def test_it_is_critical_where_an_event_loops_thread_waits_for_a_lock(loop: str) -> None:
    served = thread(6111, "loop", mutex_without_address(), app("store_page"), app("on_readable"), app(loop), app("loop_main"), START)
    assert severities((served,)) == {(6111,): "critical"}


@pytest.mark.parametrize("root", ["coro_init", "coroutine_trampoline", "seastar::thread_context::main", "_st_thread_main"])
def test_it_is_critical_where_a_fiber_waits_as_all_others_of_its_thread_wait_with_it(root: str) -> None:
    fiber = thread(6111, "tx", *OPENING, app("io_open"), app("process_call"), app(root))
    assert severities((fiber,)) == {(6111,): "critical"}


def test_a_thread_that_waits_for_a_lock_outside_of_any_loop_is_a_warning() -> None:
    served = thread(6111, "loop", mutex_without_address(), app("store_page"), app("on_readable"), app("loop_main"), START)
    assert severities((served,)) == {(6111,): "warning"}


def uv(number: int, *path: str, wait: tuple[Frame, ...] = receive(9)) -> Thread:
    return thread(6120 + number, "tellerd", wait, *map(app, path), START)


def test_workers_of_libuv_that_all_read_what_does_not_come_are_an_exhausted_pool() -> None:
    analysis = analyze(*[dump(MAIN, *(uv(number, "uv__fs_read", "uv__fs_work", "worker") for number in range(4)))] * 2)
    assert analysis.verdict == "blocked"
    assert [(len(pool.workers), pool.exhausted) for pool in analysis.processes[0].pools] == [(4, True)]
    assert [finding.severity for finding in analysis.findings] == ["critical"]


def test_a_worker_of_libuv_that_waits_for_work_leaves_its_pool_free() -> None:
    workers = [uv(number, "uv__fs_read", "uv__fs_work", "worker") for number in range(3)]
    idle = uv(4, "uv_cond_wait", "worker", wait=condition(0x5581_D178_4140, 0x5581_D178_4100))
    analysis = analyze(*[dump(MAIN, *workers, idle)] * 2)
    assert [pool.exhausted for pool in analysis.processes[0].pools] == [False]


def test_a_worker_of_libuv_reads_for_its_client_where_the_function_that_reads_is_inlined() -> None:
    analysis = analyze(*[dump(MAIN, *(uv(number, "uv__fs_work", "worker") for number in range(4)))] * 2)
    assert analysis.verdict == "blocked"
