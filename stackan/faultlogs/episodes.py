"""The time line of a cluster → its episodes of fault handling.

A dead node suspends the living ones until its fault is handled (the DMDSC guide, 7.1):

    dead instance detected, detect ep DSC1[1] broken.        begins it; a storage or network fault before it only leads to it
    EP_CRASH, SUSPEND_WORKER                                 phase 1: sessions, workers, redo flush and checkpoint are suspended,
                                                             buffers collected, the tables of locks and pages built anew
    (redo is applied, by the control node)                   phase 2
    (transactions of the dead node are rolled back)          phase 3
    RESUME_WORKER, `crash process over flag is TRUE`         ends it

A further node that dies meanwhile has handling rolled back and begun again for all dead ones (CRASH_ROLLBACK).  A node that dies
while another one is rejoining (EP_RECOVER), or before the cluster is open, has nodes halt instead: nothing is handled then.
The same is logged by the control node's DMCSS, by each DMCSSM, and by each living node that gets a command, on clocks that may be a
second apart; any of these logs may be missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.faultlogs.nodes import Key, Nodes, writer_of
from stackan.faultlogs.timeline import Told, end_of
from stackan.model.clock import iso_of, seconds_of
from stackan.model.event import REBUILD, REDO, ROLLBACK, Episode, Node
from stackan.model.log import Log

DEATHS = ("instance-fault", "group-fault")
_HANDLING = ("handling-started", "handling-phase", "handling-rolled-back")
_PHASES = (REBUILD, REDO, ROLLBACK)
_DATABASE = ("DB", "")  # an event without a group is one of the database's own, but in DMASM's log

_SKEW = 3  # seconds that clocks of nodes may be apart
_SOON = 600  # seconds from a death to its handling: DCR_GRP_DSKCHK_CNT is no more than 600
_AGAIN = 300  # seconds from the end of one group's handling to the begin of the next group's, for one fault
_CUT = 120  # seconds before the end of the logs: a fault there is taken for one whose handling they no longer show
_BEFORE = 900  # seconds in which a node that failed has halted, or has written its last line, before handling begins


class _Handling:
    """One episode while the time line is read."""

    def __init__(self, begin: Told, fault: bool) -> None:
        self.begin = begin.at
        self.dead: dict[Key | None, Node] = {}
        self.told = [begin]
        self.started = not fault
        self.end: Told | None = None
        self.ended_at: float | None = None  # where that is no event of its own
        self.of_database = False
        self.phase: str | None = None
        self.deaths: list[float] = []  # when further nodes died, after handling had begun
        self.begun: list[float] = []  # when it was begun, or begun again
        self.halts: list[Told] = []

    @property
    def is_open(self) -> bool:
        return self.end is None and self.ended_at is None

    def moves_to(self, phase: str) -> None:
        """Logs on several clocks tell the same, so a phase comes after those before it, unless handling was rolled back."""
        if phase in _PHASES and (self.phase is None or _PHASES.index(phase) > _PHASES.index(self.phase)):
            self.phase = phase


class _Reader:
    """Reads the time line; whatever is seen outside of an episode that it cannot be part of is left alone."""

    def __init__(self, logs: Sequence[Log], told: Sequence[Told], nodes: Nodes) -> None:
        self._logs = logs
        self._nodes = nodes
        self._last = end_of(logs)
        self.done: list[_Handling] = []
        self._now: _Handling | None = None
        self._rejoining: float | None = None  # since when a node is rejoining
        self._fault_in_rejoin = False
        for each in told:
            self._read(each)
        if self._now is not None:
            self._finish(self._now)

    def _read(self, told: Told) -> None:
        kind = told.event.kind
        if self._now is not None and not self._now.started and told.at - self._now.begin > _SOON:
            self._finish(self._now)
        if kind in DEATHS:
            self._die(told)
        elif kind in _HANDLING:
            self._handle(told)
        elif kind == "handling-over":
            self._end(told)
        elif kind == "rejoin":
            self._rejoin(told)
        elif kind == "halt":
            if self._now is not None:
                self._now.halts.append(told)
        elif kind == "site-fault" and self._now is not None:
            self._now.ended_at = told.at
            self._finish(self._now)

    def _die(self, told: Told) -> None:
        now = self._now
        if now is None or not (now.is_open or self._is_known(now, told)):
            if now is not None:
                self._finish(now)
            now = self._now = _Handling(told, fault=True)
            self._fault_in_rejoin = self._rejoining is not None
        elif told is not now.told[0]:
            now.told.append(told)
        fresh = {key: node for node in told.event.nodes if (key := self._nodes.key(node)) not in now.dead}
        if fresh and now.started and told.at - now.begin > _SKEW:
            now.deaths.append(told.at)
        now.dead.update(fresh)

    def _is_known(self, handling: _Handling, told: Told) -> bool:
        """Whether a death behind the end of an episode is that episode's own, by a clock that is late."""
        late = handling.end is not None and told.at - handling.end.at <= (_SKEW if handling.of_database else _AGAIN)
        return late and all(self._nodes.key(node) in handling.dead for node in told.event.nodes)

    def _handle(self, told: Told) -> None:
        now = self._now
        writer = self._nodes.key(writer_of(told.log))
        if now is not None and writer is not None and writer in now.dead:
            return  # a dead node that is started again applies and rolls back what is its own
        if now is not None and self._goes_on(now, told):
            now.end = None
        elif now is None or not now.is_open:
            if not self._begins(told):
                return
            if now is not None:
                self._finish(now)
            now = self._now = _Handling(told, fault=False)
        if told is not now.told[0]:
            now.told.append(told)
        for node in _broken(told):
            now.dead.setdefault(self._nodes.key(node), node)
        now.started = True
        self._rejoining, self._fault_in_rejoin = None, False
        now.of_database = now.of_database or _group(told) in _DATABASE
        if told.event.kind == "handling-rolled-back":
            now.phase = None
        elif told.event.kind == "handling-started":
            now.begun.append(told.at)
            now.moves_to(told.event.phase or REBUILD)
        elif told.event.phase:
            now.moves_to(told.event.phase)

    def _goes_on(self, handling: _Handling, told: Told) -> bool:
        """Whether the fault of a node, which another group's processes have handled, is now handled by the database's."""
        soon = handling.end is not None and told.at - handling.end.at <= _AGAIN
        return soon and not handling.of_database and _group(told) in _DATABASE

    def _begins(self, told: Told) -> bool:
        """Whether handling may begin with a line, where no log has its fault: a server rolls transactions back whenever it starts,
        and a node that rejoins has the others suspended, too.
        """
        if self._rejoining is not None or told.event.kind == "handling-rolled-back":
            return False
        if self._now is not None and self._now.end is not None and told.at - self._now.end.at <= _SKEW:
            return False
        return told.event.kind == "handling-started" or told.event.phase == REBUILD or told.log.kind in ("dmcss", "dmcssm")

    def _end(self, told: Told) -> None:
        now = self._now
        if now is not None and now.is_open and now.started:
            if _group(told) in _DATABASE or not now.of_database:
                now.end = told
                now.told.append(told)
        elif now is not None and now.end is not None and told.at - now.end.at <= _SKEW:
            now.told.append(told)
        elif now is None or not now.is_open:
            self._rejoining = None

    def _rejoin(self, told: Told) -> None:
        """A node cannot rejoin before the end."""
        if self._now is not None:
            if self._now.is_open and self._now.started:
                self._now.ended_at = told.at
            self._finish(self._now)
        self._rejoining = told.at

    def _finish(self, handling: _Handling) -> None:
        self._now = None
        cut_off = self._last is not None and self._last - handling.begin <= _CUT
        if handling.started or (cut_off and not self._fault_in_rejoin and not self._survivors_halted(handling)):
            self.done.append(handling)
        self._fault_in_rejoin = False

    def _survivors_halted(self, handling: _Handling) -> bool:
        return bool(self.halted(handling))

    def halted(self, handling: _Handling) -> tuple[Node, ...]:
        """Nodes that ended themselves meanwhile and are not among those that handling is about."""
        gone = [node for told in handling.halts for node in told.event.nodes or (writer_of(told.log),)]
        return self._nodes.several([node for node in gone if self._nodes.key(node) not in handling.dead])


