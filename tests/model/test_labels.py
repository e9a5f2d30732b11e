"""A thread is called what its dump calls it, never by its place in the file."""

# ruff: noqa: E501
from __future__ import annotations

import io
from pathlib import Path

import pytest

import stackan
from stackan.report import text
from stackan.report.page import Page

LOCKED = """
#0  0x00007fd48abc4499 in __lll_lock_wait () from /lib64/libpthread.so.0
#1  0x0000000000ded8a9 in pthread_mutex_lock () from /lib64/libpthread.so.0
#2  0x0000000000ded9a9 in depot_put (depot=0x489a420) at depot.cpp:42
#3  0x00007fd48abc7c4d in clone () from /lib64/libc.so.6
"""
BARE = f"The server hangs:\n{LOCKED}"
SWITCHED = (
    f"(gdb) thread 7\n[Switching to thread 7 (core thread 6)]{LOCKED}(gdb) thread 12\n[Switching to thread 12 (core thread 11)]{LOCKED}"
)
HOTSPOT = """2026-05-04 10:00:00
Full thread dump OpenJDK 64-Bit Server VM (17.0.9+9 mixed mode, sharing):

"main" #1 prio=5 os_prio=0 cpu=1.00ms elapsed=9.00s tid=0x00007f1000017000 nid={main} waiting on condition [0x00007f1000100000]
   java.lang.Thread.State: RUNNABLE
\tat acme.App.main(App.java:5)

"courier" #31 prio=5 os_prio=0 cpu=1.00ms elapsed=9.00s tid=0x00007f1000417000 nid={courier} waiting for monitor entry [0x00007f1000400000]
   java.lang.Thread.State: BLOCKED (on object monitor)
\tat acme.Depot.put(Depot.java:42)
\t- waiting to lock <0x00000000ffd46100> (a java.lang.Object)
\tat java.lang.Thread.run(Thread.java:840)
"""
WINDBG = """
0:013> ~*k

  13  Id: 1a4c.2f8c Suspend: 1 Teb: 00000087`6dcb3000 Unfrozen "courier"
 # Child-SP          RetAddr           Call Site
00 000000dd`eafff9e8 00007ffe`c1451234 ntdll!ZwWaitForAlertByThreadId+0x14
01 000000dd`eafff9f0 00007ffe`c1465597 ntdll!RtlpWaitOnAddressWithTimeout+0x81
02 000000dd`eafffa80 00007ffe`c1432345 ntdll!RtlpEnterCriticalSectionContended+0x1c1
03 000000dd`eafffb00 00007ff6`5e841111 ntdll!RtlEnterCriticalSection+0x42
04 000000dd`eafffb30 00007ffe`c0007374 depot!depot_put+0x31
05 000000dd`eafffb60 00007ffe`c1443333 KERNEL32!BaseThreadInitThunk+0x14
"""
OWNED = """
   3  Id: aa8.3f10 Suspend: 1 Teb: 00000087`6dcb3000 Unfrozen
 # Child-SP          RetAddr           : Args to Child                                                           : Call Site
00 00000087`6e4ff778 00007ffe`bdcc3eef : 00007ffe`bda344b8 00007ffe`bda344b8 00000087`6e4ff7f0 00000087`6e4ff7d0 : ntdll!NtWaitForSingleObject+0x14
01 00000087`6e4ff780 00007ff7`0e951047 : 00000000`00000000 00000000`00000000 00000087`00000000 00000000`000001b8 : KERNELBASE!WaitForSingleObjectEx+0x8f
02 00000087`6e4ff820 00007ffe`bd96cd70 : 00000000`00080001 00000000`00000000 00000000`00000000 00000000`00000000 : depot!TakeFirst+0x47 [depot.cpp @ 22]
03 00000087`6e4ff880 00007ffe`c146e851 : 00000000`00000000 00000000`00000000 00000000`00000000 00000000`00000000 : KERNEL32!BaseThreadInitThunk+0x14

0:007> !handle 1b8 f
Handle 1b8
  Type         	Mutant
  Attributes   	0
  Name         	\\Sessions\\1\\BaseNamedObjects\\DEPOT
  Object Specific Information
    Mutex is Owned
    Mutant Owner aa8.3260
"""
LLDB = """(lldb) process attach --pid 17162
Process 17162 stopped
(lldb) thread list
Process 17162 stopped
* thread #202: tid = {tid}, 0x00007fee8ca7812b libc.so.6`__lll_lock_wait at lowlevellock.c:52:7, name = 'courier', stop reason = signal SIGSTOP
(lldb) bt all
* thread #202, name = 'courier', stop reason = signal SIGSTOP
  * frame #0: 0x00007fee8ca7812b libc.so.6`__lll_lock_wait at lowlevellock.c:52:7
    frame #1: 0x00007fee8ca7e478 libc.so.6`pthread_mutex_lock(mutex=0x000055e4fdcb6120) at pthread_mutex_lock.c:93:7
    frame #2: 0x000055e4fdcb3b58 depot`depot_put(depot=0x000055e4fdcb6100) at depot.c:42:3
"""


