"""Findings: what is wrong, how sure that is, why, and the lines that show it."""

from __future__ import annotations

from stackan.model.brief import amount, in_short, where
from stackan.model.facts import Fact, Wanted
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.track import Track

CRITICAL, WARNING, INFO = "critical", "warning", "info"
CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"

# Verdicts in the order in which one outranks another; a case takes the first among its processes.
VERDICTS = ("recovering", "deadlock", "worker-exhaustion", "blocked", "spinning", "progressing", "idle", "inconclusive")
VERDICT_OF = {
    "deadlock": "deadlock",
    "self-deadlock": "deadlock",
    "worker-exhaustion": "worker-exhaustion",
    "convoy": "blocked",
    "stalled-io": "blocked",
    "stuck-wait": "blocked",
    "spin": "spinning",
    "fault-recovery": "recovering",
}


# The contract's words for what is waited for, and for what a thread does.
RESOURCES = (
    "mutex", "rwlock", "spinlock", "condition", "semaphore", "future", "thread", "once", "monitor", "gil", "pool", "barrier", "latch",
    "allocator", "stdio", "loader", "database-lock", "process", "file", "pipe", "socket", "futex",
)  # fmt: skip
STATES = (
    "running", "lock", "condition", "future", "semaphore", "join", "io", "network", "sleep", "signal", "barrier", "idle", "suspended",
    "unknown",
)  # fmt: skip


class Quote(NamedTuple):
    """A line of an input, unchanged."""

    source: str
    line: int
    text: str

    def __repr__(self) -> str:
        return in_short("Quote", f"{where(self.source, self.line)}: {self.text.strip()}")


class Finding(NamedTuple):
    """One thing that a user should know.  It holds no sentences: `stackan.wording` makes them of the facts."""

    kind: str
    severity: str
    confidence: str
    title: tuple[Fact, ...]  # what is the matter
    reasons: tuple[Fact, ...]  # why that is so, and what is known around it
    threads: tuple[tuple[Process, Track], ...]
    resources: tuple[Wanted | str, ...]  # a string is a name of its own: that of a pool
    evidence: tuple[Quote, ...]
    advice: tuple[Fact, ...]  # steps, in the order in which they are to be taken
    processes: tuple[Process, ...]
    doubts: tuple[Fact, ...] = ()  # why it is no surer
    behind: int = 0  # how many more threads are known to wait behind these
    perhaps_behind: int = 0  # how many may do so: these are the only candidate for what they wait for
    holders: tuple[Track, ...] = ()  # threads that are shown to hold what these wait for
    roots: tuple[Track, ...] = ()  # threads at which the way from holder to holder ends
    opening: Fact | None = None  # of the headline, where no finding leads: what else is said has to be read in its light

    def __repr__(self) -> str:
        process = where(self.processes[0].id) if len(self.processes) == 1 else amount(len(self.processes), "process")
        return in_short("Finding", f"{self.kind}: {self.severity}, {self.confidence}, {amount(len(self.threads), 'thread')} of {process}")

    @property
    def supports_verdict(self) -> bool:
        """Whether a verdict may rest on it."""
        return self.confidence != POSSIBLE and self.severity != INFO