def _group(told: Told) -> str:
    return told.event.group or ("ASM" if told.log.kind == "dmasm" else "")


def _broken(told: Told) -> tuple[Node, ...]:
    """The nodes that DMCSSM's `show` names as broken; those of a command are the ones that are to handle it."""
    return told.event.nodes if "nodes" in told.event.means.values else ()


def find_episodes(logs: Sequence[Log], told: Sequence[Told], nodes: Nodes) -> tuple[Episode, ...]:
    """The episodes that the logs tell of, in the order of their times; none where no event has one."""
    reader = _Reader(logs, told if any(each.event.time is not None for each in told) else (), nodes)
    return tuple(_episode(handling, reader, logs, told, nodes) for handling in reader.done)


def _episode(handling: _Handling, reader: _Reader, logs: Sequence[Log], told: Sequence[Told], nodes: Nodes) -> Episode:
    failed = nodes.several([*handling.dead.values()]) or _missing(
        handling.begin, max(handling.begun, default=handling.begin), logs, told, nodes
    )
    halted = reader.halted(handling) if handling.end is None else ()
    everybody = {nodes.key(node) for node in nodes.servers}
    end = handling.end.event.time if handling.end is not None else None
    if handling.ended_at is not None:
        end = iso_of(handling.ended_at)
    elif handling.end is None and halted and everybody <= {nodes.key(node) for node in (*failed, *halted)}:
        end = handling.halts[-1].event.time  # nobody is left who could go on
    return Episode(
        failed,
        handling.told[0].event.time or iso_of(handling.begin),
        end,
        handling.phase,
        _restarts(handling),
        tuple(each.logged for each in handling.told),
        halted,
        "DB" if handling.of_database else next((each.event.group for each in handling.told if each.event.group), "DB"),
        iso_of(last) if (last := end_of(logs)) is not None else None,
    )


