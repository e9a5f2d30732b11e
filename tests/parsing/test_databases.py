"""What databases and HAProxy print of their own threads.

The samples are written after the tools' sources and documentation (docs/formats/databases.md, haproxy.md).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stackan.parsing import detect, parse_all
from stackan.parsing.detect import detect_all
from tests.parsing import hostile
from tests.parsing.texts import analyzed, only

OBSTACK = """\
Thread 92964 (T1004_TTLTablet)
#0    0x00007f3b5d0a29f3 in epoll_wait from /usr/lib64/libc.so.6
#1    0x000055d1c2a0f1b4 in oceanbase::common::ObTimer::run1(int (*)(long)) at src/lib/task/ob_timer.cpp:812
#2    0x000055d1c2a0f000 in ???
Thread 92970 (T1004 (L0))
#0    0x00007f3b5d0a29f3 in pthread_cond_wait from /usr/lib64/libpthread.so.0
#1    0x000055d1c2a0f1b4 in oceanbase::omt::ObThWorker::worker(long&, long&, int&) at src/observer/omt/ob_th_worker.cpp:395
"""
AGGREGATED = """\
Threads (92964-T1004_L0_G0, 92970-T1004_L0, G1, 92971-x-y)
0x00007f3b5d0a29f3 in pthread_cond_wait from /usr/lib64/libpthread.so.0
0x000055d1c2a0f1b4 in oceanbase::omt::ObThWorker::worker(long&, long&, int&) at src/observer/omt/ob_th_worker.cpp:395
Threads (92980-main)
0x00007f3b5d0a29f3 in ???
"""
BARE = """\
tid: 92964, tname: T1004_TTLTablet, bt: 0x7f3b5d0a29f3 0x2a0f1b4
tid: 92965, tname: T1004 L0, bt: 0x7f3b5d0a29f3 0x2a0f1b4 0x77
"""
GS_CTL = """\
[2022-11-03 20:17:59.288][19256][][gs_ctl]: gs_stack start:
Thread 0 tid<140120252633600> lwtid<23675>
__poll + 0x2d
int comm_socket_call<CommWaitPollParam, int (*)(pollfd*, unsigned long)>(CommWaitPollParam*, int (*)(pollfd*, unsigned long)) + 0x28
PostmasterMain(int, char**) + 0x612e
0x55feac9a9907

Thread 1 tid<140116236076800> lwtid<23848>
__poll + 0x2d
SysLoggerMain(int) + 0x17c9
clone + 0x6d
"""
GS_RECORDS = """\
-[ RECORD 1 ]---------------------------------------
tid   | 140120252633600
lwtid | 23675
stack | __poll + 0x2d
      | PostmasterMain(int, char**) + 0x72b
      | 0x55feac9a9907
-[ RECORD 2 ]---------------------------------------
tid   | 140116236076800
lwtid | 23848
stack | __poll + 0x2d
      | clone + 0x6d
"""
GS_TABLE = """\
       tid       | lwtid |              stack
-----------------+-------+----------------------------------
 140120252633600 | 23675 | __poll + 0x2d                   +
                 |       | PostmasterMain(int, char**) + 0x314e+
                 |       | 0x55feac9a9907
 140116236076800 | 23848 | __poll + 0x2d                   +
                 |       | clone + 0x6d
(2 rows)
"""
DORIS = """\
BE thread stack traces
pid: 96543
thread_count: 2

----- thread 96601 (p_normal_simple) status=ok capture_method=frame_pointer frames=3 fp_status=end_of_chain -----
    0#  pthread_cond_wait
    1#  doris::TaskScheduler::_do_work(int) at be/src/pipeline/task_scheduler.cpp:59
    2#  start_thread in /lib64/libc.so.6

----- thread 96602 (brpc_light) status=skipped_blocking_syscall -----

summary: captured=1 skipped=1 timed_out=0 remote_signal_attempts=1
"""
STARROCKS = """\
tid: 34593
    0x7f1b6bf5e640  syscall
         0x5b10e71  starrocks::PipelineDriver::process(starrocks::RuntimeState*)

2 tids: 34594,34595
    0x7f1b6bf5e640  pthread_cond_wait
         0x5b10e71  (unknown)

