"""Every call of glibc that could be made to wait, each in a thread of its own (dumps/blocked/blocked.c): none is taken for running."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dumping import START, Frame, analyze, app, dump, eu_stack, progress, thread

DUMPS = Path(__file__).parent.parent / "dumps" / "blocked"

# Outside of any task these are for work, for a peer or for a child.
PARKED = {
    *("read", "readv", "splice", "tee", "eventfd", "eventfd_read", "inotify", "mq_receive", "mq_timedreceive", "msgrcv"),
    *("poll", "ppoll", "select", "pselect", "epoll_wait", "epoll_pwait", "epoll_pwait2"),
    *("wait", "wait3", "wait4", "waitid", "waitpid"),
    *("pause", "sigsuspend", "sigtimedwait", "sigwait", "usleep"),
}
WAITING = {
    "network": {"connect", "send", "sendmsg", "sendmmsg"},
    "io": {
        *("write", "writev", "vmsplice", "sendfile", "preadv2", "pwritev2", "aio_suspend", "mq_send", "mq_timedsend", "msgsnd"),
        *("fcntl_lock", "lockf", "flock", "open_fifo", "openat_fifo", "fopen_fifo"),
    },
    "semaphore": {"semop", "semtimedop"},
    "join": {"system", "pclose"},
}


def seen_in(form: str) -> dict[str, set[str]]:
    """The calls of a dump by what is said of them: parked, the state in which they wait, or what else they do."""
    text = (DUMPS / f"{form}.txt").read_bytes()
    seen: dict[str, set[str]] = {}
    for track in analyze(text, text).processes[0].tracks:
        call = next((name for name in track.place.names if name.endswith("_thread") and name != "start_thread"), None)
        if call is not None:
            said = "parked" if track.progress == "idle" else track.place.state if track.progress == "stuck" else track.progress
            seen.setdefault(said, set()).add(call.removesuffix("_thread"))
    return seen


@pytest.mark.parametrize("form", ["gdb", "eu-stack"])
def test_no_blocking_call_is_taken_for_running(form: str) -> None:
    assert seen_in(form) == {"parked": PARKED, **WAITING}


def test_without_symbols_of_the_c_library_only_that_system_runs_a_command_is_lost() -> None:
    assert seen_in("gdb-nodebug") == {"parked": PARKED | {"system"}, **WAITING, "join": {"pclose"}}


@pytest.mark.parametrize("form", [dump, eu_stack])
def test_who_waits_for_the_end_of_transfers_that_it_began_is_parked(form: Callable[..., bytes]) -> None:
    """As an eu-stack of MariaDB 10.11 without symbols shows it: the frame that enters the kernel has no name."""
    kernel = (Frame("??", pc=0x7F1A_936D_E9F7), Frame("__io_uring_get_cqe", pc=0x7F1A_936D_EC39), Frame("??", pc=0x559D_6D79_75B2))
    text = form(thread(6100, "mariadbd", kernel, START))
    assert progress(analyze(text, text)) == {6100: "idle"}


def test_an_unnamed_frame_inside_of_a_callback_runs() -> None:
    text = dump(thread(6100, "tellerd", Frame("??"), Frame("__pthread_once_slow"), app("open_books"), START))
    assert progress(analyze(text, text)) == {6100: "progressing"}
