"""How many threads wait behind a cause: its victims, who are never named among its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stackan.model.waitgraph import Cause, Reduction, WaitGraph


class Victims:
    """The threads that are held, counted once for all causes."""

    def __init__(self, graph: WaitGraph, reduction: Reduction) -> None:
        self._graph = graph
        self._causes = Counter(process for cause in reduction.causes for process in self._processes(cause.nodes))
        self._held = Counter(process for node in self._threads(reduction.held) for process in self._processes((node,)))
        self._is_only_one = len(reduction.causes) == 1

    def tell(self, cause: Cause, whom: str) -> str:
        """` 3 more threads wait behind them.`, or nothing; nor anything where several causes are around, as some wait for more than one."""
        around = self._processes(cause.nodes)
        if not self._is_only_one and any(self._causes[process] > 1 for process in around):
            return ""
        pooled = any(self._graph.nodes[node].kind == "pool" for node in cause.nodes)
        members = len(self._threads(cause.nodes if pooled else cause.cycle))
        behind = sum(self._held.values() if self._is_only_one else (self._held[process] for process in around)) - members
        return f" {behind} more {'thread waits' if behind == 1 else 'threads wait'} behind {whom}." if behind else ""

    def _threads(self, nodes: Iterable[int]) -> list[int]:
        return [node for node in nodes if self._graph.nodes[node].kind == "thread"]

    def _processes(self, nodes: Iterable[int]) -> set[str]:
        return {process.id for process in (self._graph.nodes[node].process for node in nodes) if process is not None}