def _restarts(handling: _Handling) -> int:
    """How often it was rolled back: by the log that tells of most, or by the further deaths after which it was begun again."""
    by_writer: dict[tuple[str, str | None], int] = {}
    rolling: dict[tuple[str, str | None], bool] = {}
    for told in handling.told:
        writer = told.log.kind, told.log.writer.node
        if told.event.kind == "handling-rolled-back":
            by_writer[writer] = by_writer.get(writer, 0) + (not rolling.get(writer, False))
            rolling[writer] = True
        elif told.event.kind in ("handling-started", *DEATHS):
            rolling[writer] = False
    again = {max((death for death in handling.deaths if death <= begun + _SKEW), default=None) for begun in handling.begun} - {None}
    return max([*by_writer.values(), len(again)], default=0)


def _missing(begin: float, again: float, logs: Sequence[Log], told: Sequence[Told], nodes: Nodes) -> tuple[Node, ...]:
    """The nodes that must have failed where no log that is here names them: those that halted, or whose log breaks off, just before
    handling began, or was begun again.
    """
    halts = [each for each in told if each.event.kind == "halt" and begin - _BEFORE <= each.at <= again + _SKEW]
    gone = [node for each in halts for node in each.event.nodes or (writer_of(each.log),)]
    if not gone:
        ends: dict[Key, tuple[float, Node]] = {}
        for log in logs:
            node, last = writer_of(log), seconds_of(log.extent.last) if log.extent is not None else None
            key = nodes.key(node)
            if log.kind == "dmserver" and key is not None and last is not None and last >= ends.get(key, (last, node))[0]:
                ends[key] = last, node
        if any(last > again for last, _ in ends.values()):
            gone = [node for last, node in ends.values() if begin - _BEFORE <= last <= again]
    return nodes.several(gone)
