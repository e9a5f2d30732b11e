"""Findings: what is wrong, how sure that is, and the lines that show it."""

from typing import NamedTuple

from stackan.model.process import Process
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
    """A line of an input, as it stands."""

    source: str
    line: int
    text: str


class Finding(NamedTuple):
    """One thing that a user should know."""

    kind: str
    severity: str
    confidence: str
    title: str
    explanation: str
    threads: tuple[tuple[Process, Track], ...]
    resources: tuple[str, ...]
    evidence: tuple[Quote, ...]
    advice: tuple[str, ...]
    processes: tuple[Process, ...]
    behind: int = 0  # how many more threads wait behind these, as far as it is known

    @property
    def counts(self) -> bool:
        """Whether a verdict may rest on it."""
        return self.confidence != POSSIBLE
