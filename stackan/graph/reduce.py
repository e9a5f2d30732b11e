"""Reduction of the AND/OR wait-for graph, and the causes of what remains.

A node is released as soon as `needs` of its successors are released; active nodes need none.  Releasing everything
that can be released leaves the deadlocked set: the largest set in which no node can ever go on (Holt 1972, reduction of
general resource graphs; Knapp 1987 surveys the AND, OR and AND-OR models).  Each edge is looked at once: O(V + E).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from stackan import backend
from stackan.model.waitgraph import Cause, Edge, Reduction, WaitGraph

_NO_NODES: frozenset[int] = frozenset()
_LOOKS = 200  # at each edge of a component, in search of its shortest cycle
_MOST_LOOKS = 1_000_000  # in all, beside one at each edge: a tenth of a second


def reduce(graph: WaitGraph) -> Reduction:
    """The deadlocked set of a graph, and its causes with a shortest cycle each."""
    held, found = (backend.reducer() or reduce_plainly)(graph.needs, graph.out)
    return Reduction(frozenset(held), tuple(Cause(tuple(nodes), tuple(cycle)) for nodes, cycle in found))


def reduce_plainly(needs: Sequence[int], out: Sequence[Sequence[Edge]]) -> tuple[Collection[int], list[tuple[list[int], list[int]]]]:
    """(the held nodes, the nodes of each cause with a cycle), as native code works it out as well."""
    successors = [[edge.supplier for edge in edges] for edges in out]
    held = unreleased(needs, successors)
    return held, [(nodes, shortest_cycle(nodes, successors)) for nodes in causes(needs, successors, held)]


def unreleased(
    needs: Sequence[int] | Mapping[int, int], successors: Sequence[Sequence[int]], among: Collection[int] | None = None
) -> set[int]:
    """The nodes that no order of releases can free.

    `among` restricts the question to some nodes, with everything outside of them taken as released.

    >>> sorted(unreleased([1, 1, 1, 0], [[1], [0], [0], []]))     # 0 and 1 wait for each other, 2 for 0
    [0, 1, 2]
    >>> sorted(unreleased([1, 1, 0], [[1, 2], [0], []]))          # 0 needs any one of 1 and 2; 2 is active
    []
    """
    inside = range(len(needs)) if among is None else among
    waiters: dict[int, list[int]] = {}
    ready: list[int] = []
    missing: dict[int, int] = {}  # of those that need any
    for node in inside:
        need = needs[node]
        for supplier in successors[node]:
            if among is not None and supplier not in among:
                need -= 1
            elif supplier in waiters:
                waiters[supplier].append(node)
            else:
                waiters[supplier] = [node]
        if need <= 0:
            ready.append(node)
        else:
            missing[node] = need
    held = set(missing)
    while ready:
        for waiter in waiters.get(ready.pop(), ()):
            if waiter in held:
                missing[waiter] -= 1
                if not missing[waiter]:
                    held.discard(waiter)
                    ready.append(waiter)
    return held


def components(nodes: Collection[int], successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """Strongly connected components within `nodes`, each sorted; suppliers before waiters (Tarjan 1972, without recursion).

    >>> components({0, 1, 2}, [[1], [0], [0]])
    [[0, 1], [2]]
    """
    inside = set(nodes)
    low: dict[int, int] = {}  # the lowest number that a node reaches, by the order in which nodes are met; a finished one's is above all
    stack: list[int] = []
    found: list[list[int]] = []
    met, finished = 0, len(inside)
    for root in sorted(inside):
        if root in low:
            continue
        low[root] = met
        work = [(root, met, iter(successors[root]))]
        stack.append(root)
        met += 1
        while work:
            node, number, following = work[-1]
            lowest = low[node]
            for other in following:
                reached = low.get(other)
                if reached is not None:
                    lowest = min(lowest, reached)
                elif other in inside:
                    low[node] = lowest
                    low[other] = met
                    work.append((other, met, iter(successors[other])))
                    stack.append(other)
                    met += 1
                    break
            else:
                work.pop()
                if lowest == number:
                    component: list[int] = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                    found.append(sorted(component))
                    low.update(dict.fromkeys(component, finished))
                else:
                    low[node] = lowest
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return found


def causes(needs: Sequence[int], successors: Sequence[Sequence[int]], held: Collection[int]) -> list[list[int]]:
    """The components of the deadlocked set that are deadlocked by themselves; what else is held waits for one of them."""
    found = []
    for component in components(held, successors):
        if len(component) == 1 and component[0] not in successors[component[0]]:
            continue
        if unreleased(needs, successors, set(component)):
            found.append(component)
    return found


def shortest_cycle(component: Collection[int], successors: Sequence[Sequence[int]]) -> list[int]:
    """A short cycle within a strongly connected component; [node] for a self-loop.

    It is a shortest one if the component is small.  Of a large one as many nodes are tried as a fixed number of looks at each edge
    allows: any cycle is a proof, and trying all would be quadratic.
    """
    inside = set(component)
    own = next((node for node in sorted(inside) if node in successors[node]), None)
    if own is not None:
        return [own]
    edges = sum(len(successors[node]) for node in inside)
    looks = min(_LOOKS * edges, _MOST_LOOKS + edges)
    best: list[int] = []
    for root in sorted(inside):
        found, looked = _cycle_through(root, inside, successors, len(best))
        best = found or best
        looks -= looked
        if looks < 0 or len(best) == 2 or (len(best) == 3 and found and not _has_pair(inside, successors)):
            break  # without self-loops, or two nodes that wait for each other, none is shorter
    return best


def _has_pair(inside: Collection[int], successors: Sequence[Sequence[int]]) -> bool:
    """Whether two of these nodes wait for each other."""
    waiters: dict[int, set[int]] = {}
    for node in inside:
        for supplier in successors[node]:
            waiters.setdefault(supplier, set()).add(node)
    return any(not waiters.get(node, _NO_NODES).isdisjoint(successors[node]) for node in inside)


def _cycle_through(root: int, inside: Collection[int], successors: Sequence[Sequence[int]], bound: int) -> tuple[list[int], int]:
    """(a shortest cycle from a node back to it, [] unless it has fewer nodes than `bound`, which 0 leaves open; edges looked at)."""
    parents = {root: root}
    level, size, looked = [root], 1, 0
    while level and (size < bound or not bound):
        following = []
        for node in level:
            for other in successors[node]:
                looked += 1
                if other == root:
                    return _path(parents, root, node), looked
                if other in inside and other not in parents:
                    parents[other] = node
                    following.append(other)
        level, size = following, size + 1
    return [], looked


def _path(parents: Mapping[int, int], root: int, node: int) -> list[int]:
    """From the root to a node that was reached from it."""
    path = [node]
    while path[-1] != root:
        path.append(parents[path[-1]])
    return path[::-1]
