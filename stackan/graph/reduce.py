"""Reduction of the AND/OR wait-for graph, and the causes of what remains.

A node is released as soon as `needs` of its successors are released; active nodes need none.  Releasing everything
that can be released leaves the deadlocked set: the largest set in which nobody can ever go on (Holt 1972, reduction of
general resource graphs; Knapp 1987 surveys the AND, OR and AND-OR models).  Each edge is looked at once: O(V + E).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackan.model.waitgraph import Cause, Reduction, WaitGraph


def reduce(graph: WaitGraph) -> Reduction:
    """The deadlocked set of a graph, and its causes with a shortest cycle each."""
    successors = [graph.successors(node) for node in range(len(graph.nodes))]
    held = unreleased(graph.needs, successors)
    found = [Cause(tuple(nodes), tuple(shortest_cycle(nodes, successors))) for nodes in causes(graph.needs, successors, held)]
    return Reduction(frozenset(held), tuple(found))


def unreleased(needs: Sequence[int], successors: Sequence[Sequence[int]], among: Collection[int] | None = None) -> set[int]:
    """The nodes that no order of releases can free.

    `among` restricts the question to some nodes, with everything outside of them taken as released.

    >>> sorted(unreleased([1, 1, 1, 0], [[1], [0], [0], []]))     # 0 and 1 wait for each other, 2 for 0
    [0, 1, 2]
    >>> sorted(unreleased([1, 1, 0], [[1, 2], [0], []]))          # 0 needs any one of 1 and 2; 2 is active
    []
    """
    inside = range(len(needs)) if among is None else among
    missing: dict[int, int] = {}
    waiters: dict[int, list[int]] = {}
    ready: list[int] = []
    for node in inside:
        need = needs[node]
        for supplier in successors[node]:
            if among is not None and supplier not in among:
                need -= 1
            else:
                waiters.setdefault(supplier, []).append(node)
        missing[node] = need
        if need <= 0:
            ready.append(node)
    held = set(missing)
    held.difference_update(ready)
    while ready:
        for waiter in waiters.get(ready.pop(), ()):
            missing[waiter] -= 1
            if missing[waiter] == 0 and waiter in held:
                held.discard(waiter)
                ready.append(waiter)
    return held


def components(nodes: Collection[int], successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """Strongly connected components within `nodes`, each sorted; suppliers before waiters (Tarjan 1972, without recursion).

    >>> components({0, 1, 2}, [[1], [0], [0]])
    [[0, 1], [2]]
    """
    inside = set(nodes)
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for root in sorted(inside):
        if root in index:
            continue
        work: list[tuple[int, int]] = [(root, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            following = successors[node]
            while at < len(following):
                other = following[at]
                at += 1
                if other not in inside:
                    continue
                if other not in index:
                    work.append((node, at))
                    work.append((other, 0))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    found.append(sorted(component))
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
    """A shortest cycle within a strongly connected component, from its smallest node; [node] for a self-loop."""
    inside = set(component)
    own = next((node for node in sorted(inside) if node in successors[node]), None)
    if own is not None:
        return [own]
    best: list[int] = []
    for root in sorted(inside):
        if len(best) == 2:
            break  # without self-loops none is shorter
        parents: dict[int, int] = {root: root}
        queue = [root]
        closed = None
        while queue and closed is None:
            following = []
            for node in queue:
                for other in successors[node]:
                    if other == root:
                        closed = node
                        break
                    if other in inside and other not in parents:
                        parents[other] = node
                        following.append(other)
                if closed is not None:
                    break
            queue = following
        if closed is not None:
            path = [closed]
            while path[-1] != root:
                path.append(parents[path[-1]])
            if not best or len(path) < len(best):
                best = path[::-1]
        if len(inside) > 2000:
            break  # one root is enough for a proof; trying all of a huge component would be quadratic
    return best
