"""Where an input belongs: which process, host, role and time it is of, and what says so."""

from __future__ import annotations

from collections.abc import Callable

from stackan.model.brief import brief
from stackan.model.dump import Dump
from stackan.model.records import NamedTuple

# Roles of the processes of a cluster, as names and command lines give them.
ROLES = ("datanode", "controller", "computenode", "agent")
# Sources of clues, the strongest first.
TEXT, LIST, NAME, ARCHIVE, CAPTURE = "text", "list", "name", "archive", "capture"
# Clocks of times: that of the place where the dumps were taken, UTC, and that of the one who packed a zip.
PRINTED, UTC, PACKED = "printed", "UTC", "packed"


@brief
class Clue(NamedTuple):
    """Something that is known of an input beside its threads."""

    value: str
    source: str  # TEXT, LIST (of processes), NAME, ARCHIVE or CAPTURE (its manifest)


@brief
class Taken(NamedTuple):
    """When a snapshot was taken: between two moments, which are the same where it is known."""

    first: str
    last: str
    clock: str  # PRINTED, UTC or PACKED


@brief
class Told(NamedTuple):
    """A reason that has been worked out."""

    words: str

    def __call__(self) -> str:
        return self.words


@brief
class Placement(NamedTuple):
    """One snapshot of a process, with all that shows where it belongs."""

    dump: Dump
    compared: bool  # False: taken with another tool or other symbols than the snapshots that are compared
    why_joined: Callable[[], str]  # why it is taken for a snapshot of this process; worked out when asked for, by its threads
    ordered: str  # the reason for its position among them
    host: Clue | None
    role: Clue | None
    pid: Clue | None
    time: Clue | None

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """In a pickle the reason is kept, not the way to it, which is a function inside of another."""
        return Placement, (*self[:2], Told(self.joined), *self[3:])

    @property
    def joined(self) -> str:
        return self.why_joined()


@brief
class ProcessInputs(NamedTuple):
    """The facts about a process that are known before its threads are looked at."""

    host: str | None
    role: str | None
    pid: int | None
    placements: tuple[Placement, ...]  # in time order
    span: int | None  # seconds from the first snapshot that is compared to the last, where both are known
    warnings: tuple[str, ...]  # doubts about its snapshots
    command: str | None = None  # its command line, by a list of processes beside the dumps

    @property
    def compared(self) -> tuple[Dump, ...]:
        """The snapshots that are compared with each other."""
        return tuple(placed.dump for placed in self.placements if placed.compared)
