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


def test_where_no_arguments_are_printed_a_loop_in_one_write_is_unknown_and_so_is_its_process() -> None:
    stack = thread(6100, "served", Frame("__write"), app("log_line"), app("ngx_process_events_and_timers"), app("main"))
    parked = [thread(6101 + n, "aio", Frame("__GI___poll"), app("wait_for_jobs"), app("aio_main")) for n in range(3)]
    analysis = analyze(eu_stack(stack, *parked), eu_stack(stack, *parked))
    assert progress(analysis)[6100] == "unknown"
    assert analysis.verdict == "inconclusive"
    [finding] = analysis.findings
    assert [each.name for each in finding.reasons] == ["write-without-arguments"]
    assert [each.name for each in finding.advice] == ["read-the-system-call"]


def test_a_write_of_a_stream_blocks_below_an_event_loop_too_whatever_it_writes() -> None:
    def logging(buffer: int) -> bytes:
        call = Frame("__GI___libc_write", f"fd=2, buf={buffer:#x}, nbytes=87", "at ../sysdeps/unix/sysv/linux/write.c:26")
        stream = Frame("_IO_new_file_write", f"f=0x7ff0d0846680 <_IO_2_1_stderr_>, data={buffer:#x}, n=87", "at ./libio/fileops.c:1180")
        path = (call, stream, Frame("buffered_vfprintf"), Frame("___fprintf_chk"), app("log_write"), app("client_request"), app("uv_run"))
        return dump(thread(6100, "net-0000", *path, app("net_thread")))

    analysis = analyze(logging(0x7FF0_CD37_A100), logging(0x7FF0_CD37_B100))
    assert progress(analysis) == {6100: "stuck"}
    assert [(finding.kind, finding.severity, lwps(finding)) for finding in analysis.findings] == [("stalled-io", "critical", [6100])]


def test_a_send_below_an_event_loop_is_not_one_call() -> None:
    text = writing(function="__libc_send")
    assert progress(analyze(text, text)) == {6100: "progressing"}
