"""Threads behind a dam: those that can go on only after threads that stand in input or output, and these as their root."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from stackan.diagnose.evidence.blocked_behind import more_behind
from stackan.diagnose.evidence.doing import doing
from stackan.model.facts import Fact, PoolOf, fact
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.track import PROGRESSING, SPINNING, Track
from stackan.model.waitgraph import BROUGHT_BY, Reduction, WaitGraph

HALF = 0.5  # of a pool's workers
MOST = 0.75  # of a pool whose others are free: these may take up new work, and are few
_POOLS = 6  # whose workers behind a dam are told pool by pool

Member = tuple[Process, Track]
Key = tuple[str, "int | str"]
Movers = Sequence[tuple[Track, PoolOf]]


class _Dam(NamedTuple):
    threads: Sequence[Member]
    behind: Sequence[Member]
    keys: frozenset[Key]  # of those behind


class Dammed:
    """The dams of a case by the threads that stand in them, and by those that wait behind."""

    def __init__(self, graph: WaitGraph, reduction: Reduction) -> None:
        self._graph = graph
        self._dams = [self._read(dam.threads, dam.behind) for dam in reduction.dams]
        self._in: dict[Key, list[_Dam]] = {}  # by a thread that stands in it; and by one behind
        self._before: dict[Key, list[_Dam]] = {}
        for dam in self._dams:
            for member in dam.threads:
                self._in.setdefault(_key(member), []).append(dam)
            for key in dam.keys:
                self._before.setdefault(key, []).append(dam)

    @cached_property
    def _nodes(self) -> dict[Key, int]:
        numbered = enumerate(self._graph.nodes)
        return {
            (node.process.id, node.track.key): number for number, node in numbered if node.process is not None and node.track is not None
        }

    def _read(self, threads: Iterable[int], behind: Iterable[int]) -> _Dam:
        waiting = self._members(behind)
        return _Dam(self._members(threads), waiting, frozenset(map(_key, waiting)))

    def _members(self, nodes: Iterable[int]) -> list[Member]:
        found = ((self._graph.nodes[node].process, self._graph.nodes[node].track) for node in nodes)
        return [(process, track) for process, track in found if process is not None and track is not None]

    def behind(self, group: Sequence[Member]) -> list[Member]:
        """All who can go on only after these do."""
        keys = set(map(_key, group))
        dams = {id(dam): dam for member in group for dam in self._in.get(_key(member), ())}.values()
        found = {_key(member): member for dam in dams if keys.issuperset(map(_key, dam.threads)) for member in dam.behind}
        return list(found.values())

    def number_behind(self, process: Process, tracks: Iterable[Track]) -> int:
        return len(self.behind([(process, track) for track in tracks])) if self._dams else 0

    def root_of(self, group: Sequence[Member]) -> list[Member]:
        """The threads of the dam that all of these wait behind; none if there is no such dam."""
        keys = frozenset(map(_key, group))
        return next((list(dam.threads) for dam in self._before.get(_key(group[0]), ()) if keys <= dam.keys), [])

    def movers(self, group: Sequence[Member]) -> list[tuple[Track, PoolOf]]:
        """The workers at work in the pools that, as a profile declares, have to bring what all of these wait for."""
        found: dict[Key, tuple[Track, PoolOf]] = {}
        if not any(process.rules.dependencies for process, _ in group):
            return []
        for member in group:
            moving = self._moving_for(self._nodes.get(_key(member), -1))
            if not moving:
                return []
            found.update(moving)
        return list(found.values())

    def _moving_for(self, node: int) -> dict[Key, tuple[Track, PoolOf]]:
        graph, found = self._graph, {}
        for wanted in graph.successors(node) if node >= 0 else ():
            for edge in graph.out[wanted]:
                supplier = graph.nodes[edge.supplier]
                if edge.relation == BROUGHT_BY and supplier.pool is not None and supplier.process is not None:
                    for worker in supplier.pool.workers:
                        if worker.progress in (PROGRESSING, SPINNING) and worker.place.verb != "idle":
                            found[supplier.process.id, worker.key] = worker, PoolOf(supplier.pool, supplier.process)
        return found


def _key(member: Member) -> Key:
    process, track = member
    return process.id, track.key


def holds_up_a_pool(behind: Collection[Member], share: float = HALF) -> bool:
    """Whether more than this share of some pool's workers are among these."""
    keys = set(map(_key, behind))
    pools = {id(pool): (process, pool) for process, _ in behind for pool in process.pools if pool.workers}
    taken = ((sum((process.id, worker.key) in keys for worker in pool.workers), len(pool.workers)) for process, pool in pools.values())
    return any(number > share * workers for number, workers in taken)


def explain_behind(behind: Sequence[Member], own: Collection[Process], count: int) -> list[Fact]:
    """The workers behind a dam, pool by pool, and the number of the others; `count` of all who are known to wait behind."""
    keys = set(map(_key, behind))
    facts: list[Fact] = []
    told = 0
    for process in sorted({process.id: process for process, _ in behind}.values(), key=lambda process: process not in own):
        for pool in process.pools:
            waiting = sum((process.id, worker.key) in keys for worker in pool.workers)
            if waiting and len(facts) < _POOLS:
                here = len(own) == 1 and process in own
                facts.append(fact("workers-wait-behind", count=waiting, of=len(pool.workers), pool=pool if here else PoolOf(pool, process)))
                told += waiting
    return [*facts, *more_behind(count - told)]


def explain_root_of(group: Sequence[Member], root: Sequence[Member]) -> list[Fact]:
    """The dam that a group waits behind."""
    if not root:
        return []
    process, thread = root[0]
    same = all(member is process for member, _ in group)
    more = len(root) - 1 or None
    facts = [fact("wait-behind", count=len(group), thread=thread, more=more, process=None if same else process), doing(thread)]
    if same and group[0][1].place.state == "lock":
        facts.insert(0, fact("only-this-is-at-work"))
    return facts


def bringers(movers: Movers) -> list[Fact]:
    """The workers that may bring what is waited for, pool by pool, as one of each shows."""
    facts: list[Fact] = []
    for pool in {id(pool.pool): pool for _, pool in movers}.values():
        moving = [track for track, its in movers if its.pool is pool.pool]
        facts += [fact("may-bring", count=len(moving), thread=moving[0], pool=pool.pool), doing(moving[0])]
    return facts
