"""Which pool waits for whose work, as profiles declare it: within a process, and from one process of a case to another."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import Fact, One, PoolOf, Wanted, fact
from stackan.model.process import Pool
from stackan.model.waitgraph import BROUGHT_BY, MAY_HOLD, Cause, Node, WaitGraph


def rests_on_guess(graph: WaitGraph, cause: Cause) -> bool:
    """Whether a pool of the cause waits for pools of all other processes, of which some may not be among the inputs."""
    inside = set(cause.nodes)
    return any(
        edge.relation == BROUGHT_BY and not edge.sure and edge.supplier in inside for node in cause.nodes for edge in graph.out[node]
    )


def explain_declared(graph: WaitGraph, nodes: Sequence[int], snapshots: int) -> list[Fact]:
    """A fact for each declared dependency among these nodes, process by process and level by level; and who might bring that, but rests."""
    several = len({process.id for process in (graph.nodes[node].process for node in nodes) if process is not None}) > 1
    inside, waiting, pools_of = set(nodes), _waiting_for(graph, nodes), _pools_of(graph, nodes)
    told: list[tuple[list[int], Fact]] = []
    at_rest: dict[int, None] = {}
    for node in nodes:
        brings = [edge for edge in graph.out[node] if edge.supplier in inside and edge.relation == BROUGHT_BY]
        if brings:
            waiters = waiting.get(node, [])
            pools = sorted({pool for at in waiters for pool in pools_of.get(at, ())})
            wait = fact(
                "only-pools-can-bring",
                count=len(waiters),
                pools=tuple(_name(graph, pool, several) for pool in pools),
                what=graph.nodes[node].label,
                by=tuple(_name(graph, edge.supplier, several) for edge in brings),
            )
            told.append((pools, wait))
            at_rest.update(dict.fromkeys(graph.at_rest.get(node, ())))
    facts = [wait for _, wait in sorted(told, key=lambda each: each[0])]
    if at_rest:
        everywhere = several or len({id(graph.nodes[pool].process) for pool in at_rest}) > 1
        facts.append(fact("pools-at-rest", pools=tuple(_name(graph, pool, everywhere) for pool in at_rest), snapshots=snapshots))
    return facts


def explain_eliminated(graph: WaitGraph, nodes: Sequence[int]) -> list[Fact]:
    """A fact for each lock whose holder can only be one of the threads that wait, and why it can."""
    facts, waiting = [], _waiting_for(graph, nodes)
    for node in nodes:
        resource = graph.nodes[node]
        if resource.resource and any(edge.relation == MAY_HOLD for edge in graph.out[node]):
            waiters = waiting.get(node, [])
            first = graph.nodes[waiters[0]] if waiters else None
            alone = _alone_in(first) if first is not None and len(waiters) == 1 else None
            what = resource.what or Wanted(resource.resource)
            facts.append(fact("holder-not-shown", count=len(waiters), thread=first.track if first else None, pool=alone, what=what))
    return [*facts, fact("only-waiters-may-hold")] if facts else []


def _alone_in(node: Node) -> Pool | None:
    """The pool of which a thread is the only worker, where a profile names it: the thread's number says less."""
    pools = node.process.pools if node.process is not None else ()
    return next((pool for pool in pools if pool.declared and node.track is not None and [*pool.workers] == [node.track]), None)


def _waiting_for(graph: WaitGraph, nodes: Sequence[int]) -> dict[int, list[int]]:
    """The threads among these nodes, by what they wait for."""
    waiting: dict[int, list[int]] = {}
    for at in nodes:
        if graph.nodes[at].kind == "thread":
            for edge in graph.out[at]:
                waiting.setdefault(edge.supplier, []).append(at)
    return waiting


def _pools_of(graph: WaitGraph, nodes: Sequence[int]) -> dict[int, list[int]]:
    """The pools among these nodes, by their workers."""
    pools: dict[int, list[int]] = {}
    for at in nodes:
        if graph.nodes[at].kind == "pool":
            for edge in graph.out[at]:
                pools.setdefault(edge.supplier, []).append(at)
    return pools


def _name(graph: WaitGraph, number: int, several: bool) -> One:
    pool, process = graph.nodes[number].pool, graph.nodes[number].process
    if several and pool is not None and process is not None:
        return PoolOf(pool, process)
    return pool or graph.nodes[number].label
