"""Lists of a server's threads that say which lock each of them waits for, and who is in its way.

OceanBase, `SELECT * FROM oceanbase.GV$OB_THREAD`: the addresses of the latches that a thread waits for and has, of one observer each
(OceanBase Database, views: GV$OB_THREAD).  TID is the LWP.

    | SVR_IP   | SVR_PORT | TENANT_ID | TID   | TNAME       | STATUS | LATCH_WAIT     | LATCH_HOLD                    | TRACE_ID |
    | 10.0.0.1 |     2882 |      1004 | 92964 | T1004_L0_G0 | Wait   | 0x7f21c4a01200 | 0x7f21c4a01300,0x7f21c4a01400 | NULL     |

GaussDB and openGauss, `SELECT * FROM pg_thread_wait_status`: `lwtid` is the LWP, `block_sessionid` the session that has the lock
(GaussDB, system views: PG_THREAD_WAIT_STATUS).

     node_name | thread_name |       tid       |    sessionid    | lwtid |  wait_status | wait_event | lockmode      | block_sessionid
    -----------+-------------+-----------------+-----------------+-------+--------------+------------+---------------+-----------------
     dn_6001   | app         | 140120252633600 | 140120252633600 | 23901 | acquire lock | relation   | ExclusiveLock | 140120252633700

StarRocks, `SELECT * FROM information_schema.be_threads`: the names of threads, which its stacks do not print.

    | BE_ID | GROUP       | NAME         | PTHREAD_ID      |     TID | IDLE | FINISHED_TASKS |
    | 10004 | thread pool | compact_pool | 140542684686080 | 2116704 |    1 |              0 |
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.listings.tables import Row
from stackan.model.listing import ThreadHold, ThreadWait

THREAD_COLUMNS = ("LATCH_WAIT", "LATCH_HOLD", "BLOCK_SESSIONID", "PTHREAD_ID")
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)
_ADDRESS = re.compile(r"0[xX]([0-9a-fA-F]{4,16})")
_LATCH, _LOCK = "latch", "database-lock"
_LONGEST_NAME = 64
_MOST_LATCHES = 64  # of one thread: the column has room for 256 characters


def read_threads(rows: Sequence[Row]) -> tuple[tuple[ThreadWait, ...], tuple[ThreadHold, ...]]:
    """The waits and holds that the rows of these views tell."""
    latches = [row for row in rows if "LATCH_WAIT" in row.cells and "TID" in row.cells]
    sessions = [row for row in rows if "BLOCK_SESSIONID" in row.cells and "LWTID" in row.cells]
    holds = tuple(hold for row in latches for hold in _holds(row))
    waits = [wait for row in latches if (wait := _latch_wait(row)) is not None]
    return (*waits, *_session_waits(sessions)), holds


def read_names(rows: Sequence[Row]) -> dict[int, str]:
    """{LWP: name} of the threads that a backend lists."""
    named = [(_number(row, "TID"), row.cells["NAME"]) for row in rows if "PTHREAD_ID" in row.cells and row.cells.get("NAME")]
    return {lwp: name[:_LONGEST_NAME] for lwp, name in named if lwp is not None}


def _latch_wait(row: Row) -> ThreadWait | None:
    lwp, address = _number(row, "TID"), _ADDRESS.search(row.cells["LATCH_WAIT"])
    if lwp is None or address is None:
        return None
    return ThreadWait(row.line, lwp, _LATCH, int(address[1], 16))


def _holds(row: Row) -> list[ThreadHold]:
    lwp = _number(row, "TID")
    if lwp is None:
        return []
    found = _ADDRESS.findall(row.cells.get("LATCH_HOLD", ""))[:_MOST_LATCHES]
    return [ThreadHold(row.line, lwp, _LATCH, int(digits, 16)) for digits in found]


def _session_waits(rows: Sequence[Row]) -> list[ThreadWait]:
    """A node's sessions alone: ids of sessions repeat on others."""
    served = {(row.cells.get("NODE_NAME", ""), row.cells.get("SESSIONID", "")): _number(row, "LWTID") for row in rows}
    waits: list[ThreadWait] = []
    for row in rows:
        lwp, blocker = _number(row, "LWTID"), row.cells["BLOCK_SESSIONID"]
        if lwp is None or not _NUMBER.fullmatch(blocker) or not int(blocker) or blocker == row.cells.get("SESSIONID"):
            continue
        owner = served.get((row.cells.get("NODE_NAME", ""), blocker))
        kind = _LATCH if "lwlock" in row.cells.get("WAIT_STATUS", "").lower() else _LOCK
        waits.append(ThreadWait(row.line, lwp, kind, None, (owner,) if owner is not None else ()))
    return waits


def _number(row: Row, column: str) -> int | None:
    cell = row.cells.get(column, "")
    return int(cell) if _NUMBER.fullmatch(cell) and len(cell) <= 10 and int(cell) else None
