"""Events of servers' logs, the nodes they are about, and the episodes of fault handling that they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stackan.model.facts import Fact

if TYPE_CHECKING:
    from stackan.model.log import Log

# The contract's words for events; docs/logs.md says of each what it means.
FAULTS = ("instance-fault", "group-fault", "storage-fault", "network-fault", "site-fault")  # DMDSC's guide, 7.2.1 to 7.2.5
EVENTS = (
    *FAULTS, "halt", "io-timeout", "disk-full", "session-limit", "handling-started", "handling-phase", "handling-rolled-back",
    "handling-over", "rejoin", "starting", "ready", "stopped", "start-phase", "replaying", "out-of-memory", "connection-limit",
)  # fmt: skip
REBUILD, REDO, ROLLBACK = "rebuild", "redo", "rollback"  # phases of fault handling, in their order


class Node(NamedTuple):
    """A node of a cluster; what a log does not print of it is None."""

    name: str | None  # "DSC1", "CSS0"
    site: int | None  # its number in the cluster


class Event(NamedTuple):
    """A line of a log that says that something happened.  Times are as printed, in ISO form, without a zone."""

    kind: str
    line: int  # of the first of its repeats, from 1
    time: str | None
    text: str  # the line as it stands
    nodes: tuple[Node, ...]  # which it is about
    means: Fact  # what it means, with its parameters; its name tells templates of one kind apart
    times: int = 1  # how often it stands there
    last_line: int = 0  # of the last of its repeats
    last_time: str | None = None
    phase: str = ""  # of handling that begins here: "rebuild", "redo", "rollback"; or the mark of a start-up's phase
    group: str = ""  # whose processes it is about, as printed: "CSS", "ASM", "DB"


class Writer(NamedTuple):
    """The process that wrote a log, as far as the log and its name tell."""

    host: str | None
    node: str | None  # its name in the cluster: "CSS0", "DSC1", an alias
    pid: int | None  # the newest, where it was restarted
    started: tuple[tuple[int, str | None], ...] = ()  # (pid, time of its first record) of each start, in order


class Extent(NamedTuple):
    """How much of a log was read."""

    encoding: str  # "utf-8", "gb18030", or "mixed"
    lines: int
    records: int  # lines that begin with a time, with those that continue them
    first: str | None  # the earliest time
    last: str | None


class Logged(NamedTuple):
    """An event and the log in which it stands."""

    log: Log
    event: Event


class Episode(NamedTuple):
    """One time in which a cluster handles the fault of nodes: all sessions and workers of the living ones are suspended on purpose."""

    failed: tuple[Node, ...]  # in the order of their sites
    start: str
    end: str | None  # None: still going on where the logs end
    phase: str | None  # the last that the logs tell; None where they tell none
    restarted: int  # how often handling was rolled back and begun again, as a further node failed
    events: tuple[Logged, ...]  # that it consists of, in the order of their times
    halted: tuple[Node, ...] = ()  # nodes that ended themselves, as a fault came during a rejoin or outside of OPEN
    group: str = "DB"  # whose handling it is
