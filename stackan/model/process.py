"""A process of a case: its snapshots, threads through time, pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from stackan.model.brief import amount, in_short, where
from stackan.model.dump import Dump
from stackan.model.facts import Fact, Share
from stackan.model.placement import ProcessInputs
from stackan.model.records import NamedTuple
from stackan.model.rules import Phrase, Rules
from stackan.model.track import Track

if TYPE_CHECKING:
    from stackan.model.counters import Counters
    from stackan.model.listing import Job, Session
    from stackan.model.log import CheckedLog


class Pool(NamedTuple):
    """Threads that share a dispatch frame and take work from one place."""

    name: Phrase
    dispatch: str  # the frame by which it was recognized, "" if only names show it
    members: tuple[Track, ...]
    workers: tuple[Track, ...]  # members that take jobs (a listener does not)
    idle: int  # workers that wait for work in the newest snapshot
    blocked: int
    progressing: int
    exhausted: bool  # no worker is free, and none was in any snapshot
    growable: bool
    evidence: Fact  # how it was recognized
    declared: bool  # by a profile
    serves: Phrase
    advice: tuple[Phrase, ...]
    side_door: bool = False  # it serves only clients that would free the others: logins, cancelations
    vital: bool = False  # no new work of the process is done without a worker of it
    open: tuple[Phrase, ...] = ()  # of a side door: steps where it is free, and where it is not
    shut: tuple[Phrase, ...] = ()
    rule: str = ""  # id of the profile's rule that names it

    def __repr__(self) -> str:
        full = ", exhausted" if self.exhausted else ""
        tally = f"{self.idle} idle, {self.blocked} blocked, {self.progressing} progressing"
        return in_short("Pool", f"{self.name}: {amount(len(self.workers), 'worker')}, {tally}{full}")


class Process(NamedTuple):
    """One process of a case."""

    id: str
    pid: int | None
    dumps: tuple[Dump, ...]  # in time order, those that show a moment of their own
    rules: Rules
    tracks: tuple[Track, ...]
    pools: tuple[Pool, ...]
    inputs: ProcessInputs  # host, role, and why each snapshot is one of this process
    logs: tuple[CheckedLog, ...] = ()  # that it has written
    counters: Counters | None = None  # beside its snapshots
    repeats: tuple[tuple[Dump, int], ...] = ()  # further snapshots that may be copies, each with the index of the one with the same text
    suspects: tuple[tuple[str, str], ...] = ()  # (an input that is compared, the one before it with the same text although a thread runs)
    sessions: tuple[Session, ...] = ()  # of its threads, as a listing beside the dumps names them
    jobs: tuple[Job, ...] = ()  # that a listing beside the dumps names as its own, or its cluster's
    certainties: Mapping[int | str, str] = {}  # how sure the progress of a thread is, by its key; of those of which that is known

    def __repr__(self) -> str:
        snapshots, threads = amount(len(self.snapshots), "snapshot"), amount(len(self.tracks), "thread")
        return in_short("Process", f"{where(self.id)}: {snapshots}, {threads}, {amount(len(self.pools), 'pool')}")

    @property
    def snapshots(self) -> tuple[Dump, ...]:
        """All that are counted; those which may be copies come last, as nothing says when they were taken."""
        return *self.dumps, *(dump for dump, _ in self.repeats)

    @property
    def gives_no_second(self) -> bool:
        """Whether its only snapshot is that of a core, or the last thing before its end."""
        return len(self.dumps) == 1 and (self.dumps[0].facts.core or self.dumps[0].facts.ended)

    @property
    def whole(self) -> bool:
        return are_whole(self.dumps)


def are_whole(dumps: Sequence[Dump]) -> bool:
    """Whether these show all threads of their process.  One that lacks some takes nothing away from what two others prove."""
    return sum(not dump.lacks_threads for dump in dumps) >= min(len(dumps), 2)


def share_of(some: Sequence[Process], processes: Sequence[Process]) -> Share:
    """How many of their kind they are."""
    for kind in (_role, _profile):
        kinds = {kind(process) for process in some}
        if len(kinds) == 1 and None not in kinds:
            word = kinds.pop()
            return Share(len(some), sum(kind(process) == word for process in processes), word or "")
    return Share(len(some), len(processes), "")


def _role(process: Process) -> str | None:
    return process.inputs.role


def _profile(process: Process) -> str | None:
    return process.rules.profile