UWSGI = """*** uWSGI Python tracebacker output ***

thread_id = uWSGIWorker1Core0 filename = /srv/app.py lineno = 10 function = application line = return handle(env)
thread_id = uWSGIWorker1Core0 filename = /srv/db.py lineno = 20 function = handle line = lock.acquire()

thread_id = {other} filename = /srv/app.py lineno = 30 function = <module> line = run()
"""
SIDEKIQ = """2024-05-06T10:11:12.345Z pid=4242 tid=oxq7 WARN: Thread TID-oxq8 processor
2024-05-06T10:11:12.345Z pid=4242 tid=oxq7 WARN: /srv/push.rb:12:in `lock'
/srv/push.rb:12:in `perform'
"""


@pytest.mark.parametrize(
    ("dump", "named", "row"),
    [
        (BARE, "the thread at line 3 waits for a mutex", "(no thread ids in the dump)"),
        (UWSGI.format(other="MainThread"), "thread uWSGIWorker1Core0 waits for a mutex", "(no thread ids in the dump)"),
        (
            UWSGI.format(other="uWSGIWorker1Core0"),
            "the thread at line 3 uWSGIWorker1Core0 waits for a mutex",
            "(no thread ids in the dump)",
        ),
        (SIDEKIQ, "thread TID-oxq8 processor waits for", "TID-oxq8"),
        (SWITCHED, "2 threads wait for a mutex", "7 12"),
        (HOTSPOT.format(main="0x13d0", courier="0x013da"), "LWP 0x013da courier waits for monitor", "0x013da"),
        (HOTSPOT.format(main="5072", courier="5082"), "LWP 5082 courier waits for monitor", "5082"),
        (WINDBG, "thread 13 (2f8c) courier waits for", "13"),
        (LLDB.format(tid="17163"), "thread #202 (LWP 17163) courier waits for mutex", "#202"),
        (LLDB.format(tid="0x430b"), "thread #202 (LWP 0x430b) courier waits for mutex", "#202"),
    ],
)
def test_a_thread_is_named_as_its_dump_names_it(tmp_path: Path, dump: str, named: str, row: str) -> None:
    report = _report(tmp_path, dump)
    assert named in report
    assert f"threads  {row} " in " ".join(report.split()).replace("threads ", "threads  ")
    assert "thread 0" not in report


def test_the_kernels_id_stays_a_decimal_number_in_the_document(tmp_path: Path) -> None:
    (process,) = _analysis(tmp_path, HOTSPOT.format(main="0x13d0", courier="0x13da")).to_dict()["processes"]
    assert [thread["lwp"] for thread in process["threads"]] == [0x13D0, 0x13DA]


def test_a_thread_without_a_kernels_id_has_the_dumps_own_number_in_the_document(tmp_path: Path) -> None:
    (process,) = _analysis(tmp_path, SWITCHED).to_dict()["processes"]
    assert [(thread["lwp"], thread["thread_id"]) for thread in process["threads"]] == [(None, "7"), (None, "12")]


def test_an_old_gdb_calls_threads_processes(tmp_path: Path) -> None:
    """Their ids are the kernel's, unless two threads have the same one: Apple's gdb writes the process's."""
    linux = SWITCHED.replace("core thread 6", "process 20195").replace("core thread 11", "process 20199")
    (process,) = _analysis(tmp_path, linux).to_dict()["processes"]
    assert [thread["lwp"] for thread in process["threads"]] == [20195, 20199]
    (process,) = _analysis(tmp_path, linux.replace("20195", "20199")).to_dict()["processes"]
    assert [thread["lwp"] for thread in process["threads"]] == [None, None]


def test_the_name_of_a_thread_is_said_in_chinese(tmp_path: Path) -> None:
    assert "第 3 行的线程在等待" in _report(tmp_path, BARE, "zh_CN")
    assert "线程 #202 (LWP 17163) courier 在等待" in _report(tmp_path, LLDB.format(tid="17163"), "zh_CN")


def test_an_owner_that_is_no_thread_of_the_dump_is_named_in_the_dumps_base(tmp_path: Path) -> None:
    assert "LWP 3260" in _report(tmp_path, OWNED)
    assert str(0x3260) not in _report(tmp_path, OWNED)


def _analysis(folder: Path, dump: str) -> stackan.Analysis:
    (folder / "dump.txt").write_text(dump, "utf-8")
    return stackan.analyze(stackan.load(str(folder / "dump.txt")))


def _report(folder: Path, dump: str, language: str = "en") -> str:
    stream = io.StringIO()
    text.write(_analysis(folder, dump), stream, Page(language, width=200))
    return stream.getvalue()
