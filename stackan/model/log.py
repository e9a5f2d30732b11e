"""A server's own log: its lines about threads that wait, and about what happened to the server."""

from __future__ import annotations

from collections.abc import Mapping

from stackan.model.brief import amount, brief, in_short, where
from stackan.model.event import Event, Extent, Writer
from stackan.model.facts import Fact
from stackan.model.records import NamedTuple


@brief
class LoggedWait(NamedTuple):
    """A thread that waits for a lock, as the server logs it.  Threads are pthread ids, lines count from 1."""

    thread: int
    line: int
    place: str  # where in the server's source it waits: "btr0cur.cc line 569"
    seconds: float
    kind: str  # "rwlock" or "mutex"
    address: int
    lock_line: int  # names the lock
    created: str  # where the lock was made, or its name: "buf0buf.cc line 778", "BUF_POOL"
    mode: str  # how it is wanted: "S", "SX", "X", "wait_ex" (reserved, and waits for readers to leave); "" of a mutex
    holder: int | None
    holder_line: int
    grip: str  # how that thread has it: "exclusive", "SX", "wait exclusive", "shared"; "" of a mutex
    passed: bool  # it was taken by code that has another thread give it back


UNKNOWN_WRITER = Writer(None, None, None)


class Log:
    """The content of one log.  Compared by identity, as the case has each log once."""

    __slots__ = ("alarms", "events", "extent", "kind", "lines", "moment", "rounds", "source", "stamped", "taken_at", "waits", "writer")

    def __init__(
        self,
        source: str,
        kind: str,
        waits: tuple[LoggedWait, ...] = (),
        rounds: int = 0,
        alarms: tuple[int, ...] = (),
        lines: Mapping[int, str] | None = None,
        events: tuple[Event, ...] = (),
        writer: Writer = UNKNOWN_WRITER,
        extent: Extent | None = None,
        moment: str = "",
    ) -> None:
        self.source = source
        self.kind = kind  # the contract's word: "innodb", "dmcss", "dmcssm", "dmasm", "dmserver", "dolphindb"
        self.waits = waits  # of the last round of reports: earlier ones are past
        self.rounds = rounds
        self.alarms = alarms  # lines in which the server warns, or ends itself
        self.lines = lines or {}  # {number: text} of all lines that are named here, but for those of events, which have their own
        self.events = events  # in the order of their lines; repeats stand once
        self.writer = writer
        self.moment = moment  # of a table of waits: see Facts
        self.extent = extent  # None of a log that is only looked through for waits
        self.taken_at: str | None = None  # when it was last written, by its archive: in UTC, or
        self.stamped: str | None = None  # in the packer's local time

    def __repr__(self) -> str:
        counts = f"{amount(len(self.events), 'event')}, {amount(len(self.waits), 'wait')}"
        return in_short("Log", f"{where(self.source)}: {self.kind}, {counts}")

    def line_text(self, line: int) -> str:
        return self.lines[line]


@brief
class Judged(NamedTuple):
    """A wait of a log, held against the dumps of the process."""

    wait: LoggedWait
    lwp: int | None  # of the thread that waits
    holder_lwp: int | None
    lock_counts: bool  # the dumps agree that the thread waits for this lock
    holder_counts: bool  # and that the named thread may hold it
    doubt: Fact | None  # what speaks against it; None if nothing does


@brief
class CheckedLog(NamedTuple):
    """A log that a process has written."""

    log: Log
    waits: tuple[Judged, ...]