total 3 threads, 2 identical groups, finish 3 threads, total cost 850 us, symbolize cost 1 us, thread block(avg/min/max) 1/1/1 us,
"""
LOGGED = "".join(
    f"I20250225 23:34:36.215919 139700663744064 diagnose_daemon.cpp:50] DIAGNOSE 1 - {line}\n" for line in STARROCKS.splitlines()
)
VERTICAL = """\
Row 1:
──────
thread_name: QueryPipelineEx
thread_id:   743490
query_id:    dc55a564-febb-4e37-95bb-090ef182c6f1
res:         pthread_cond_wait
DB::PipelineExecutor::execute(unsigned long, bool)
void* std::__1::__thread_proxy[abi:v15000]<int>(void*)

Row 2:
──────
thread_name: BgSchPool
thread_id:   743491
query_id:
res:         epoll_wait
clone

2 rows in set. Elapsed: 0.1 sec.
"""
TSV = (
    "thread_name\tthread_id\tquery_id\ttrace\n"
    "QueryPipelineEx\t743490\tdc55\t['pthread_cond_wait','DB::PipelineExecutor::execute(unsigned long, bool)','it\\'s']\n"
    "BgSchPool\t743491\t\t['epoll_wait','clone']\n"
)
TSV_LINES = "QueryPipelineEx\t743490\tdc55\tpthread_cond_wait\\nDB::execute(bool)\\nclone\nBgSchPool\t743491\t\tepoll_wait\\nclone\n"
PRETTY = """\
┌─thread_name─────┬─thread_id─┬─query_id─┬─trace──────────────────────┐
│ QueryPipelineEx │    743490 │ dc55     │ ['pthread_cond_wait','DB::f()','clone'] │
│ BgSchPool       │    743491 │          │ ['epoll_wait','clone'] │
└─────────────────┴───────────┴──────────┴────────────────────────────┘
"""
PRETTY_LINES = """\
┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┓
┃ thread_name     ┃ thread_id ┃ query_id ┃ res                ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━┩
│ QueryPipelineEx │    743490 │ dc55     │ pthread_cond_wait↴ │
│                 │           │          │↳DB::f()↴           │
│                 │           │          │↳clone              │
├─────────────────┼───────────┼──────────┼────────────────────┤
│ BgSchPool       │    743491 │          │ epoll_wait
clone                                                         │
└─────────────────┴───────────┴──────────┴────────────────────┘
"""
HAPROXY = """\
Thread 2 is about to kill the process.
  Thread 1 : id=0x7f1b6bf5e640 act=1 glob=0 wq=1 rq=0 tl=0 tlsz=0 rqsz=0
      1/1    stuck=0 prof=0 harmless=0 isolated=0
             cpu_ns: poll=21343839207 now=21349706295 diff=5867088
             curr_task=0
*>Thread 2 : id=0x7f1b6b75d640 act=1 glob=1 wq=1 rq=0 tl=0 tlsz=0 rqsz=0
      1/2    stuck=1 prof=0 harmless=0 isolated=0
             cpu_ns: poll=21448561733 now=25504553786 diff=4055992053
             curr_task=0x5628030c29a0 (task) calls=195 last=0
               fct=0x5627e860b310(srv_cleanup_idle_conns) ctx=(nil)
             call trace(4):
             | 0x5627e86b7562 [85 c0 75 2a 48 8b 84 24]: ha_dump_backtrace+0x42/0x309
             | 0x7f1b7e07a520 [48 c7 c0 0f 00 00 00 0f]: libc:+0x42520
             | 0x5627e860b3ff [48 c7 c0 0f 00 00 00 0f]: srv_cleanup_idle_conns+0xef/0x300
             | 0x5627e86b93ff [48 c7 c0 0f 00 00 00 0f]: process_runnable_tasks+0x2ef/0x300
