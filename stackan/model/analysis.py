"""The result: everything concluded about a case, and the document that says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stackan.model.finding import Finding
from stackan.model.process import Process
from stackan.model.waitgraph import WaitGraph

if TYPE_CHECKING:
    import networkx

    from stackan.model.link import Descriptors
    from stackan.model.log import Log


class Analysis:
    """All that is known of a case.  `to_dict` is the document of docs/json.md; `graph` the wait-for graph."""

    def __init__(
        self,
        verdict: str,
        headline: str,
        processes: tuple[Process, ...],
        verdicts: tuple[str, ...],
        findings: tuple[Finding, ...],
        waits: WaitGraph,
        warnings: tuple[str, ...],
        export: Callable[[WaitGraph], networkx.MultiDiGraph[int]],
        logs: tuple[Log, ...] = (),
        descriptors: tuple[Descriptors, ...] = (),
    ) -> None:
        self.verdict = verdict
        self.headline = headline
        self.processes = processes
        self.verdicts = verdicts  # one for each process
        self.findings = findings
        self.waits = waits
        self.warnings = warnings
        self.logs = logs  # that were read; what was made of them stands in the processes that have written them
        self.descriptors = descriptors  # that were read; what they say stands in what the threads wait for
        self._export = export
        self._graph: networkx.MultiDiGraph[int] | None = None

    def __repr__(self) -> str:
        return f"<Analysis {self.verdict}: {self.headline}>"

    @property
    def critical(self) -> bool:
        return any(finding.severity == "critical" for finding in self.findings)

    @property
    def graph(self) -> networkx.MultiDiGraph[int]:
        """The wait-for graph; built when first asked for, as networkx takes longer to import than a small case to analyze."""
        if self._graph is None:
            self._graph = self._export(self.waits)
        return self._graph

    def to_dict(self) -> dict[str, Any]:
        """The analysis document, schema stackan.analysis/1: plain dicts, lists, strings, numbers."""
        from stackan.model.document import document

        return document(self)
