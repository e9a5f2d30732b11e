"""Where an input belongs: which process, host, role and time it is of, and what says so."""

from collections.abc import Callable
from typing import NamedTuple

from stackan.model.dump import Dump

# What a process of a cluster is there for, as far as names and command lines say it.
ROLES = ("datanode", "controller", "computenode", "agent")
# What a clue rests on, the strongest first.
TEXT, NAME, ARCHIVE = "text", "name", "archive"


class Clue(NamedTuple):
    """Something that is known of an input beside its threads."""

    value: str
    source: str  # TEXT, NAME or ARCHIVE


class Placement(NamedTuple):
    """One snapshot of a process, with all that tells where it belongs."""

    dump: Dump
    compared: bool  # False: taken with another tool or other symbols than the snapshots that are compared
    why_joined: Callable[[], str]  # why it is taken for a snapshot of this process; worked out when asked for, by its threads
    ordered: str  # why it stands where it does among them
    host: Clue | None
    role: Clue | None
    pid: Clue | None
    time: Clue | None

    @property
    def joined(self) -> str:
        return self.why_joined()


class ProcessInputs(NamedTuple):
    """What is known of a process before its threads are looked at."""

    host: str | None
    role: str | None
    pid: int | None
    placements: tuple[Placement, ...]  # in time order
    span: int | None  # seconds from the first snapshot that is compared to the last, where both are known
    warnings: tuple[str, ...]  # doubts about its snapshots

    @property
    def compared(self) -> tuple[Dump, ...]:
        """The snapshots that are compared with each other."""
        return tuple(placed.dump for placed in self.placements if placed.compared)
