"""Which pool waits for whose work, as profiles declare it: within a process, and from one process of a case to another."""

from __future__ import annotations

from stackan.model.waitgraph import BROUGHT_BY, Cause, WaitGraph


def rests_on_guess(graph: WaitGraph, cause: Cause) -> bool:
    """Whether a pool of the cause waits for pools of all other processes, of which some may not be among the inputs."""
    inside = set(cause.nodes)
    return any(edge.words == BROUGHT_BY and not edge.sure and edge.supplier in inside for node in cause.nodes for edge in graph.out[node])


def tell_dependence(graph: WaitGraph, cause: Cause) -> list[str]:
    """A sentence for each declared dependency within a cause."""
    several = len({process.id for process in (graph.nodes[node].process for node in cause.nodes) if process is not None}) > 1
    inside = set(cause.nodes)
    told = []
    for node in cause.nodes:
        brings = [edge for edge in graph.out[node] if edge.supplier in inside and edge.words == BROUGHT_BY]
        if brings:
            waiting = [at for at in cause.nodes if graph.nodes[at].kind == "thread" and node in graph.successors(at)]
            pools = [at for at in cause.nodes if graph.nodes[at].kind == "pool" and any(edge.supplier in waiting for edge in graph.out[at])]
            who = " and ".join(_name(graph, pool, several) for pool in pools)
            whose = " or ".join(_name(graph, edge.supplier, several) for edge in brings)
            number = "the only worker" if len(waiting) == 1 else f"{len(waiting)} workers"
            told.append(
                f"{number} of {who} wait{'s' if len(waiting) == 1 else ''} for {graph.nodes[node].label}, which only {whose} can bring"
            )
    return [f"{words[0].upper()}{words[1:]}." for words in told]


def _name(graph: WaitGraph, pool: int, several: bool) -> str:
    node = graph.nodes[pool]
    return f"{node.label} of {node.process.id}" if several and node.process is not None else node.label
