"""Threads that read: the answer of somebody whom they have asked, or what a silent client may send."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, dump, eu_stack, join, poll_events, progress, receive, thread

MAIN = thread(6100, "tellerd", join(6101), app("main"))


def polled(descriptor: int = 0x7FC2_F781_9C58) -> tuple[Frame, ...]:
    return (Frame("__GI___poll", f"fds={descriptor:#x}, nfds=1, timeout=-1", "at ../sysdeps/unix/sysv/linux/poll.c:29"),)


def at(*path: str, wait: tuple[Frame, ...] = (), lwp: int = 6101) -> Thread:
    return thread(lwp, "tellerd", wait or polled(), *map(app, path), START)


def seen_twice(asking: Thread, form: object = dump) -> str:
    text = form(MAIN, asking)  # type: ignore[operator]
    return progress(analyze(text, text))[6101]


@pytest.mark.parametrize(
    "path",
    [
        ("TCP_read", "fetch_stuff", "Http::fetchRespHdr", "get_page", "serve"),
        ("wait_for_io", "sock_recv", "fill_buffer", "read_reply", "Bank::balance", "serve", "run"),
        ("waitForData", "Pipe::receive", "PipeBackend::get", "find_owner", "do_question", "distribute"),
        ("sock_fill", "next_line", "proxy_handler", "run_handlers", "invoke_handler", "process_request", "process_connection"),
        ("send_query", "getaddrinfo", "connect_bank", "serve"),
    ],
)
@pytest.mark.parametrize("form", [dump, eu_stack])
def test_who_has_asked_somebody_waits_for_the_answer(path: tuple[str, ...], form: object) -> None:
    assert seen_twice(at(*path), form) == "stuck"
    assert seen_twice(at(*path, wait=receive(7)), form) == "stuck"


@pytest.mark.parametrize(
    "path",
    [
        ("read_packet", "handle_connection"),
        ("vio_read", "net_read_raw", "net_read_packet", "my_net_read", "do_command", "handle_one", "handle_connection", "spawned"),
        ("secure_read", "recvbuf", "getbyte", "SocketBackend::take", "ReadCommand", "run_session"),
        ("read_reply", "reply_reader"),  # the thread that hears of all answers
        ("read_response", "Answers::step", "Answers::read_loop", "start"),
        ("Proxy::readable", "Proxy::wait_events", "Proxy::run", "proxy_main", "start"),
    ],
)
@pytest.mark.parametrize("wait", [polled(), receive(7)])
def test_who_reads_what_a_client_may_send_is_parked(path: tuple[str, ...], wait: tuple[Frame, ...]) -> None:
    assert seen_twice(at(*path, wait=wait)) == "idle"


def test_an_event_loop_of_a_proxy_is_parked() -> None:
    assert seen_twice(at("Proxy::poll_events", "Proxy::run", "proxy_main", "start", wait=poll_events())) == "idle"


def test_asking_is_stalled_io_and_the_function_is_named() -> None:
    text = dump(MAIN, *(at("TCP_read", "fetch_reply", "get_page", "serve", lwp=6101 + number) for number in range(3)))
    analysis = analyze(text, text)
    assert analysis.verdict == "blocked"
    assert [finding.kind for finding in analysis.findings if len(finding.threads) == 3] == ["stalled-io"]


def test_it_is_an_answer_that_they_wait_for() -> None:
    text = dump(MAIN, *(at("TCP_read", "fetch_reply", "get_page", "serve", lwp=6101 + number) for number in range(3)))
    assert "3 threads wait for an answer" in analyze(text, text).headline


CALLED_BACK = ("on_readable", "g_main_context_dispatch", "g_main_loop_run", "gio_main")


def test_a_callback_of_an_event_loop_that_polls_by_itself_is_not_parked() -> None:
    assert seen_twice(at("flush_transfers", *CALLED_BACK)) == "stuck"


def test_a_loop_that_a_callback_runs_serves_everybody_and_is_parked() -> None:
    assert seen_twice(at("g_main_context_iterate", "g_main_loop_run", *CALLED_BACK)) == "idle"


def test_while_the_same_backend_answers_others_nobody_is_stuck() -> None:
    asking = [at("TCP_read", "fetch_reply", "get_page", "serve", lwp=6101 + number) for number in range(3)]
    before = dump(MAIN, *asking, at("TCP_read", "fetch_reply", "get_page", "serve", lwp=6110))
    after = dump(MAIN, *asking, at("render", "serve", wait=(Frame("compress"),), lwp=6110))
    analysis = analyze(before, after)
    assert progress(analysis)[6101] == "unknown"
    assert analysis.verdict == "progressing"
