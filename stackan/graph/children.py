"""Waits for the end of a child process whose own dumps are in the case.

Any thread of the child may end it, so all of them are suppliers, and one is enough: as long as one of them goes on, the child does.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.graph.suppliers import Supply
from stackan.model.children import Children
from stackan.model.facts import Peer, Wanted
from stackan.model.place import FRAMES, INFERRED
from stackan.model.said import said
from stackan.model.track import Track
from stackan.model.waitgraph import MAY_COME, WAITS_FOR, Edge, Node, WaitGraph


class Parents:
    """Connects threads that wait for a process with the threads of that process."""

    def __init__(self, graph: WaitGraph, someone: int, supplies: Sequence[Supply]) -> None:
        self._graph = graph
        self._someone = someone
        self._supplies = {id(supply.process): supply for supply in supplies}
        self._children = Children(supply.process for supply in supplies)
        self._ends: dict[int, int] = {}  # one node for the end of each child

    def connect(self, node: int, track: Track, own: Supply) -> bool:
        """Connect a thread with the child that it waits for; False where the case does not have it."""
        child = self._children.of(track, own.process)
        if child is None:
            return False
        sighting = track.newest
        awaited = sighting.awaited
        evidence = awaited.evidence if awaited is not None and awaited.home else FRAMES
        source = sighting.text_of(awaited).source
        self._graph.connect(Edge(node, self._end(self._supplies[id(child)]), evidence, source, sighting, WAITS_FOR))
        return True

    def _end(self, child: Supply) -> int:
        if id(child) not in self._ends:
            name = child.process.id
            what = Wanted("process", who=Peer((name,)), only="end")
            words = said("the end of process {process}", process=name)
            node = self._ends[id(child)] = self._graph.add(Node("resource", words, None, resource="process", what=what), needs=1)
            for track in child.process.tracks:
                if track.key in child.threads:
                    sighting = track.newest
                    thread = child.threads[track.key]
                    self._graph.connect(Edge(node, thread, INFERRED, sighting.dump.source, sighting.line, MAY_COME))
            if not child.process.whole:
                self._graph.connect(Edge(node, self._someone, INFERRED, "", 0, MAY_COME))
        return self._ends[id(child)]
