"""Writes below an event loop: of one call that has not returned, or met by chance in a loop that moves."""

from __future__ import annotations

import pytest

from tests.dumping import Frame, analyze, app, dump, eu_stack, lwps, progress, thread


def writing(descriptor: int = 4, buffer: int = 0x55BF_7597_82B0, count: int = 99, *path: str, function: str = "__GI___libc_write") -> bytes:
    call = Frame(function, f"fd={descriptor}, buf={buffer:#x}, nbytes={count}", "at ../sysdeps/unix/sysv/linux/write.c:24")
    return dump(
        thread(6100, "served", call, *map(app, path or ("log_line", "end_request")), app("ngx_process_events_and_timers"), app("main"))
    )


def test_a_loop_that_stands_in_one_write_is_stuck_and_that_is_critical() -> None:
    analysis = analyze(writing(), writing())
    assert progress(analysis) == {6100: "stuck"}
    assert analysis.verdict == "blocked"
    assert [(finding.kind, finding.severity, lwps(finding)) for finding in analysis.findings] == [("stalled-io", "critical", [6100])]


@pytest.mark.parametrize(
    "later",
    [
        writing(descriptor=5),
        writing(buffer=0x55BF_7597_9000),
        writing(count=120),
    ],
)
def test_a_loop_that_writes_something_else_each_time_moves(later: bytes) -> None:
    assert progress(analyze(writing(), later)) == {6100: "progressing"}


@pytest.mark.parametrize("function", ["connSocketWrite", "Client::flush", "BIO_write", "write_reply", "uv__write"])
def test_a_loop_that_writes_to_a_connection_may_answer_one_client_again_and_again(function: str) -> None:
    text = writing(7, 0x55BF_7597_82B0, 5, function, "on_readable")
    assert progress(analyze(text, text)) == {6100: "progressing"}


def test_where_no_arguments_are_printed_nothing_is_concluded() -> None:
    stack = thread(6100, "served", Frame("__write"), app("log_line"), app("ngx_process_events_and_timers"), app("main"))
    assert progress(analyze(eu_stack(stack), eu_stack(stack))) == {6100: "progressing"}


def test_a_send_below_an_event_loop_is_not_one_call() -> None:
    text = writing(function="__libc_send")
    assert progress(analyze(text, text)) == {6100: "progressing"}
