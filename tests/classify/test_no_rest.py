"""Waits for a GPU, for the other ranks of a collective, for locks of tcmalloc and of a program's own: none of them is a rest."""

from __future__ import annotations

import pytest

from tests.dumping import LIBC, START, Frame, analyze, app, dump, thread

COND = Frame("pthread_cond_wait@@GLIBC_2.3.2", "", LIBC)
DRIVER = (Frame("sem_wait", "", LIBC), Frame("??", "", "from /usr/lib/libcuda.so.1"))
FUTEX = Frame(
    "sys_futex", "a=0x7f62da9b0400 <shelf_lock>, o=128, v=2, t=0x7f61f4a69d60, a2=0x0, v3=0", "at ./src/base/linux_syscall_support.h:2461"
)
DELAY = Frame("base::internal::SpinLockDelay", "w=0x7f62da9b0400 <shelf_lock>, value=2, loop=218", "at src/base/spinlock_linux-inl.h:84")
SLOW = Frame("SpinLock::SlowLock", "this=0x7f62da9b0400 <shelf_lock>", "at src/base/spinlock.cc:119")


@pytest.mark.parametrize(
    ("frames", "kind", "address"),
    [
        ((COND, app("ncclAllReduce"), app("Trainer::step")), "socket", None),
        ((FUTEX, DELAY, SLOW, app("tc_free"), app("drop_shelf")), "spinlock", "0x7f62da9b0400"),
    ],
)
def test_who_waits_for_another_part_of_the_job_is_stuck_on_it(frames: tuple[Frame, ...], kind: str, address: str | None) -> None:
    text = dump(thread(5120, "trainer", (*frames, *START)), thread(5121, "loop", (app("spin"), *START)), pid=5120)
    document = analyze(text, text).to_dict()
    row = next(row for row in document["processes"][0]["threads"] if row["name"] == "trainer")
    assert row["progress"] == "stuck"
    assert [(wait["kind"], wait["address"]) for wait in row["waits_for"]] == [(kind, address)]


def test_who_waits_for_a_gpu_is_neither_at_rest_nor_stuck() -> None:
    """A busy one stands there in every snapshot."""
    frames = (*DRIVER, app("cudaStreamSynchronize"), app("Trainer::step"), *START)
    text = dump(thread(5120, "trainer", frames), thread(5121, "loop", (app("spin"), *START)), pid=5120)
    row = next(row for row in analyze(text, text).to_dict()["processes"][0]["threads"] if row["name"] == "trainer")
    assert (row["progress"], row["rule"]) == ("unknown", "gpu.work")


def test_a_lock_above_what_ports_its_wait_to_a_system_is_a_lock() -> None:
    frames = (COND, app("os_wait_event"), app("mutex_wait_contended"), app("take_shelf"), app("serve_shelf"))
    text = dump(thread(5120, "clerk", (*frames, *START)), thread(5121, "loop", (app("spin"), *START)), pid=5120)
    row = next(row for row in analyze(text, text).to_dict()["processes"][0]["threads"] if row["name"] == "clerk")
    assert (row["idle"], row["rule"]) == (None, "named-for-what-it-needs")
