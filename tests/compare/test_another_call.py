"""A thread that waits in the same place with another item in its hands has moved: what it waited for before came."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, poll_events, progress, thread

MAIN = thread(7200, "ingestd", poll_events(), app("main"))


def producer(lwp: int, arguments: str) -> Thread:
    push = app("ring_put", arguments)
    return thread(lwp, "ingestd", condition(0x5581_9000, 0x5581_9040), push, app("parse_lines"), app("run_parser"), START)


def dumped(*items: str) -> dict[int | str, str]:
    return progress(analyze(*(dump(MAIN, *(producer(7201 + at, item) for at in range(3))) for item in items)))


def test_a_producer_with_its_next_item_has_moved() -> None:
    found = dumped("r=0x563a1631a120, x=0x7f013c0010c0", "r=0x563a1631a120, x=0x7f013c0011d0")
    assert found[7201] == "progressing"


@pytest.mark.parametrize(
    "items",
    [
        ("r=0x563a1631a120, x=0x7f013c0010c0", "r=0x563a1631a120, x=0x7f013c0010c0"),
        ("r=0x563a1631a120, left=7", "r=0x563a1631a120, left=3"),
        ("r=0x563a1631a120, x@entry=0x7f013c0010c0", "r=0x563a1631a120, x@entry=0x7f013c0011d0"),
        ("r=0x563a1631a120, x=<optimized out>", "r=0x563a1631a120, x=0x7f013c0011d0"),
    ],
    ids=["same", "counts", "as it began", "not printed"],
)
def test_one_with_the_same_item_stands_still(items: tuple[str, str]) -> None:
    assert dumped(*items)[7201] == "stuck"


def test_frames_further_out_do_not_count() -> None:
    def text(item: str) -> bytes:
        outer = app("run_parser", f"batch={item}")
        waiting = thread(7201, "ingestd", condition(0x5581_9000, 0x5581_9040), Frame("ring_put", "r=0x563a1631a120"), outer, START)
        return dump(MAIN, waiting)

    assert progress(analyze(text("0x7f013c0010c0"), text("0x7f013c0011d0")))[7201] == "stuck"


def sends(arguments: str) -> bytes:
    send = Frame("__libc_send", arguments, "../sysdeps/unix/sysv/linux/send.c:23")
    return dump(MAIN, thread(7201, "ingestd", send, app("write_all"), app("answer"), START))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("fd=6, buf=0x55c16ef4b0a0, len=20, flags=16384", "fd=6, buf=0x55c16ef4b0d0, len=20, flags=16384", "progressing"),
        ("fd=6, buf=0x55c16ef4b0a0, len=20, flags=16384", "fd=6, buf=0x55c16ef4b0a0, len=8, flags=16384", "progressing"),
        ("fd=6, buf=buf@entry=0x55c16ef4b0a0, len=20", "fd=7, buf=buf@entry=0x55c16ef4b0a0, len=20", "progressing"),
        ("fd=6, buf=0x55c16ef4b0a0, len=20, flags=16384", "fd=6, buf=0x55c16ef4b0a0, len=20, flags=0", "stuck"),
        ("fd=6, buf=<optimized out>, len=20", "fd=6, buf=0x55c16ef4b0d0, len=20", "stuck"),
    ],
    ids=["another buffer", "the rest of it", "another descriptor", "the same", "not printed"],
)
def test_who_sends_from_other_memory_has_moved(before: str, after: str, found: str) -> None:
    assert progress(analyze(sends(before), sends(after)))[7201] == found
