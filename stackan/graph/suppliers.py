"""Suppliers of what has no owner: pools, threads that may deliver a result, and other processes' pools, as profiles declare.

The suppliers of such a wait have to be a superset of the real ones: when in doubt, *someone else* is added.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import Wanted
from stackan.model.place import FRAMES, INFERRED, PROFILE
from stackan.model.process import Pool, Process
from stackan.model.rules import OTHERS, OWN, TASK, DependencyRule
from stackan.model.said import said
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, Track
from stackan.model.waitgraph import BROUGHT_BY, DELIVERED_BY, MAY_BRING, MAY_DELIVER, MAY_GROW, WORKER_OF, Edge, Node, WaitGraph

# Roles of threads through which the outside may deliver a result.
_LISTENING = ("event-loop", "connection")


class Supply:
    """The supplies of one process's pools and threads, as class nodes: candidates share one, or the edges would be quadratic."""

    def __init__(self, graph: WaitGraph, process: Process, someone: int, threads: dict[int | str, int]) -> None:
        self.graph = graph
        self.process = process
        self.someone = someone
        self.threads = threads
        self.pools: list[int] = []
        self.pool_of: dict[int | str, int] = {}
        self._results: dict[str, int] = {}  # of tasks, by the kind of threads that may deliver them
        self._declared: dict[str, int | None] = {}  # by the rule that declares it
        self._rules: dict[int, list[DependencyRule]] = {}  # by the pool whose workers wait

    def add_pools(self) -> None:
        for pool in self.process.pools:
            self._add_pool(pool)

    def _add_pool(self, pool: Pool) -> None:
        node = self.graph.add(Node("pool", pool.name, self.process, pool=pool, resource="pool"), needs=1)
        self.pools.append(node)
        self._rules[node] = [rule for rule in self.process.rules.dependencies if pool.rule and pool.rule in rule.pools]
        for track in pool.workers:
            self.pool_of[track.key] = node
            self.graph.connect(
                Edge(
                    node,
                    self.threads[track.key],
                    PROFILE if pool.declared else FRAMES,
                    track.newest.dump.source,
                    track.newest.line,
                    WORKER_OF,
                )
            )
        if pool.growable or not pool.workers:
            self._someone(node, MAY_GROW)

    def _someone(self, node: int, relation: str) -> None:
        self.graph.connect(Edge(node, self.someone, INFERRED, "", 0, relation))

    def result(self, by: str) -> int:
        """One class node for all results of tasks that the same may deliver: any pool, and any thread that runs.

        Where it is known that a pool has to run the task, a worker that is idle all the time has it not; what anyone may
        deliver may come from outside, through a thread that listens there.
        """
        if by not in self._results:
            graph = self.graph
            result = Node("resource", said("the result of a task"), self.process, resource="future", what=Wanted("future"))
            node = self._results[by] = graph.add(result, needs=1)
            for number, pool in zip(self.pools, self.process.pools, strict=True):
                if pool.side_door:
                    continue
                if not by or all(track.progress != IDLE for track in pool.workers):
                    graph.connect(Edge(node, number, INFERRED, "", 0, DELIVERED_BY))
                else:
                    self._may_deliver(node, [track for track in pool.workers if track.progress != IDLE])
            others = [track for track in self.process.tracks if track.key in self.threads and track.key not in self.pool_of]
            self._may_deliver(node, [track for track in others if _delivers(track, by)])
            if not graph.out[node]:
                self._someone(node, MAY_DELIVER)
        return self._results[by]

    def _may_deliver(self, node: int, tracks: Sequence[Track]) -> None:
        for track in tracks:
            sighting = track.newest
            self.graph.connect(Edge(node, self.threads[track.key], INFERRED, sighting.dump.source, sighting.line, MAY_DELIVER))

    def declared(self, track: Track, supplies: Sequence[Supply]) -> int | None:
        """The class node of what only certain pools can bring to a thread, as a profile declares; None if none does.

        `supplies`: of all processes of the case.  Each that kept them would be a cycle, and the dumps live until it is found.
        """
        place = track.place
        if place.verb == "blocked" and place.rule is not None:  # that says what the wait is for: its state alone says less
            traits = {place.rule.id, place.kind}
        else:
            traits = {place.kind, place.state, TASK if place.task else None}
        for rule in self._rules.get(self.pool_of.get(track.key, -1), ()):
            if not rule.waits or not traits.isdisjoint(rule.waits):
                node = self._declare(rule, supplies)
                if node is not None:
                    return node
        return None

    def _declare(self, rule: DependencyRule, supplies: Sequence[Supply]) -> int | None:
        """None where the dump shows none of the process's own pools that it names."""
        if rule.id not in self._declared:
            self._declared[rule.id] = self._connect_declared(rule, supplies)
        return self._declared[rule.id]

    def _connect_declared(self, rule: DependencyRule, supplies: Sequence[Supply]) -> int | None:
        named = self._where(rule.where, supplies)
        brings = [
            number for supply in named for number, pool in zip(supply.pools, supply.process.pools, strict=True) if pool.rule in rule.on
        ]
        if rule.where == OWN and not brings:
            return None
        at_rest = tuple(number for number in brings if rule.queued and rested(self.graph.nodes[number].pool))
        brings = [number for number in brings if number not in at_rest]
        node = self.graph.add(Node("resource", rule.what, self.process, resource="future"), needs=1)
        if at_rest:
            self.graph.at_rest[node] = at_rest
        # Else nobody knows whether the dumps of all nodes are among the inputs.
        sure = rule.where != OTHERS or rule.complete or any(supply.process.inputs.role == rule.complete_with for supply in supplies)
        for number in brings:
            self.graph.connect(Edge(node, number, PROFILE, "", 0, BROUGHT_BY, sure))
        if not brings or not all(supply.process.whole for supply in named):
            self._someone(node, MAY_BRING)
        return node

    def _where(self, where: str, supplies: Sequence[Supply]) -> list[Supply]:
        """The processes of the case whose pools a rule speaks of: the waiter's own, all others, or those of a role."""
        if where == OWN:
            return [self]
        if where == OTHERS:
            return [supply for supply in supplies if supply is not self]
        return [supply for supply in supplies if supply.process.inputs.role == where]


def rested(pool: Pool | None) -> bool:
    """Whether no worker of a pool was ever seen at work: what was handed to it would have been taken up."""
    if pool is None or not pool.workers:
        return False
    return all(sighting.place.verb == "idle" for track in pool.workers for _, sighting in track.sightings)


def _delivers(track: Track, by: str) -> bool:
    """Whether a thread of no pool may bring the result of a task."""
    running = track.progress in (PROGRESSING, SPINNING, APPEARED) and track.place.verb in ("running", "spinning", "waiting", "blocked")
    return running or track.place.delivers or (by == "anyone" and track.place.role in _LISTENING)
