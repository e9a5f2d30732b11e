"""Stacks inside of the kernel beside a dump say what its threads wait for below their system calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import stackan
from tests.parsing.test_linux import HUNG

DUMP = """\
Thread 3 (Thread 0x7f3224de700 (LWP 4100)):
#0  0x00007fd48abc4499 in write () from /lib64/libc.so.6
#1  0x0000000000ded8a9 in Appender::flush (this=0x489a420) at appender.cc:42
#2  0x00007fd323defea7 in start_thread () from /lib64/libpthread.so.0
Thread 2 (Thread 0x7f3224dd700 (LWP 4104)):
#0  0x00007fd48abc4499 in flock () from /lib64/libc.so.6
#1  0x0000000000ded8a9 in Keeper::take (this=0x489a420) at keeper.cc:42
#2  0x00007fd323defea7 in start_thread () from /lib64/libpthread.so.0
Thread 1 (Thread 0x7f3224dff40 (LWP 4090)):
#0  0x00007fd48abc54bf in poll () from /lib64/libc.so.6
#1  0x000055a5dae9125e in g_main_loop_run () from /lib64/libglib-2.0.so.0
#2  0x000055a5dae9125e in main ()
"""
STACKS = """\
==> /proc/4090/task/4090/stack <==
[<0>] do_sys_poll+0x4d0/0x5e0
[<0>] do_syscall_64+0x59/0xc0

==> /proc/4090/task/4100/stack <==
[<0>] nfs_start_io_write+0x1a/0x40 [nfs]
[<0>] vfs_write+0x1c0/0x2a0

==> /proc/4090/task/4104/stack <==
[<0>] flock_lock_inode_wait+0x100/0x1b0
[<0>] __x64_sys_flock+0x140/0x170
"""


def judged(folder: Path, **texts: str) -> dict[str, Any]:
    for name, text in texts.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return stackan.analyze(stackan.load(folder)).to_dict()


def titles(document: dict[str, Any]) -> list[str]:
    return [finding["title"] for finding in document["findings"]]


def test_a_system_call_is_told_by_what_is_below_it(tmp_path: Path) -> None:
    document = judged(tmp_path, t1__dump=DUMP, t1__kernel=STACKS, t2__dump=DUMP + "\n")
    assert [process["pid"] for process in document["processes"]] == [4090]
    assert "LWP 4100 waits for an answer of an NFS server" in titles(document)
    assert "LWP 4104 waits for a lock on a file" in titles(document)
    (finding,) = [finding for finding in document["findings"] if finding["threads"][0]["lwp"] == 4100]
    assert [line["text"] for line in finding["evidence"] if line["source"].endswith("kernel")] == [
        "[<0>] nfs_start_io_write+0x1a/0x40 [nfs]"
    ]
    assert not any("NFS" in title and "4090" in title for title in titles(document))


def test_a_dump_and_the_stacks_below_it_are_one_snapshot(tmp_path: Path) -> None:
    document = judged(tmp_path, dump=DUMP, kernel=STACKS)
    assert document["verdict"] == "inconclusive"
    assert [len(process["snapshots"]) for process in document["processes"]] == [1]


def test_a_report_of_a_hung_task_counts_as_a_second_snapshot(tmp_path: Path) -> None:
    document = judged(tmp_path, dump=DUMP, messages=HUNG.replace("task worker:", "task db:").replace("task:worker", "task:db"))
    assert document["verdict"] == "blocked"
    progress = {thread["lwp"]: thread["progress"] for thread in document["processes"][0]["threads"]}
    assert progress == {4090: "idle", 4100: "stuck", 4104: "unknown"}
    assert "has waited for at least 2 min" in document["findings"][0]["explanation"]


def test_a_report_of_another_thread_of_that_number_is_none(tmp_path: Path) -> None:
    dump = DUMP.replace("(LWP 4100)", '(LWP 4100) "appender"')
    assert judged(tmp_path, dump=dump, messages=HUNG)["verdict"] == "inconclusive"


def test_a_thread_that_moves_waits_for_nothing(tmp_path: Path) -> None:
    moved = DUMP.replace("Appender::flush (this=0x489a420) at appender.cc:42", "Appender::sort (this=0x489a420) at appender.cc:99")
    document = judged(tmp_path, t1__dump=DUMP, t1__kernel=STACKS, t2__dump=moved)
    assert not any("NFS" in title for title in titles(document))


def test_a_file_for_each_thread_is_read_by_its_path(tmp_path: Path) -> None:
    files = {"t1__proc__4090__task__4100__stack": "[<0>] nfs_start_io_write+0x1a/0x40 [nfs]\n", "t1__dump": DUMP}
    document = judged(tmp_path, **files)
    assert "LWP 4100 waits for an answer of an NFS server" in titles(document)
    assert len(document["processes"]) == 1


def test_the_kernels_log_of_other_tasks_is_told_and_not_used(tmp_path: Path) -> None:
    document = judged(tmp_path, dump=DUMP, messages=HUNG.replace("4100", "77"))
    assert document["verdict"] == "inconclusive"
    assert len(document["processes"]) == 1
    assert any("not used, as no dump has the threads" in warning for warning in document["warnings"])


STRIPPED = """\
Thread 2 (Thread 0x7f3224de700 (LWP 4100)):
#0  0x00007fd48abc4499 in __lll_lock_wait () from /lib64/libpthread.so.0
#1  0x00007fd48abc4499 in pthread_mutex_lock () from /lib64/libpthread.so.0
#2  0x0000000000ded8a9 in Ledger::post () at ledger.cc:42
Thread 1 (Thread 0x7f3224dd700 (LWP 4104)):
#0  0x00007fd48abc4499 in __lll_lock_wait () from /lib64/libpthread.so.0
#1  0x00007fd48abc4499 in pthread_mutex_lock () from /lib64/libpthread.so.0
#2  0x0000000000ded8b9 in Ledger::audit () at ledger.cc:99
"""


def test_the_futex_of_a_system_call_is_the_mutex_of_a_stripped_library(tmp_path: Path) -> None:
    row = "/proc/4090/task/{}/syscall:202 0x55d1c2a0f1b4 0x80 0x2 0x0 0x0 0x0 0x7ffe137cf918 0x7fad03531087\n"
    calls = "".join(f"/proc/4090/task/{lwp}/wchan:futex_wait_queue\n" + row.format(lwp) for lwp in (4100, 4104))
    document = judged(tmp_path, t1__dump=STRIPPED, t2__dump=STRIPPED + "\n", calls=calls)
    waits = {thread["lwp"]: thread["waits_for"][0] for thread in document["processes"][0]["threads"]}
    assert {wait["address"] for wait in waits.values()} == {"0x55d1c2a0f1b4"}
    assert {wait["evidence"] for wait in waits.values()} == {"recorded"}
    assert any("2 threads wait for mutex 0x55d1c2a0f1b4" in title for title in titles(document))
