"""A server's list of its threads beside the dumps says who waits for whom, joined by LWP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import stackan

WAITER = """\
Thread {lwp} (T1004_L0_G{lwp})
#0    0x00007f3b5d0a29f3 in syscall from /usr/lib64/libc.so.6
#1    0x000055d1c2a0f1b4 in oceanbase::common::ObLatchWaitQueue::wait(oceanbase::common::ObWaitProc&, unsigned int) at ob_latch.cpp:412
#2    0x000055d1c2a0f1c4 in oceanbase::common::ObLatch::wrlock(unsigned int, long) at ob_latch.cpp:812
#3    0x000055d1c20f1{lwp} in oceanbase::storage::step{lwp}() at ob_tablet.cpp:12
"""
OB = WAITER.format(lwp=101) + WAITER.format(lwp=102)
TABLE = """\
+----------+----------+-----+-------+--------+----------------+-------------------------------+
| SVR_IP   | SVR_PORT | TID | TNAME | STATUS | LATCH_WAIT     | LATCH_HOLD                    |
+----------+----------+-----+-------+--------+----------------+-------------------------------+
| 10.0.0.1 |     2882 | 101 | w1    | Wait   | 0x7f21c4a01200 | 0x7f21c4a01300,0x7f21c4a01400 |
| 10.0.0.1 |     2882 | 102 | w2    | Wait   | 0x7f21c4a01400 | 0x7f21c4a01200                |
+----------+----------+-----+-------+--------+----------------+-------------------------------+
"""
BLOCKS = """\
*************************** 1. row ***************************
       TID: 101
LATCH_WAIT: 0x7f21c4a01200
LATCH_HOLD: 0x7f21c4a01300,0x7f21c4a01400
*************************** 2. row ***************************
       TID: 102
LATCH_WAIT: 0x7f21c4a01400
LATCH_HOLD: 0x7f21c4a01200
2 rows in set (0.01 sec)
"""
TABS = "TID\tTNAME\tLATCH_WAIT\tLATCH_HOLD\n101\tw1\t0x7f21c4a01200\t0x7f21c4a01400\n102\tw2\t0x7f21c4a01400\t0x7f21c4a01200\n"
GAUSS = """\
Thread 1 tid<140120252633600> lwtid<23901>
__poll + 0x2d
WaitLatch(Latch volatile*, int, long) + 0x2e
ProcSleep(LOCALLOCK*, LockMethodData const*, bool, bool) + 0x6b7
LockAcquireExtended(LOCKTAG const*, int, bool, bool, bool) + 0x99a
PostgresMain(int, char**, char const*, char const*) + 0x61f8
clone + 0x6d

Thread 2 tid<140120252633700> lwtid<23902>
__poll + 0x2d
secure_read(Port*, void*, unsigned long) + 0x29f
pq_getbyte() + 0x29f
PostgresMain(int, char**, char const*, char const*) + 0x61f8
clone + 0x6d
"""
STATUS = """\
 node_name | thread_name |       tid       |    sessionid    | lwtid | wait_status  | wait_event | block_sessionid
-----------+-------------+-----------------+-----------------+-------+--------------+------------+-----------------
 dn_6001   | gsql        | 140120252633600 | 140120252633600 | 23901 | acquire lock | relation   | 140120252633700
 dn_6001   | gsql        | 140120252633700 | 140120252633700 | 23902 | wait cmd     |            |
(2 rows)
"""


def judged(folder: Path, dump: str, listing: str, later: str | None = None) -> dict[str, Any]:
    for name, text in {"t1/dump.txt": dump, "t2/dump.txt": later or dump + "\n", "threads.txt": listing}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return stackan.analyze(stackan.load(folder)).to_dict()


def waits(document: dict[str, Any]) -> dict[int, dict[str, Any]]:
    (process,) = document["processes"]
    return {thread["lwp"]: thread["waits_for"][0] for thread in process["threads"] if thread["waits_for"]}


@pytest.mark.parametrize("listing", [TABLE, BLOCKS, TABS], ids=["borders", "blocks", "tabs"])
def test_latches_that_threads_wait_for_and_have_are_those_of_their_rows(listing: str, tmp_path: Path) -> None:
    document = judged(tmp_path, OB, listing)
    assert document["verdict"] == "deadlock"
    assert {lwp: (wait["kind"], wait["address"], wait["owner_lwp"], wait["evidence"]) for lwp, wait in waits(document).items()} == {
        101: ("latch", "0x7f21c4a01200", 102, "recorded"),
        102: ("latch", "0x7f21c4a01400", 101, "recorded"),
    }


def test_the_row_is_quoted(tmp_path: Path) -> None:
    document = judged(tmp_path, OB, TABLE)
    lines = [line for line in document["findings"][0]["evidence"] if line["source"].endswith("threads.txt")]
    assert [line["text"] for line in lines] == TABLE.splitlines()[3:5]


def test_a_thread_that_moved_waits_for_no_latch(tmp_path: Path) -> None:
    document = judged(tmp_path, OB, TABLE, OB.replace("step101", "other").replace("20f1101", "20f1209"))
    assert document["verdict"] != "deadlock"
    assert 101 not in {lwp for lwp, wait in waits(document).items() if wait["address"]}


def test_a_session_in_the_way_is_the_thread_of_its_row(tmp_path: Path) -> None:
    document = judged(tmp_path, GAUSS, STATUS)
    wait = waits(document)[23901]
    assert (wait["kind"], wait["owner_lwp"], wait["evidence"]) == ("database-lock", 23902, "recorded")
    assert document["verdict"] == "blocked"
    assert "LWP 23902 holds it" in document["findings"][0]["explanation"]


def test_sessions_of_other_nodes_are_not_mixed_up(tmp_path: Path) -> None:
    other = STATUS.replace(" dn_6001   | gsql        | 140120252633700", " dn_6002   | gsql        | 140120252633700")
    wait = waits(judged(tmp_path, GAUSS, other)).get(23901)
    assert wait is None or wait["owner_lwp"] is None


def test_a_list_of_other_threads_is_told(tmp_path: Path) -> None:
    document = judged(tmp_path, OB, TABLE.replace("| 101 |", "| 901 |").replace("| 102 |", "| 902 |"))
    assert document["verdict"] != "deadlock"
    assert any("no dump has the threads that this listing names" in warning for warning in document["warnings"])


def test_a_backend_names_the_threads_whose_stacks_have_no_names(tmp_path: Path) -> None:
    stacks = "tid: 34593\n    0x7f1b6bf5e640  syscall\n         0x5b10e71  starrocks::LakeCompaction::run()\n"
    table = (
        "+-------+-------------+--------------+-----------------+-------+------+----------------+\n"
        "| BE_ID | GROUP       | NAME         | PTHREAD_ID      | TID   | IDLE | FINISHED_TASKS |\n"
        "+-------+-------------+--------------+-----------------+-------+------+----------------+\n"
        "| 10004 | thread pool | compact_pool | 140542684686080 | 34593 |    0 |             12 |\n"
    )
    document = judged(tmp_path, stacks, table)
    assert [(thread["lwp"], thread["name"]) for thread in document["processes"][0]["threads"]] == [(34593, "compact_pool")]
