"""The log of a DolphinDB node.

    2023-10-13 09:52:30.163238 <ERROR> : text
    2023-10-26 09:01:31.349118 <ERROR> :text

Neither a pid nor a thread is printed.  START: "Node startup process and frequent questions", from 2.00.11 on and before, and "Node startup
exceptions"; CRASH: "How to handle a crash"; CODES: the pages of error codes.  All are of DolphinDB's own documentation.
"""

from __future__ import annotations

import functools
import re

from stackan.faultlogs.diary import Diary, saying
from stackan.faultlogs.lines import Line
from stackan.faultlogs.names import alias_of_file
from stackan.faultlogs.template import Template, marks_of, meaning
from stackan.model.event import Event, Node, Writer

_HEADER = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) <(?P<level>DEBUG|INFO|WARNING|ERROR|FATAL)> ?:\s?(?P<text>.*)",
    re.ASCII | re.DOTALL,
)
_START = "DolphinDB, node startup"
_CRASH = "DolphinDB, how to handle a crash"
_CODES = "DolphinDB, error codes"


def _mark(means: str, phase: str, words: str, *more: str, kind: str = "start-phase") -> Template:
    """A mark of the start-up that stands at the head of a record, in the words of one version or another."""
    every = (words, *more)
    return Template(means, kind, re.compile("|".join(map(re.escape, every))), words, _START, every, phase=phase)


APPLIED = Template(
    "means-redo-applied",
    "replaying",
    re.compile(r"applyTidRedoLog ?: ?(?P<oldest>\d{1,18})\b", re.ASCII),
    "applyTidRedoLog : 2853,c686664b-d020-429a-1746-14584f5a3b57,/ddb/storage/CHUNKS/tick/20240526/Key4/gz,pt_2,27639032,1048866,0",
    _START,
    ("applyTidRedoLog",),
    phase="redo",
)
# In the order in which a node comes to them.
START = (
    _mark("means-start-acl", "acl", "Initializing AclManager with Raft", "Initialization of AclManager is completed"),
    _mark(
        "means-start-controller",
        "controller",
        "DFSMaster ElectionTick is set to",
        "DFSRaftReplayWorker started",
        "Controller initialization completed.",
        "DFS master is ready.",
    ),
    _mark(
        "means-start-chunks",
        "chunks",
        "Will process pending transactions.",
        "ChunkMgmt initialization completed.",
        "ChunkMgmt initiated successfully.",
    ),
    _mark("means-start-recovery-log", "recovery-log", "dfsRecoverLogDir:", "RecoverRedoLogManager finished"),
    _mark("means-start-tsdb", "tsdb", "Restore TSDB meta successfuly.", "Restore TSDB meta successfully."),
    _mark("means-start-redo", "redo", "Start recovering from redo log."),
    APPLIED,
    _mark(
        "means-start-redo-done",
        "redo",
        "Completed CacheEngine GC and RedoLog GC after applying all redo logs",
        "No available redo log files were found.",
        "No need to recover from redo log.",
    ),
    _mark("means-start-script", "script", "Executing the startup script:"),
    _mark("means-start-script-done", "script", "execution completed."),
    _mark("means-start-jobs", "jobs", "Job scheduler start to initialize."),
)
OTHERS = (
    _mark("means-start-complete", "", "Job scheduler initialization completed.", "Job schedule initialized successfully.", kind="ready"),
    Template(
        "means-redo-log-damaged",
        "replaying",
        re.compile(r"The redo log for transaction \[(?P<transaction>\d{1,18})\] comes across error", re.ASCII),
        "The redo log for transaction [2853] comes across error: bad checksum",
        _START,
        ("The redo log for transaction",),
        phase="redo",
    ),
    _mark("means-raft-not-read", "controller", "[Raft] incomplete hardstate file", "RawNode::init: failed to initialize"),
    _mark("means-job-not-read", "jobs", "Failed to unmarshall the job", "CodeUnmarshall::start readObjectAndDependency exception"),
    Template(
        "means-license-expired",
        "halt",
        re.compile(r"The license has expired"),
        "The license has expired.",
        _START,
        ("The license has expired",),
    ),
    Template(
        "means-port-taken",
        "halt",
        re.compile(r"Failed to bind the socket on port (?P<port>\d{1,5}) with error code (?P<code>\d{1,9})", re.ASCII),
        "Failed to bind the socket on port 8848 with error code 98",
        _START,
        ("Failed to bind the socket on port",),
    ),
    Template(
        "means-ended-by-signal",
        "halt",
        re.compile(r"Received signal (?P<signal>4|6|7|8|11)\b", re.ASCII),
        "Received signal 11",
        _CRASH,
        ("Received signal ",),
    ),
    Template(
        "means-node-stopped",
        "stopped",
        re.compile(r"MainServer shutdown|The socket server ended|Received signal (?P<signal>2|15)\b", re.ASCII),
        "MainServer shutdown.",
        _CRASH,
        ("MainServer shutdown", "The socket server ended", "Received signal "),
    ),
    Template(
        "means-connection-limit",
        "connection-limit",
        re.compile(r"RefId:\s{0,8}S00006\b", re.ASCII),
        "Failed to accept a connection: too many connections. RefId: S00006",
        _CODES,
        ("S00006",),
        anywhere=True,
    ),
    Template(
        "means-dump-out-of-memory",
        "out-of-memory",
        re.compile(r"RefId:\s{0,8}S01026\b", re.ASCII),
        "Out of memory while the cache is written. RefId: S01026",
        _CODES,
        ("S01026",),
        anywhere=True,
    ),
    Template(
        "means-out-of-memory",
        "out-of-memory",
        re.compile(r"(?:Out of memory|std::bad_alloc)\b", re.IGNORECASE),
        "Out of memory",
        _CODES,
        ("Out of memory", "out of memory", "std::bad_alloc"),
        anywhere=True,
    ),
)
TEMPLATES = (*START, *OTHERS)
MARKS = marks_of(TEMPLATES)
_APPLIED_ALONE = sum(1 << bit for bit, mark in enumerate(MARKS) if mark.decode() in APPLIED.marks)
_GOES_ON = re.compile(rf"(?P<time>[\d .:-]{{19,26}}) <INFO> ?:\s?{APPLIED.pattern.pattern}", re.ASCII)
_ORDER = {template.phase: place for place, template in enumerate(START)}


