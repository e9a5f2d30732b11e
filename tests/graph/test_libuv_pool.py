"""libuv's own threads: event loops ask them for files, and with all of them stuck no file of the process can be opened."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, condition, dump, poll_events, progress, thread

LOOP = thread(6100, "node", poll_events(), Frame("uv__io_poll"), Frame("uv_run"), Frame("main"))
READS = (Frame("__GI___libc_read", "nbytes=16, buf=0x21e01920, fd=19", "at ../sysdeps/unix/sysv/linux/read.c:26"),)
WORK = {
    "inlined": (Frame("uv__fs_work"),),
    "named": (Frame("uv__fs_read"), Frame("uv__fs_work")),
    "the-program's": (Frame("query"), Frame("uv__queue_work")),
}


def working(number: int, work: tuple[Frame, ...]) -> Thread:
    return thread(6200 + number, "node", READS, work, Frame("worker", "arg=0x0"), START)


def spare(number: int) -> Thread:
    return thread(
        6200 + number, "node", condition(0x5581_D178_4140, 0x5581_D178_4180), Frame("uv_cond_wait"), Frame("worker", "arg=0x0"), START
    )


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_four_threads_that_read_for_ever_are_an_exhausted_pool(work: tuple[Frame, ...]) -> None:
    text = dump(LOOP, *(working(number, work) for number in range(4)))
    analysis = analyze(text, text)
    (pool,) = analysis.processes[0].pools
    assert (analysis.verdict, pool.dispatch, len(pool.workers), pool.exhausted) == ("blocked", "worker", 4, True)
    assert [finding.severity for finding in analysis.findings] == ["critical"]


def test_a_free_thread_belongs_to_the_pool_and_keeps_it_from_exhaustion() -> None:
    text = dump(LOOP, *(working(number, WORK["named"]) for number in range(3)), spare(3))
    analysis = analyze(text, text)
    (pool,) = analysis.processes[0].pools
    assert (len(pool.workers), pool.idle, pool.exhausted, progress(analysis)[6203]) == (4, 1, False, "idle")
