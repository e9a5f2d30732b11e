"""Host, role and time as the text itself gives them: in the lines before a snapshot's first thread, and by the functions that run.

[root@node1 server]# ps -ef | grep dolphindb
… ./dolphindb -console 0 -mode datanode -localSite 10.0.0.7:8848:dn1 …
Fri Jun  7 10:15:00 CST 2024
Thread 71 (Thread 0x7f0d2a7fc700 (LWP 4250)):
"""

from __future__ import annotations

import re
from functools import lru_cache

from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.expressions import expression
from stackan.model.records import NamedTuple
from stackan.placing.moments import find_moments

_LOOKED_AT = 4096  # bytes before the first thread

_HOSTS = (
    re.compile(r"(?im)^[ \t#=*-]{0,8}(?:host ?name|host)[ \t]{0,20}[:=][ \t]{0,20}([\w.-]{1,253})"),
    re.compile(r"(?m)^\[?[\w.-]{1,64}@([\w.-]{1,253})[ :][^\n]{0,200}[#$] "),  # a shell's prompt
)
_LAUNCH = expression(r"(?m)^Launch Time:.*$")  # of the process, which macOS's sample prints behind its own
MODE = expression(r"-mode[ =](controller|agent|datanode|computenode)\b")  # of DolphinDB's command line

# Threads that only one role has: of DolphinDB by its documentation (docs.dolphindb.cn, "thread model"), of PostgreSQL by its source
# (src/backend/postmaster).  All backends are forked from the postmaster, whose frames are in all of them.
_RUNS = (
    (b"EditLogBatchWriter::run", "controller"),
    (b"DFSChunkRecoveryWorker::run", "controller"),
    (b"HeartBeatMonitor::run", "controller"),
    (b"ServiceMgmtCenter::run", "controller"),
    (b"ChunkNodeLogWriter::run", "datanode"),
    (b"RedoLogDataWriter::run", "datanode"),
    (b"ChunkCacheEngineGCWorker::run", "datanode"),
    (b"WalWriterMain", "walwriter"),
    (b"CheckpointerMain", "checkpointer"),
    (b"BackgroundWriterMain", "background writer"),
    (b"AutoVacLauncherMain", "autovacuum launcher"),
    (b"ApplyLauncherMain", "logical replication launcher"),
    (b"WalReceiverMain", "walreceiver"),
    (b"ParallelWorkerMain", "parallel worker"),
    (b"PostgresMain", "backend"),
)
# Without debug symbols gdb prints the parameters with the name: `EditLogBatchWriter::run() () from ./libDolphinDB.so`.
_RUNNING = {printed: role for name, role in _RUNS for printed in (name, name + b"()")}


class Head(NamedTuple):
    """The host, role and time that a text gives."""

    host: str | None
    role: str | None
    time: str | None  # ISO 8601


def read_head(dump: Dump) -> Head:
    text = text_before(dump)
    host = next((match[1] for match in (pattern.search(text) for pattern in _HOSTS) if match), None)
    modes = {*MODE.findall(text)}  # several in a list of processes, which tells nothing of this one
    return Head(host, modes.pop() if len(modes) == 1 else running_role(dump), _time_in(text))


def read_time(dump: Dump) -> str | None:
    """When a dump was taken, as its text says."""
    return _time_in(text_before(dump))


def tells_time(dump: Dump) -> bool:
    """Whether a text says when it was taken."""
    return read_time(dump) is not None


def text_before(dump: Dump) -> str:
    """What stands before the threads of a dump, behind those of another."""
    columns = dump.columns
    start = columns.thread_start[dump.first_thread] if dump.first_thread < len(columns.thread_start) else 0
    behind = columns.thread_stop[dump.first_thread - 1] if dump.first_thread else 0
    return dump.text(max(behind, start - _LOOKED_AT), start)


@lru_cache(64)  # the snapshots of a case are asked several times
def _time_in(text: str) -> str | None:
    moments = find_moments(_LAUNCH.sub("", text))
    return moments[-1].iso if moments else None  # the last is nearest


def running_role(dump: Dump) -> str | None:
    """The role that the functions of a process show."""
    telling = {site: _RUNNING[name] for site, name in enumerate(dump.columns.site_function) if name in _RUNNING}
    if not telling:
        return None
    found = {telling[site] for node in {*dump.thread_nodes()} if node != UNKNOWN for site in dump.sites(node) if site in telling}
    return next((role for _, role in _RUNS if role in found), None)
