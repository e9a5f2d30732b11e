"""Registers that a person asks gdb for, of a thread that waits in __lll_lock_wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parsing.texts import analyzed

SESSION = """\
(gdb) thread apply all bt

Thread 2 (Thread 0x7fffcaffd700 (LWP 24352)):
#0  0x00007ffff6ceadfd in nanosleep () from /lib64/libc.so.6
#1  0x0000000000400a17 in flush_journal () at ledger.c:40
#2  0x00007ffff6c1edc5 in start_thread () from /lib64/libpthread.so.0

Thread 1 (Thread 0x7fffd8ff9700 (LWP 24349)):
#0  {innermost} () from /lib64/libpthread.so.0
#1  0x00007ffff6c2ac08 in pthread_mutex_lock () from /lib64/libpthread.so.0
#2  0x0000000000400917 in post () at ledger.c:18
#3  0x00007ffff6c1edc5 in start_thread () from /lib64/libpthread.so.0
(gdb) thread {number}
[Switching to thread {number} (Thread 0x7fffd8ff9700 (LWP {lwp}))]
#0  {innermost} () from /lib64/libpthread.so.0
(gdb) info reg rdi r8
rdi            0x7ffff6c296a0\t140737333335712
r8             0x7ffff6c296a0\t140737333335712
(gdb) p *(pthread_mutex_t*)0x7ffff6c296a0
$2 = {{__data = {{__lock = 2, __count = 1, __owner = 24352, __nusers = 1, __kind = 1}}, __align = 2}}
"""


def waits(folder: Path, text: str) -> list[tuple[str | None, int | None]]:
    threads = analyzed(folder, text)["processes"][0]["threads"]
    return [(wait["address"], wait["owner_lwp"]) for thread in threads if thread["lwp"] == 24349 for wait in thread["waits_for"]]


def test_rdi_of_a_thread_that_waits_for_a_lock_is_the_lock(tmp_path: Path) -> None:
    text = SESSION.format(innermost="__lll_lock_wait", number=1, lwp=24349)
    assert waits(tmp_path, text) == [("0x7ffff6c296a0", 24352)]


@pytest.mark.parametrize(
    ("innermost", "number", "lwp"),
    [("0x00007ffff6c2f1bd in ??", 1, 24349), ("__lll_lock_wait", 2, 24352)],  # not put to sleep for a lock; another thread's registers
)
def test_other_registers_tell_nothing_of_its_wait(tmp_path: Path, innermost: str, number: int, lwp: int) -> None:
    text = SESSION.format(innermost=innermost, number=number, lwp=lwp)
    assert "0x7ffff6c296a0" not in [address for address, _ in waits(tmp_path, text)]
