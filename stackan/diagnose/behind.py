"""How many threads wait behind a cause: its victims, who are never named among its members."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.waitgraph import Cause, Reduction, WaitGraph


def tell_behind(graph: WaitGraph, cause: Cause, reduction: Reduction, whom: str) -> str:
    """` 3 more threads wait behind them.`, or nothing."""
    behind = _behind(graph, cause, reduction)
    return f" {behind} more {'thread waits' if behind == 1 else 'threads wait'} behind {whom}." if behind else ""


def _behind(graph: WaitGraph, cause: Cause, reduction: Reduction) -> int:
    """Threads outside of the cause that are held; not told where there are several causes around, as some wait for more than one."""
    held = {node for node in reduction.held if graph.nodes[node].kind == "thread"}.difference(
        cause.nodes if _has_pool(graph, cause) else cause.cycle
    )
    if len(reduction.causes) == 1:
        return len(held)
    around = _processes(graph, cause.nodes)
    if sum(not around.isdisjoint(_processes(graph, other.nodes)) for other in reduction.causes) > 1:
        return 0
    return sum(_processes(graph, (node,)) <= around for node in held)


def _has_pool(graph: WaitGraph, cause: Cause) -> bool:
    return any(graph.nodes[node].kind == "pool" for node in cause.nodes)


def _processes(graph: WaitGraph, nodes: Sequence[int]) -> set[str]:
    return {process.id for process in (graph.nodes[node].process for node in nodes) if process is not None}