def recognize(lines: list[str]) -> bool:
    """Whether a log that begins with these lines is a node's."""
    return any(_HEADER.match(line) for line in lines)


class Reader:
    """The events of one log, line by line."""

    marks = MARKS

    def __init__(self, name: str) -> None:
        alias = alias_of_file(name)
        self.diary = Diary()
        self._nodes = (Node(alias, None),) if alias is not None else ()
        self._phase = -1  # the place of the start-up's newest phase

    def read(self, line: Line) -> None:
        """Take the next line that is worth reading; one that continues a record is part of what somebody has printed."""
        if line.marks == _APPLIED_ALONE and self._goes_on(line):
            return
        header = _HEADER.match(line.text) if line.marks and not line.continues else None
        if header is None:
            return
        time, level, text = header.groups()
        for template in _chances(line.marks):
            found = template.find(text, level)
            if found is not None:
                self._tell(template, found, line, time)
                return

    def end(self) -> tuple[tuple[Event, ...], Writer]:
        """All events, and who has written them."""
        return self.diary.events, Writer(None, self._nodes[0].name if self._nodes else None, None)

    def _goes_on(self, line: Line) -> bool:
        """Whether redo is applied as it was before: a node may say so millions of times."""
        found = None if line.continues else _GOES_ON.match(line.text)
        return (
            found is not None
            and self._phase == _ORDER[APPLIED.phase]
            and self.diary.repeat(APPLIED.kind, APPLIED.means, line.number, found["time"], int(found["oldest"]))
        )

    def _tell(self, template: Template, found: re.Match[str], line: Line, time: str) -> None:
        if template.phase:
            place = _ORDER[template.phase]
            if place < self._phase:  # it was started anew, without a word of how it ended
                self.diary.forget(("start-phase", "replaying"))
            self._phase = place
        means = meaning(template.means, found, None)
        if template is APPLIED:
            means = means._replace(values={**means.values, "newest": means.values["oldest"]})
        said = saying(template.kind, self._nodes, means, template.phase)
        self.diary.tell(said._replace(key=template.means) if template is APPLIED else said, line.number, time, line.text)


@functools.lru_cache(maxsize=256)
def _chances(marks: int) -> tuple[Template, ...]:
    """The templates whose marks a line holds."""
    held = {mark.decode() for bit, mark in enumerate(MARKS) if marks >> bit & 1}
    return tuple(template for template in TEMPLATES if not held.isdisjoint(template.marks))
