"""Listings of a server's own views, saved beside the dumps: its sessions, the transactions that wait for each other, its jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackan.model.brief import amount, brief, in_short, where
from stackan.model.log import Log
from stackan.model.records import NamedTuple


@brief
class Session(NamedTuple):
    """A session of a database, and the thread that serves it."""

    line: int  # of the listing, from 1
    lwp: int
    id: str  # by which it is closed
    transaction: int | None
    state: str  # as printed: "ACTIVE", "IDLE"; "" where it is not
    log: Log  # that lists it


@brief
class TransactionWait(NamedTuple):
    """A transaction that waits for another one to end."""

    line: int
    transaction: int
    holder: int  # the transaction that it waits for
    lwp: int | None  # of the thread that runs the waiting one
    milliseconds: int | None  # for which it waits


@brief
class Job(NamedTuple):
    """A job that a server lists as not ended."""

    line: int
    id: str  # by which it is canceled
    node: str  # that runs it; "" where it is not printed
    user: str
    batch: bool  # it was submitted as a batch job, so it is canceled as one
    log: Log  # that lists it


@brief
class ThreadWait(NamedTuple):
    """A thread that waits for a lock of the server's own, by its list of threads."""

    line: int
    lwp: int
    kind: str  # of RESOURCES: "latch", "database-lock"
    address: int | None
    owners: tuple[int, ...] = ()  # LWPs of the threads that it names as in its way


@brief
class ThreadHold(NamedTuple):
    """A thread that holds a lock of the server's own, by its list of threads."""

    line: int
    lwp: int
    kind: str
    address: int


class Listing:
    """The content of one listing.  Compared by identity, as the case has each text once."""

    __slots__ = ("jobs", "log", "names", "sessions", "thread_holds", "thread_waits", "waits")

    def __init__(
        self,
        log: Log,
        sessions: tuple[Session, ...] = (),
        waits: tuple[TransactionWait, ...] = (),
        jobs: tuple[Job, ...] = (),
        thread_waits: tuple[ThreadWait, ...] = (),
        thread_holds: tuple[ThreadHold, ...] = (),
        names: Mapping[int, str] | None = None,
    ) -> None:
        self.log = log  # its name, and the text of its lines
        self.sessions = sessions
        self.waits = waits
        self.jobs = jobs
        self.thread_waits = thread_waits
        self.thread_holds = thread_holds
        self.names = names or {}  # of threads, by their LWPs

    def __repr__(self) -> str:
        rows: dict[str, Sequence[object]] = {"session": self.sessions, "wait": self.waits, "job": self.jobs}
        rows |= {"thread": self.thread_waits, "hold": self.thread_holds} if self.thread_waits or self.thread_holds else {}
        return in_short("Listing", f"{where(self.source)}: {', '.join(amount(len(each), name) for name, each in rows.items())}")

    @property
    def source(self) -> str:
        return self.log.source