"""
TEXTS = {
    "obstack": OBSTACK,
    "obstack, aggregated": AGGREGATED,
    "obstack, not looked up": BARE,
    "gs-stack": GS_CTL,
    "gs-stack, records": GS_RECORDS,
    "gs-stack, table": GS_TABLE,
    "doris-stack": DORIS,
    "starrocks-stack": STARROCKS,
    "starrocks-stack, logged": LOGGED,
    "clickhouse-stack": VERTICAL,
    "clickhouse-stack, tabs": TSV,
    "clickhouse-stack, tabs without names": TSV_LINES,
    "clickhouse-stack, borders": PRETTY,
    "clickhouse-stack, borders and lines": PRETTY_LINES,
    "haproxy": HAPROXY,
}
# (LWP or number, name, frames) of the threads of each.
THREADS: dict[str, list[tuple[int, str | None, int]]] = {
    "obstack": [(92964, "T1004_TTLTablet", 3), (92970, "T1004 (L0)", 2)],
    "obstack, aggregated": [(92964, "T1004_L0_G0", 2), (92970, "T1004_L0, G1", 2), (92971, "x-y", 2), (92980, "main", 1)],
    "obstack, not looked up": [(92964, "T1004_TTLTablet", 2), (92965, "T1004 L0", 3)],
    "gs-stack": [(23675, None, 4), (23848, None, 3)],
    "gs-stack, records": [(23675, None, 3), (23848, None, 2)],
    "gs-stack, table": [(23675, None, 3), (23848, None, 2)],
    "doris-stack": [(96601, "p_normal_simple", 3), (96602, "brpc_light", 0)],
    "starrocks-stack": [(34593, None, 2), (34594, None, 2), (34595, None, 2)],
    "starrocks-stack, logged": [(34593, None, 2), (34594, None, 2), (34595, None, 2)],
    "clickhouse-stack": [(743490, "QueryPipelineEx", 3), (743491, "BgSchPool", 2)],
    "clickhouse-stack, tabs": [(743490, "QueryPipelineEx", 3), (743491, "BgSchPool", 2)],
    "clickhouse-stack, tabs without names": [(743490, "QueryPipelineEx", 3), (743491, "BgSchPool", 2)],
    "clickhouse-stack, borders": [(743490, "QueryPipelineEx", 3), (743491, "BgSchPool", 2)],
    "clickhouse-stack, borders and lines": [(743490, "QueryPipelineEx", 3), (743491, "BgSchPool", 2)],
    "haproxy": [(1, None, 0), (2, None, 3)],
}


@pytest.mark.parametrize("name", TEXTS)
def test_all_threads_and_frames_are_read_and_no_line_is_left(name: str) -> None:
    dump = only(TEXTS[name])
    assert dump.format == name.partition(",")[0]
    threads = [(thread.lwp if thread.lwp is not None else thread.number, thread.name, thread.frames) for thread in dump.threads]
    assert threads == THREADS[name]
    assert dump.lines["unparsed"] == 0


@pytest.mark.parametrize("name", TEXTS)
def test_a_thread_that_comes_again_opens_a_further_snapshot(name: str) -> None:
    dumps = parse_all((TEXTS[name] + "\n" + TEXTS[name]).encode(), "both.txt")
    assert [len(dump.threads) for dump in dumps] == [len(THREADS[name])] * 2


def test_a_further_round_in_the_log_is_a_further_snapshot() -> None:
    other = LOGGED.replace("DIAGNOSE 1", "DIAGNOSE 2").replace("tid: 34593", "tid: 7").replace("34594,34595", "8,9")
    assert [dump.threads[0].lwp for dump in parse_all((LOGGED + other).encode(), "be.INFO")] == [34593, 7]


def test_names_and_places_are_read_as_they_are_printed() -> None:
    frames = list(only(OBSTACK).frames)
    assert [(frame.function, frame.library, frame.file, frame.file_line) for frame in frames[:3]] == [
        ("epoll_wait", "/usr/lib64/libc.so.6", None, None),
        ("oceanbase::common::ObTimer::run1(int (*)(long))", None, "src/lib/task/ob_timer.cpp", 812),
        ("", None, None, None),
    ]
    assert frames[1].pc == 0x55D1C2A0F1B4


def test_gs_stack_prints_the_pthread_beside_the_lwp() -> None:
    assert [thread.pthread for thread in only(GS_CTL).threads] == ["0x7f7049e25200", "0x7f6f5a7a8700"]


def test_doris_prints_its_process() -> None:
    assert only(DORIS).facts.pid == 96543


def test_addresses_alone_are_frames_without_a_name() -> None:
    dump = only("thread_name\tthread_id\tquery_id\ttrace\nBgSchPool\t743491\t\t[94222141367858,94222141367859]\n")
    assert [(frame.function, frame.pc) for frame in dump.frames] == [("", 94222141367858), ("", 94222141367859)]


def test_haproxy_is_told_with_the_process_that_syslog_names(tmp_path) -> None:
    text = "".join(f"Mar 12 10:54:43 sartre haproxy[1822465]: {line}\n" for line in HAPROXY.splitlines())
    dump = only(text)
    assert (dump.facts.pid, dump.facts.ended) == (1822465, True)
    assert [frame.function for frame in dump.frames] == ["", "srv_cleanup_idle_conns", "process_runnable_tasks"]
    document = analyzed(tmp_path, text)
    assert [thread["progress"] for thread in document["processes"][0]["threads"]] == ["idle", "unknown"]


def test_two_rounds_of_a_server_are_compared_by_lwp(tmp_path) -> None:
    document = analyzed(tmp_path, GS_CTL, GS_CTL.replace("SysLoggerMain", "SysLoggerFlush"))
    progress = {thread["lwp"]: thread["progress"] for thread in document["processes"][0]["threads"]}
    assert progress[23675] == "idle"
    assert document["processes"][0]["snapshots"][1]["threads"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "Thread 12 (pool) started\nThread 13 (pool) ended\n",
        "Threads (1-a)\nnothing\n",
        "tid: 4 of job 7\n0x4 is bad\n",
        "BE thread stack traces are at /api/stack_trace\n",
        "thread_id: 7\n",
        "a\t1\tb\tc\n",
        "lwtid is a column\n",
        "Thread 1 : id=7 act now\n",
    ],
)
def test_other_texts_are_none_of_these(text: str) -> None:
    assert detect(text.encode()) is None


@pytest.mark.parametrize("name", TEXTS)
def test_broken_texts_lose_no_line(name: str) -> None:
    for broken in hostile.mutations(TEXTS[name].encode(), 300):
        hostile.check(broken)


@pytest.mark.parametrize(
    "text",
    [
        "Threads (" + ", ".join(f"{lwp}-w" for lwp in range(1, 200)) + ")\n" + "0x00007f3b5d0a29f3 in f from /l\n" * 200,
        "200 tids: " + ",".join(map(str, range(1, 200))) + "\n" + "    0x7f1b6bf5e640  f\n" * 200,
        "Thread 0 tid<1> lwtid<2>\n" + "f + 0x2 +" * 60 + "\n",
        "Row 1:\n──────\nthread_name: x\nthread_id:   7\nres:         " + "a: " * 60 + "\n",
        "│ thread_id │ trace │\n" + "│" * 200 + "\n",
        "a\t7\tq\t['" + "\\'" * 90 + "\n",
        "  Thread 1 : id=0x7 act=1 " + "=" * 90 + "\n",
        "DIAGNOSE 1 - " * 60 + "\n",
    ],
)
def test_hostile_texts_are_read_in_linear_time(in_proportion: Callable[..., None], text: str) -> None:
    in_proportion(lambda size: (text * (1 + size // len(text))).encode(), hostile.check)


def test_few_bytes_do_not_become_many_frames() -> None:
    ids = ", ".join(f"{lwp}-w" for lwp in range(1, 2000))
    dump = only(f"Threads ({ids})\n" + "0x00007f3b5d0a29f3 in f from /l\n" * 2000)
    assert len(dump.threads) == 1999
    assert len(dump.frames) < 5 * len(dump.data)
    assert dump.facts.limited


@pytest.mark.parametrize("line", ["user\t12\tabc\tno such file /tmp::x\\nline two\n", "job\t7\tq-1\tstd::map\\nof what\n"])
def test_a_line_of_another_table_is_no_trace_of_clickhouse(line: str) -> None:
    assert detect(line.encode()) is None


def test_a_header_of_gdb_without_its_colon_is_not_obstacks() -> None:
    frames = "#0  0x00007f6c1e20a1c4 in poll () from /lib64/libc.so.6\n"
    text = f"Thread 2 (Thread 0x7f6c1d000700 (LWP 5121)):\n{frames}\nThread 1 (Thread 0x7f6c1e000740 (LWP 5120))\n{frames}"
    assert {found.format for found in detect_all(text.encode())} == {"pstack"}
