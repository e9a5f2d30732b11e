"""Locks that nobody is shown to hold, in a process in which nobody is at work.

The holder of a process's own lock is one of its threads.  Where a pool without which the process does no new work is exhausted, and
every other thread is parked by design, directly in the loop that it takes its work from or keeps its time by, the parked ones hold
nothing.  So the holder is one of those that wait, or nobody will ever release the lock.  Which one of them stays unknown: an OR.
"""

from __future__ import annotations

from stackan.graph.suppliers import Supply
from stackan.model.place import INFERRED, TIMER
from stackan.model.said import said
from stackan.model.track import IDLE, Track
from stackan.model.waitgraph import MAY_HOLD, Edge, Node, WaitGraph


class Elimination:
    """The threads of one process that may hold its locks, as one class node."""

    def __init__(self, graph: WaitGraph, supply: Supply) -> None:
        self._graph = graph
        self._supply = supply
        self._node: int | None = None
        process = supply.process
        self.applies = process.whole and any(pool.vital and pool.exhausted for pool in process.pools)

    def holders(self) -> int:
        """The node of all that may hold a lock: whole pools where all of their workers may, and single threads."""
        if self._node is None:
            graph, supply = self._graph, self._supply
            node = self._node = graph.add(Node("resource", said("what a waiting thread holds"), supply.process), needs=1)
            taken: set[int | str] = set()
            for number, pool in zip(supply.pools, supply.process.pools, strict=True):
                if pool.workers and not any(map(is_at_rest, pool.workers)):
                    graph.connect(Edge(node, number, INFERRED, "", 0, MAY_HOLD))
                    taken.update(track.key for track in pool.workers)
            for track in supply.process.tracks:
                if track.key in supply.threads and track.key not in taken and not is_at_rest(track):
                    sighting = track.newest
                    graph.connect(Edge(node, supply.threads[track.key], INFERRED, sighting.dump.source, sighting.line, MAY_HOLD))
        return self._node


def is_at_rest(track: Track) -> bool:
    """Whether a thread is parked by design: a rule says so, or it keeps time in its own loop.  A guess is not enough."""
    return track.progress == IDLE and (track.place.rule is not None or track.place.reason == TIMER)
