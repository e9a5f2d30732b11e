"""Dams: threads that stand in input or output of which no stack shows the other end, and everything that waits behind them.

Such a thread may go on at any time, for all that the graph knows: it waits for *someone else*, so nothing behind it is deadlocked.
What waits behind it is what would be held if it never went on.  Only nodes from which a way leads to it can be: the reduction is
repeated for these alone, each of the few times with everything outside taken as it was left.
"""

from __future__ import annotations

from collections.abc import Collection

from stackan.graph.reduce import unreleased
from stackan.model.waitgraph import Dam, WaitGraph

_LOOKS = 1_000_000  # nodes that all groups together, the largest first, may reach: a bound for cases with very many threads


def find_dams(graph: WaitGraph, held: Collection[int]) -> tuple[Dam, ...]:
    """The dams that hold up anything, those that hold up most first."""
    groups = _standing(graph)
    if not groups:
        return ()
    waiters = _waiters(graph)
    successors = [graph.successors(node) for node in range(len(graph.nodes))]
    found, looks = [], _LOOKS
    for group in sorted(groups, key=lambda each: (-len(each), each)):
        reach = _reach(group, waiters)
        looks -= len(reach)
        if looks < 0:
            break
        if len(reach) > len(group):
            dammed = _dammed(graph, group, reach, successors)
            behind = tuple(sorted(node for node in dammed.difference(held, group) if graph.nodes[node].track is not None))
            if behind:
                found.append(Dam(tuple(group), behind))
    return tuple(sorted(found, key=lambda dam: (-len(dam.behind), dam.threads)))


def _standing(graph: WaitGraph) -> list[list[int]]:
    """The threads that wait for input or output of someone else, those of one process in one function together."""
    groups: dict[tuple[int, str, str], list[int]] = {}
    for number, node in enumerate(graph.nodes):
        if node.track is None or not graph.needs[number] or node.track.place.state not in ("io", "network"):
            continue
        if all(_is_outside(graph, supplier) or _leads_outside(graph, supplier) for supplier in graph.successors(number)):
            place = node.track.place
            groups.setdefault((id(node.process), place.state, place.purpose), []).append(number)
    return list(groups.values())


def _is_outside(graph: WaitGraph, node: int) -> bool:
    return graph.nodes[node].kind == "someone-else"


def _leads_outside(graph: WaitGraph, node: int) -> bool:
    """Whether nothing but *someone else* can bring a resource: an answer that no process of the case is at work on."""
    suppliers = graph.successors(node)
    return graph.nodes[node].kind == "resource" and bool(suppliers) and all(_is_outside(graph, each) for each in suppliers)


def _waiters(graph: WaitGraph) -> list[list[int]]:
    waiters: list[list[int]] = [[] for _ in graph.nodes]
    for edges in graph.out:
        for edge in edges:
            waiters[edge.supplier].append(edge.waiter)
    return waiters


def _reach(group: Collection[int], waiters: list[list[int]]) -> set[int]:
    """The nodes that wait for one of these, directly or not, and these themselves."""
    reached = set(group)
    ready = list(group)
    while ready:
        for waiter in waiters[ready.pop()]:
            if waiter not in reached:
                reached.add(waiter)
                ready.append(waiter)
    return reached


def _dammed(graph: WaitGraph, group: Collection[int], among: set[int], successors: list[list[int]]) -> set[int]:
    """What would be held if none of the group ever went on."""
    needs = dict.fromkeys(group, len(graph.nodes) + 1)
    restricted = {node: needs.get(node, graph.needs[node]) for node in among}
    return unreleased(restricted, successors, among)
