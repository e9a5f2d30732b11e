"""The wait-for graph folded for a drawing: who neither waits nor is waited for is left out, and threads that are alike share a box.

Alike are threads that nobody waits for and that wait in the same place for the same thing: five thousand clients of one lock are one box.
"""

from __future__ import annotations

from collections.abc import Set

from stackan.model.analysis import Analysis
from stackan.model.records import NamedTuple
from stackan.model.waitgraph import END_OF, HELD_BY, TRANSACTION_OF, WaitGraph

_BROUGHT_BY_THREADS = ("lock", "condition", "semaphore", "barrier", "future", "join")


class Folded(NamedTuple):
    """The nodes of a drawing by their boxes; a box is called by its first node."""

    boxes: dict[int, int]  # {node: its box}
    members: dict[int, list[int]]  # {box: its nodes}
    roots: frozenset[int]


def fold(analysis: Analysis) -> Folded:
    graph = analysis.waits
    boxes = _boxes(graph, {id(track) for finding in analysis.findings for _, track in finding.threads})
    members: dict[int, list[int]] = {}
    for number, box in boxes.items():
        members.setdefault(box, []).append(number)
    return Folded(boxes, members, frozenset(_roots(graph)))


def _roots(graph: WaitGraph) -> set[int]:
    """The ends of chains of waits: threads that hold what others wait for, or that others join, and that wait for no known thread.

    A thread that waits for a lock or a signal of *someone else* is no root: the root is that unknown thread.
    """
    waited_for = {edge.supplier for edges in graph.out for edge in edges if edge.relation in (HELD_BY, END_OF, TRANSACTION_OF)}
    return {number for number in waited_for if _is_root(graph, number)}


def _is_root(graph: WaitGraph, number: int) -> bool:
    track = graph.nodes[number].track
    if track is None or any(graph.nodes[edge.supplier].kind != "someone-else" for edge in graph.out[number]):
        return False
    return not graph.out[number] or track.place.state not in _BROUGHT_BY_THREADS


def _boxes(graph: WaitGraph, concerned: Set[int]) -> dict[int, int]:
    """{node: the first of the nodes that share its box}, for all nodes that wait or are waited for.

    `concerned`: ids of the tracks that findings are about.
    """
    resting = _pools_at_rest(graph, concerned)
    waiters: dict[int, list[int]] = {}
    for number, edges in enumerate(graph.out):
        if number not in resting:
            for edge in edges:
                waiters.setdefault(edge.supplier, []).append(edge.waiter)
    first: dict[object, int] = {}
    boxes: dict[int, int] = {}
    shown = [number for number in range(len(graph.nodes)) if number in waiters or (graph.out[number] and number not in resting)]
    for number in sorted(shown, key=lambda number: graph.nodes[number].track is not None):  # the nodes that threads wait for come first
        look = _look(graph, number, waiters.get(number, []), boxes)
        boxes[number] = first.setdefault(look, number)
    return {number: boxes[number] for number in shown}


def _pools_at_rest(graph: WaitGraph, concerned: Set[int]) -> set[int]:
    """The pools whose work nobody waits for, and of which no worker waits or is in a finding: they lead nowhere."""
    waited_for = {edge.supplier for edges in graph.out for edge in edges}
    pools = (number for number, node in enumerate(graph.nodes) if node.kind == "pool" and number not in waited_for)
    return {
        number
        for number in pools
        if not any(graph.out[edge.supplier] or id(graph.nodes[edge.supplier].track) in concerned for edge in graph.out[number])
    }


def _look(graph: WaitGraph, number: int, waiters: list[int], boxes: dict[int, int]) -> object:
    """A key that nodes have in common if one box is enough for them; a node with a box of its own has its number.

    Unnamed locks that need the same look alike.  So do threads in one place that wait for the same, unless somebody waits for
    one of them; being a member of a pool makes none special.  So a node that they wait for has its box already, or gets one of its own: it
    is a thread that comes later.
    """
    node = graph.nodes[number]
    process = node.process.id if node.process else ""
    if node.track is None:
        if node.kind != "resource" or node.address is not None:
            return number
        return process, node.label, tuple((edge.supplier, edge.relation) for edge in graph.out[number])
    if any(graph.nodes[waiter].kind != "pool" for waiter in waiters):
        return number
    return (
        process,
        node.track.place.names,
        tuple((boxes.get(edge.supplier, edge.supplier), edge.relation) for edge in graph.out[number]),
        tuple(waiters),
    )
