"""Which pool waits for whose work, as profiles declare it: within a process, and from one process of a case to another."""

from __future__ import annotations

from stackan.model.facts import Fact, One, PoolOf, fact
from stackan.model.waitgraph import BROUGHT_BY, Cause, WaitGraph


def rests_on_guess(graph: WaitGraph, cause: Cause) -> bool:
    """Whether a pool of the cause waits for pools of all other processes, of which some may not be among the inputs."""
    inside = set(cause.nodes)
    return any(
        edge.relation == BROUGHT_BY and not edge.sure and edge.supplier in inside for node in cause.nodes for edge in graph.out[node]
    )


def explain_declared(graph: WaitGraph, cause: Cause) -> list[Fact]:
    """A fact for each declared dependency within a cause."""
    several = len({process.id for process in (graph.nodes[node].process for node in cause.nodes) if process is not None}) > 1
    inside = set(cause.nodes)
    facts = []
    for node in cause.nodes:
        brings = [edge for edge in graph.out[node] if edge.supplier in inside and edge.relation == BROUGHT_BY]
        if brings:
            waiting = [at for at in cause.nodes if graph.nodes[at].kind == "thread" and node in graph.successors(at)]
            pools = [at for at in cause.nodes if graph.nodes[at].kind == "pool" and any(edge.supplier in waiting for edge in graph.out[at])]
            facts.append(
                fact(
                    "only-pools-can-bring",
                    count=len(waiting),
                    pools=tuple(_name(graph, pool, several) for pool in pools),
                    what=graph.nodes[node].label,
                    by=tuple(_name(graph, edge.supplier, several) for edge in brings),
                )
            )
    return facts


def _name(graph: WaitGraph, number: int, several: bool) -> One:
    pool, process = graph.nodes[number].pool, graph.nodes[number].process
    if several and pool is not None and process is not None:
        return PoolOf(pool, process)
    return pool or graph.nodes[number].label
