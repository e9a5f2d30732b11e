"""The threads that wait behind a cause: they are counted, and never named among its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stackan.model.facts import Fact, fact
from stackan.model.waitgraph import Cause, Reduction, WaitGraph


def more_behind(number: int) -> list[Fact]:
    """The fact that so many more threads wait behind those of a finding; none if no thread does."""
    return [fact("more-behind", count=number)] if number else []


class BlockedThreads:
    """The threads that are held, counted once for all causes."""

    def __init__(self, graph: WaitGraph, reduction: Reduction) -> None:
        self._graph = graph
        self._causes = Counter(process for cause in reduction.causes for process in self._processes(cause.nodes))
        self._held = Counter(process for node in self._threads(reduction.held) for process in self._processes((node,)))
        self._is_only_one = len(reduction.causes) == 1

    def count(self, cause: Cause, told: int | None = None) -> int:
        """How many wait behind a cause; 0 where several causes are around, as some wait for more than one.

        `told`: the number of threads that the finding names, if these are not just the cause's members.
        """
        around = self._processes(cause.nodes)
        if not self._is_only_one and any(self._causes[process] > 1 for process in around):
            return 0
        pooled = any(self._graph.nodes[node].kind == "pool" for node in cause.nodes)
        members = told if told is not None else len(self._threads(cause.nodes if pooled else cause.cycle))
        return sum(self._held.values() if self._is_only_one else (self._held[process] for process in around)) - members

    def _threads(self, nodes: Iterable[int]) -> list[int]:
        return [node for node in nodes if self._graph.nodes[node].kind == "thread"]

    def _processes(self, nodes: Iterable[int]) -> set[str]:
        return {process.id for process in (self._graph.nodes[node].process for node in nodes) if process is not None}
