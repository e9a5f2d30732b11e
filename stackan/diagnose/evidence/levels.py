"""The levels of a pool's work: pools whose workers wait for those of a cause, so that none of them can become free, either.

A query of level 0 waits for its subtasks of level 1, and these wait for each other from node to node.  The loop is the cause, but what
a client meets is level 0: both belong to one finding.  Only pools of the cause's own processes do; other processes wait behind it.
"""

from __future__ import annotations

from collections.abc import Collection

from stackan.model.records import NamedTuple
from stackan.model.waitgraph import BROUGHT_BY, Cause, Node, WaitGraph


class Levels(NamedTuple):
    """A cause with all levels above it, as nodes of the graph."""

    nodes: tuple[int, ...]

    def pools(self, graph: WaitGraph) -> list[int]:
        """The exhausted pools, process by process and level by level; a side door is none of the levels, unless it is alone."""
        found = [node for node in self.nodes if _is_exhausted(graph.nodes[node])]
        levels = [node for node in found if not _is_side_door(graph.nodes[node])]
        return sorted(levels or found)  # pools are added to the graph in the order of processes, and of their profiles


def levels_of(graph: WaitGraph, cause: Cause, held: Collection[int]) -> Levels:
    """The cause, the held and exhausted pools whose workers wait for a pool of these, and what they wait for, on and on."""
    inside = set(cause.nodes)
    processes = {id(graph.nodes[node].process) for node in cause.nodes}
    above = [
        node
        for node, each in enumerate(graph.nodes)
        if node in held and node not in inside and _is_exhausted(each) and id(each.process) in processes
    ]
    grown = True
    while grown and above:
        grown = False
        for pool in list(above):
            workers = graph.successors(pool)
            wanted = {node for worker in workers for node in graph.successors(worker) if _is_brought_by(graph, node, inside)}
            if wanted:
                inside.update((pool, *workers, *wanted))
                above.remove(pool)
                grown = True
    return Levels(tuple(sorted(inside)))


def _is_brought_by(graph: WaitGraph, node: int, inside: Collection[int]) -> bool:
    """Whether what a worker waits for has to be brought by a pool among these nodes."""
    return any(edge.relation == BROUGHT_BY and edge.supplier in inside for edge in graph.out[node])


def _is_exhausted(node: Node) -> bool:
    return node.pool is not None and node.pool.exhausted


def _is_side_door(node: Node) -> bool:
    return node.pool is not None and node.pool.side_door
