"""What a server reads in its initial thread, or from any sender, is no call to somebody who owes it an answer."""

from __future__ import annotations

import pytest

from tests.dumping import LIBC, START, Frame, Thread, analyze, app, condition, dump, eu_stack, mutex, noted, progress, receive, thread

PATH = (app("podx_check"), app("server_main_loop"), app("run"), app("main"))
WORKERS = [thread(lwp, "httpd", condition(0x5581_D178_4100, 0x5581_D178_4140), app("pop"), app("worker"), START) for lwp in (6701, 6702)]


def reads(size: str) -> Thread:
    at = "at ../sysdeps/unix/sysv/linux/read.c:26"
    return thread(6700, "httpd", Frame("__GI___libc_read", f"fd=4, buf=0x7fffba05fce3, {size}".rstrip(", "), at), *PATH)


def stripped(lwp: int = 6700, *path: Frame) -> Thread:
    return thread(lwp, "httpd", Frame("read", "", LIBC), *(path or PATH))


def of_main(*threads: Thread) -> str:
    text = dump(*threads)
    return progress(analyze(text, text))[threads[0].lwp]


# -- one byte


def test_the_initial_thread_that_reads_one_byte_beside_workers_waits_for_a_signal() -> None:
    analysis = analyze(*(dump(reads("nbytes=1"), *WORKERS),) * 2)
    assert analysis.verdict == "idle"
    assert "reads a single byte" in noted(analysis.processes[0].tracks[-1])


@pytest.mark.parametrize("size", ["nbytes=16", "nbytes=1024"])
def test_more_than_one_byte_is_what_somebody_has_to_say(size: str) -> None:
    assert of_main(reads(size), *WORKERS) == "stuck"


def test_a_program_without_other_threads_reads_what_it_works_on() -> None:
    assert of_main(reads("nbytes=1")) == "stuck"


def test_one_byte_is_a_signal_whatever_becomes_of_the_workers() -> None:
    hung = [thread(lwp, "httpd", mutex(0x5581_D178_4140), app("serve"), app("worker"), START) for lwp in (6701, 6702, 6703)]
    assert of_main(reads("nbytes=1"), *hung) == "idle"


# -- a read whose size is not printed


def test_a_read_of_unknown_size_is_a_signal_while_the_workers_live() -> None:
    assert of_main(stripped(), *WORKERS) == "idle"


def test_a_read_of_unknown_size_may_be_the_trouble_where_a_worker_is_stuck() -> None:
    hung = thread(6703, "httpd", mutex(0x5581_D178_4140), app("serve"), app("worker"), START)
    assert of_main(stripped(), *WORKERS, hung) == "stuck"


def test_a_single_helper_does_not_make_a_program_a_server() -> None:
    assert of_main(stripped(), WORKERS[0]) == "stuck"


def test_a_read_of_a_known_descriptor_is_judged_by_its_size() -> None:
    assert of_main(reads(""), *WORKERS) == "stuck"


# -- datagrams


def datagram(function: str = "__libc_recvfrom", addrlen: str = "0x7fff8f2fbf3c") -> Frame:
    return Frame(
        function,
        f"fd=3, buf=0x55c56d0d2de0, len=65535, flags=0, addr=..., addrlen={addrlen}",
        "at ../sysdeps/unix/sysv/linux/recvfrom.c:27",
    )


@pytest.mark.parametrize("function", ["__libc_recvfrom", "recvmmsg", "__libc_recvmsg", "__recvmsg_syscall"])
def test_a_main_that_receives_from_any_sender_waits_for_clients(function: str) -> None:
    text = dump(thread(6700, "sipd", datagram(function), app("udp_rcv_loop"), app("main_loop"), app("main")))
    analysis = analyze(text, text)
    assert analysis.verdict == "idle"
    assert not analysis.findings


def test_who_asks_for_no_sender_has_one_peer() -> None:
    assert of_main(thread(6700, "sipd", datagram(addrlen="0x0"), app("udp_rcv_loop"), app("main"))) == "stuck"


def test_a_connected_socket_has_one_peer() -> None:
    assert of_main(thread(6700, "sipd", receive(3), app("udp_rcv_loop"), app("main"))) == "stuck"


def test_a_receive_deep_inside_of_work_waits_for_an_answer() -> None:
    deep = map(app, ("ask", "resolve", "open_peer", "route", "handle", "main"))
    assert of_main(thread(6700, "sipd", datagram(), *deep)) == "stuck"


def test_forked_siblings_that_share_a_stripped_socket_are_idle() -> None:
    texts = [eu_stack(thread(lwp, "sipd", Frame("recvfrom", "", LIBC), app("udp_rcv_loop"), app("main"))) for lwp in (6700, 6710, 6720)]
    analysis = analyze(*texts, *texts, names=[f"{when}.{lwp}.txt" for when in (1, 2) for lwp in (6700, 6710, 6720)])
    assert analysis.verdict == "idle"


# -- children


def child(options: int) -> Thread:
    arguments = f"pid=-1, stat_loc=0x7fff7a74bb10, options={options}, usage=0x0"
    return thread(6700, "master", Frame("__GI___wait4", arguments, "at ../sysdeps/unix/sysv/linux/wait4.c:30"), app("reap"), app("main"))


def test_who_only_asks_for_a_childs_end_does_not_wait() -> None:
    assert of_main(child(0)) == "idle"
    assert of_main(child(1)) == "progressing"
