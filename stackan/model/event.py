"""Events of servers' logs, the nodes they are about, and the episodes of fault handling that they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stackan.model.brief import brief
from stackan.model.facts import Fact
from stackan.model.records import NamedTuple

if TYPE_CHECKING:
    from stackan.model.log import Log

# The contract's words for events; docs/logs.md says of each what it means.
FAULTS = ("instance-fault", "group-fault", "storage-fault", "network-fault", "site-fault")  # DMDSC's guide, 7.2.1 to 7.2.5
EVENTS = (
    *FAULTS, "halt", "io-timeout", "disk-full", "session-limit", "handling-started", "handling-phase", "handling-rolled-back",
    "handling-over", "rejoin", "starting", "ready", "stopped", "start-phase", "replaying", "out-of-memory", "connection-limit",
)  # fmt: skip
OF_START = ("license-expired", "port-taken", "start-failed")  # kinds of faults that keep a server from starting
REBUILD, REDO, ROLLBACK = "rebuild", "redo", "rollback"  # phases of fault handling, in their order


@brief
class Node(NamedTuple):
    """A node of a cluster; what a log does not print of it is None."""

    name: str | None  # "DSC1", "CSS0"
    site: int | None  # its number in the cluster


@brief
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


@brief
class Writer(NamedTuple):
    """The process that wrote a log, as far as the log and its name tell."""

    host: str | None
    node: str | None  # its name in the cluster: "CSS0", "DSC1", an alias
    pid: int | None  # the newest, where it was restarted
    started: tuple[tuple[int, str | None], ...] = ()  # (pid, time of its first record) of each start, in order


@brief
class Extent(NamedTuple):
    """How much of a log was read."""

    encoding: str  # "utf-8", "gb18030", or "mixed"
    lines: int
    records: int  # lines that begin with a time, with those that continue them
    first: str | None  # the earliest time
    last: str | None


@brief
class Logged(NamedTuple):
    """An event and the log in which it stands."""

    log: Log
    event: Event


@brief
class Episode(NamedTuple):
    """One time in which a cluster handles the fault of nodes: all sessions and workers of the living ones are suspended on purpose."""

    failed: tuple[Node, ...]  # in the order of their sites
    start: str
    end: str | None  # None: still going on where the logs end
    phase: str | None  # the last that the logs tell; None where they tell none
    restarted: int  # how often handling was rolled back and begun again, as a further node failed
    events: tuple[Logged, ...]  # that it consists of, in the order of their times
    halted: tuple[Node, ...] = ()  # living nodes that ended themselves meanwhile, so that handling did not come to its end
    group: str = "DB"  # whose handling it is
    logs_end: str | None = None  # when the last record of all logs was written

    def phase_at(self, time: str) -> str | None:
        """The phase that the last line up to a moment tells; None where none does."""
        phases = [logged.event.phase for logged in self.events if logged.event.phase and (logged.event.time or "") <= time]
        return phases[-1] if phases else None


@brief
class Lacking(NamedTuple):
    """A log that is not there, and that would tell more; or the rest of one that ends long before a fault."""

    kind: str
    node: Node | None = None
    ends: str | None = None  # when the last record of the one that is there was written
    fault: str | None = None  # when the fault was, then


@brief
class Fault(NamedTuple):
    """A fault with all that it brought about: a disk that is gone, the halt behind it, and the node that is declared dead."""

    kind: str  # of its first cause
    nodes: tuple[Node, ...]  # which it is about
    time: str | None  # of the first line that tells of it
    events: tuple[Logged, ...]  # those that tell of it, in the order of their times
    lost: bool  # whether it took a node away, or storage that nodes share
    outcome: str  # one of the words below
    episode: Episode | None = None  # that handles it
    halted: tuple[Node, ...] = ()  # further nodes that ended themselves behind it
    behind: tuple[Logged, ...] = ()  # which tell of these
    back: str | None = None  # when the node was ready again
    rejoining: bool = False  # it came while another node was rejoining
    lacking: tuple[Lacking, ...] = ()  # logs that are not there, and that would tell more of it
    rejoined: bool = False  # it was tried to have the node rejoin after the end of handling


# Outcomes of a fault, as far as the logs tell.
HANDLED, GOES_ON, UNHANDLED, CLEAN = "handled", "open", "unhandled", "stopped"


@brief
class Cover(NamedTuple):
    """An episode that suspends the threads of a process in its snapshots, and how well that is known."""

    episode: Episode
    sure: bool  # whether the snapshots are known to lie within it
    first: str | None  # when the first and the last snapshot were taken, by the clock of the logs
    last: str | None
    doubt: Fact | None  # why that is not sure
    phase: str | None  # in which the logs left it at the time of the snapshots
    shift: int | None = None  # minutes by which the times of an archive were moved to those of the logs
    handles: bool = False  # whether the process, or one of those of all living nodes, applies redo and rolls back
    quiet: Logged | None = None  # the last line about handling, where that is before the snapshots and the logs go on behind them


@brief
class Cluster(NamedTuple):
    """One of several clusters in a case."""

    logs: tuple[Log, ...]


@brief
class Starting(NamedTuple):
    """A start-up that has no end in its log."""

    log: Log
    event: Event  # of the phase that it is in
    time: str | None  # of the last line that tells of it
    end: str | None  # of the log
    first: str | None = None  # when the dumps of its node were taken, by the clock of the logs
    last: str | None = None


@brief
class Gap(NamedTuple):
    """The time of the logs, and that of the dumps, which is another one."""

    begin: str
    end: str
    first: str  # of the dumps
    last: str


@brief
class Story(NamedTuple):
    """All that the logs of a case tell together."""

    timeline: tuple[Logged, ...] = ()
    episodes: tuple[Episode, ...] = ()
    faults: tuple[Fault, ...] = ()
    writers: Mapping[Log, str] = {}  # the process that has written a log, by its id
    suspends: tuple[tuple[str, ...], ...] = ()  # for each episode the processes of the case whose threads it suspends
    covers: Mapping[str, Cover] = {}  # by the process
    lacking: tuple[Lacking, ...] = ()
    clusters: tuple[Cluster, ...] = ()  # whose logs these are, where there are several
    gap: Gap | None = None
    starts: tuple[Starting, ...] = ()
    # For each process the moments between which its snapshots were taken, by the clock of the logs; None where nothing tells.
    taken: Mapping[str, tuple[tuple[str, str] | None, ...]] = {}
    waits: int = 0  # and warnings of them, in logs that are looked through for these alone


NO_STORY = Story()
