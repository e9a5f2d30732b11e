"""Waits for another process: a thread that reads from, or writes to, what a table says the other process has open.

The table is recorded evidence of the process at the other end; no record says which of its threads would answer.  So all that
might are suppliers, and any one of them is enough: every pool, every thread that stands still or moves, and, unless what was sent
lies there unread, those that are parked for events or work.  Left out are threads that only accept connections, keep time,
wait for signals or for the end of a child.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackan.graph.suppliers import Supply
from stackan.model.facts import Peer, Wanted
from stackan.model.place import INFERRED, RECORDED, StackMeaning
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.model.track import IDLE, STUCK, Track, mode_of
from stackan.model.waitgraph import MAY_COME, WAITS_FOR, Edge, Node, WaitGraph

if TYPE_CHECKING:
    from stackan.model.link import End, Link

# A thread that is idle in one of these roles answers nobody.  (An acceptor answers clients that nobody has accepted.)
_SILENT = ("acceptor", "timer", "observer")
_PROMPTED = ("acceptor", "timer")  # a client or the clock makes one of these go on, and it may then bring what is waited for


class _Answer(NamedTuple):
    """The answer that a thread waits for, by the properties that decide which threads might bring it."""

    mode: str  # "read": that somebody at the other end writes; "write": that somebody reads there
    unread: bool  # bytes lie there unread: an idle thread does not read them
    queued: bool  # nobody has accepted the connection
    used: bool  # threads there are in calls on the very end: an idle thread has nothing to do with it


class Peers:
    """Connects waits for other processes with the threads that might end them."""

    def __init__(self, graph: WaitGraph, someone: int, supplies: Sequence[Supply]) -> None:
        self._graph = graph
        self._someone = someone
        self._supplies = {id(supply.process.inputs): supply for supply in supplies}
        self._found: dict[int, tuple[list[Supply], list[Track]]] = {}  # by the other ends, which links share
        self._answers: dict[object, int] = {}  # one node for all threads that wait for the same answer
        self._users: dict[int, dict[int, list[Track]]] = {}  # of a process, by the descriptor of the call that they are in

    def connect(self, node: int, track: Track, link: Link) -> None:
        """Connect a thread in a call on one end with what it waits for."""
        self._graph.connect(Edge(node, self._supplier(track, link), RECORDED, link.own.source, link.own.line, WAITS_FOR))

    def _supplier(self, track: Track, link: Link) -> int:
        other = id(link.other)
        if other not in self._found:
            self._found[other] = self._find(link)
        supplies, users = self._found[other]
        if not supplies:
            return self._someone
        # Both ends read: a reply was lost, or neither has anything to say.  If both write, nobody reads.
        if users and not all(mode_of(user) == "write" == mode_of(track) for user in users):
            return self._someone
        return self._answer(supplies, _Answer(mode_of(track), bool(link.unread), link.queued, bool(users)), link.kind)

    def _find(self, link: Link) -> tuple[list[Supply], list[Track]]:
        """The processes that have the other end open, none if one of them is not of the case, and their threads in calls on it."""
        if not all(end.places for end in link.ends):
            return [], []
        supplies = {id(place): self._supplies[id(place)] for end in link.ends for place in end.places}
        users = [user for end in link.ends for place in end.places for user in self._using(supplies[id(place)], end)]
        return list(supplies.values()), users

    def _using(self, supply: Supply, end: End) -> Sequence[Track]:
        """The threads of a process that are in a call on a descriptor."""
        place = id(supply.process.inputs)
        if place not in self._users:
            users = self._users[place] = {}
            for track in supply.process.tracks:
                awaited = track.newest.awaited
                if track.key in supply.threads and awaited is not None and awaited.descriptor is not None:
                    users.setdefault(awaited.descriptor, []).append(track)
        return self._users[place].get(end.descriptor, ()) if end.descriptor is not None else ()

    def _answer(self, supplies: Sequence[Supply], answer: _Answer, kind: str) -> int:
        """The node of what the processes at the other end may do: answer, or read what is being written."""
        key = (frozenset(map(id, supplies)), answer)
        if key not in self._answers:
            who = tuple(dict.fromkeys(supply.process.id for supply in supplies))
            label = _label(answer, who)
            what = Wanted(kind, who=Peer(who), only="read" if answer.mode == "write" else "answer")
            node = self._answers[key] = self._graph.add(Node("resource", label, None, resource=kind, what=what), needs=1)
            for supply in supplies:
                self._add_answerers(node, supply, answer)
        return self._answers[key]

    def _add_answerers(self, node: int, supply: Supply, answer: _Answer) -> None:
        present = [track for track in supply.process.tracks if track.key in supply.threads]
        pools = [] if answer.used else supply.pools
        single = present if answer.used else [track for track in present if track.key not in supply.pool_of]
        answering = [track for track in single if _may_answer(track, answer)]
        for pool in pools:
            self._graph.connect(Edge(node, pool, INFERRED, "", 0, MAY_COME))
        for track in answering:
            sighting = track.newest
            self._graph.connect(Edge(node, supply.threads[track.key], INFERRED, sighting.dump.source, sighting.line, MAY_COME))
        nobody = not pools and not answering and not all(_waits_for_children(track.place) for track in present)
        places = [track.place for track in present]
        prompted = any(map(_waits_for_children, places)) and any(place.role in _PROMPTED for place in places)
        if nobody or prompted or not supply.process.whole:
            self._graph.connect(Edge(node, self._someone, INFERRED, "", 0, MAY_COME))


def _label(answer: _Answer, processes: Sequence[str]) -> str:
    names = " or ".join(processes)
    return said("a read by process {names}", names=names) if answer.mode == "write" else said("an answer of process {names}", names=names)


def _may_answer(track: Track, answer: _Answer) -> bool:
    place, awaited = track.place, track.newest.awaited
    if _waits_for_children(place):  # whoever waits for one that is known goes on when that ends
        return track.progress == STUCK and awaited is not None and awaited.home != 0
    if place.verb != "idle" and track.progress != IDLE:
        return True
    if answer.queued and place.role == "acceptor":
        return True
    if answer.unread or answer.used:
        return False
    return place.role not in _SILENT and place.kind != "thread" and not _awaits_signals(place)


def _waits_for_children(place: StackMeaning) -> bool:
    return place.kind == "process"


def _awaits_signals(place: StackMeaning) -> bool:
    return place.rule is not None and place.rule.waits == {"signal"}
