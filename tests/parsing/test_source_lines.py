"""Locks that a person asks gdb for by their names, and the source lines in which threads wait for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parsing.texts import analyzed, only

TWO = """\
(gdb) thread 3
[Switching to thread 3 (Thread 0x7f0d2359f700 (LWP 2496))]
#0  0x00007f0d2396f1bd in __lll_lock_wait () from /lib64/libpthread.so.0
(gdb) where
#0  0x00007f0d2396f1bd in __lll_lock_wait () from /lib64/libpthread.so.0
#1  0x00007f0d2396ac08 in pthread_mutex_lock () from /lib64/libpthread.so.0
#2  0x0000000000400917 in post () at ledger.c:18
#3  0x00007f0d23968dc5 in start_thread () from /lib64/libpthread.so.0
(gdb) frame 2
#2  0x0000000000400917 in post () at ledger.c:18
18\t\tpthread_mutex_lock(&journal);
(gdb) thread 2
[Switching to thread 2 (Thread 0x7f0d22d9e700 (LWP 2497))]
#0  0x00007f0d2396f1bd in __lll_lock_wait () from /lib64/libpthread.so.0
(gdb) where
#0  0x00007f0d2396f1bd in __lll_lock_wait () from /lib64/libpthread.so.0
#1  0x00007f0d2396ac08 in pthread_mutex_lock () from /lib64/libpthread.so.0
#2  0x0000000000400973 in audit () at ledger.c:31
#3  0x00007f0d23968dc5 in start_thread () from /lib64/libpthread.so.0
(gdb) frame 2
#2  0x0000000000400973 in audit () at ledger.c:31
31              pthread_mutex_lock(&accounts);
(gdb) p accounts
$1 = {__data = {__lock = 2, __count = 0, __owner = 2496, __nusers = 1, __kind = 0}, __align = 2}
(gdb) p journal
$2 = {__data = {__lock = 2, __count = 0, __owner = 2497, __nusers = 1, __kind = 0}, __align = 2}
"""


def test_a_source_line_that_names_a_printed_lock_tells_what_its_threads_wait_for(tmp_path: Path) -> None:
    document = analyzed(tmp_path, TWO)
    assert document["verdict"] == "deadlock"
    (finding,) = document["findings"]
    assert finding["confidence"] == "certain"
    threads = document["processes"][0]["threads"]
    assert {thread["lwp"]: thread["waits_for"][0]["owner_lwp"] for thread in threads} == {2496: 2497, 2497: 2496}


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("pthread_mutex_lock(&journal);", "lock_both(&journal, &accounts);"),  # which one is not known
        ("pthread_mutex_lock(&journal);", "pthread_mutex_lock(&journals[3]);"),
        ("pthread_mutex_lock(&journal);", "pthread_mutex_lock(&old_journal);"),
        ("18\t\tpthread_mutex_lock(&journal);", "note: pthread_mutex_lock(&journal);"),
        ("at ledger.c:18\n18\t", "at ledger.c:17\n18\t"),  # another line's
    ],
)
def test_a_line_that_does_not_name_the_one_lock_tells_nothing(tmp_path: Path, line: str, instead: str) -> None:
    assert line in TWO
    assert analyzed(tmp_path, TWO.replace(line, instead))["verdict"] == "inconclusive"


def test_a_name_with_two_answers_tells_nothing() -> None:
    again = "(gdb) p journal\n$3 = {__data = {__lock = 2, __count = 0, __owner = 2499, __nusers = 1, __kind = 0}, __align = 2}\n"
    states = only(TWO + again).facts.states.values()
    assert [lock.what for state in states for lock in state.holds] == ["accounts"]
