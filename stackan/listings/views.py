"""The columns of the views that are read.

Dameng, `SELECT * FROM V$TRXWAIT` (of a cluster V$DSC_TRXWAIT) and `SELECT SESS_ID, TRX_ID, STATE, THRD_ID FROM V$SESSIONS` in disql.
THRD_ID is the thread's number in the kernel, so the LWP of the dumps (Dameng's manuals on its views and on faults):

    LINEID     ID                   WAIT_FOR_ID          WAIT_TIME   THRD_ID
    ---------- -------------------- -------------------- ----------- -----------
    1          1303                 1301                 47041       32158

    LINEID     SESS_ID              TRX_ID               STATE  THRD_ID
    ---------- -------------------- -------------------- ------ -----------
    1          140153246187784      1301                 IDLE   32150

OceanBase's and GaussDB's lists of threads: listings/threads.py.

DolphinDB, `getConsoleJobs()`, `getRecentJobs()` and `getJobStatus(id)`; its tables name no thread (DolphinDB's tutorial on jobs):

    node   userID rootJobId                            jobType queue
    ------ ------ ------------------------------------ ------- ----------------
    dnode1 admin  8c8b1de1-54b2-4d26-9c79-f2c2b3d6e2a4 unknown normal job queue

    node   userID jobId          rootJobId priority endTime
    ------ ------ -------------- --------- -------- -------
    dnode1 admin  load2024050401 1f0c…     4
"""

from __future__ import annotations

import re

from stackan.listings.tables import Row, read_blocks, read_rows
from stackan.listings.threads import THREAD_COLUMNS, read_names, read_threads
from stackan.model.listing import Job, Listing, Session, TransactionWait
from stackan.model.log import Log

_WANTED = frozenset(("WAIT_FOR_ID", "THRD_ID", "ROOTJOBID", "JOBID", *THREAD_COLUMNS))
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)
_JOB = re.compile(r"[\w.:+-]{1,256}")  # without quotes: it is shown in a command to copy
_NONE = ("", "NULL", "-", "0")


def read_views(data: bytes, source: str) -> Listing | None:
    """The rows of these views that a text holds; None if it holds none."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    lines = text.split("\n")
    rows = sorted([*read_rows(lines, _WANTED), *read_blocks(lines, _WANTED)], key=lambda row: row.line)
    log = Log(source, "listing", lines={row.line: row.text.rstrip("\r") for row in rows})
    sessions = tuple(session for row in rows if (session := _session(row, log)) is not None)
    waits = tuple(wait for row in rows if (wait := _wait(row)) is not None)
    jobs = tuple(job for row in rows if (job := _job(row, log)) is not None)
    thread_waits, thread_holds = read_threads(rows)
    names = read_names(rows)
    if not (sessions or waits or jobs or thread_waits or thread_holds or names):
        return None
    return Listing(log, sessions, waits, jobs, thread_waits, thread_holds, names)


def _session(row: Row, log: Log) -> Session | None:
    lwp, name = _number(row, "THRD_ID"), row.cells.get("SESS_ID", "")
    if lwp is None or not _NUMBER.fullmatch(name):
        return None
    return Session(row.line, lwp, name, _number(row, "TRX_ID"), row.cells.get("STATE", ""), log)


def _wait(row: Row) -> TransactionWait | None:
    own, holder = _number(row, "ID"), _number(row, "WAIT_FOR_ID")
    if own is None or holder is None or own == holder:
        return None
    return TransactionWait(row.line, own, holder, _number(row, "THRD_ID"), _number(row, "WAIT_TIME"))


def _job(row: Row, log: Log) -> Job | None:
    """A job of DolphinDB's that has not ended."""
    batch = "JOBID" in row.cells
    name = row.cells.get("JOBID" if batch else "ROOTJOBID", "")
    if _JOB.fullmatch(name) is None or name in _NONE or row.cells.get("ENDTIME", ""):
        return None
    return Job(row.line, name, row.cells.get("NODE", ""), row.cells.get("USERID", ""), batch, log)


def _number(row: Row, column: str) -> int | None:
    cell = row.cells.get(column, "")
    return int(cell) if cell not in _NONE and _NUMBER.fullmatch(cell) else None
