"""All findings of a case, the gravest first."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.behind import Victims
from stackan.diagnose.deadlocks import deadlock
from stackan.diagnose.exhaustion import exhaustion
from stackan.diagnose.motion import cut_short, in_handlers, spinning, unknowable
from stackan.diagnose.ranks import Jobs
from stackan.diagnose.reported import reported
from stackan.diagnose.standstill import standing
from stackan.model.finding import CERTAIN, CRITICAL, INFO, LIKELY, POSSIBLE, VERDICT_OF, VERDICTS, WARNING, Finding
from stackan.model.process import Process
from stackan.model.waitgraph import Reduction, WaitGraph

_GRAVE = {CRITICAL: 0, WARNING: 1, INFO: 2}
_SURE = {CERTAIN: 0, LIKELY: 1, POSSIBLE: 2}


def find(graph: WaitGraph, reduction: Reduction, processes: Sequence[Process]) -> list[Finding]:
    """Findings in an order that depends on the input alone."""
    findings: list[Finding] = []
    victims = Victims(graph, reduction)
    for cause in reduction.causes:
        pooled = any(graph.nodes[node].kind == "pool" for node in cause.nodes)
        finding = exhaustion(graph, cause, victims) if pooled else deadlock(graph, cause, victims)
        if finding is not None:
            findings.append(finding)
    for process in processes:
        findings += reported(process)
    explained = [finding for finding in findings if finding.counts or any(len(process.dumps) == 1 for process in finding.processes)]
    jobs = Jobs(processes)
    findings += jobs.explain(standing(processes, *_told(graph, reduction, explained)))
    for process in processes:
        findings += [finding for finding in spinning(process) if not jobs.polls(finding)]
        findings += in_handlers(process)
        findings += unknowable(process)
        findings += cut_short(process)
    return sorted(findings, key=_rank)


def _told(
    graph: WaitGraph, reduction: Reduction, findings: Sequence[Finding]
) -> tuple[set[tuple[str, int | str]], set[tuple[str, int | str]]]:
    """(threads that these findings are about, those that wait behind them), as (process, thread)."""
    told = {(process.id, track.key) for finding in findings for process, track in finding.threads}
    around = {process.id for finding in findings for process in finding.processes}
    held = {(node.process.id, node.track.key) for node in map(graph.nodes.__getitem__, reduction.held) if node.process and node.track}
    return told, {each for each in held if each[0] in around}


def _rank(finding: Finding) -> tuple[int, ...]:
    """The gravest first; of equally grave ones that with the higher verdict, then the surer, then that which holds up most."""
    verdict = VERDICTS.index(VERDICT_OF[finding.kind]) if finding.kind in VERDICT_OF else len(VERDICTS)
    return _GRAVE[finding.severity], verdict, _SURE[finding.confidence], -(len(finding.threads) + finding.behind)


def leading(findings: Sequence[Finding], verdict: str) -> Finding | None:
    """The finding that a verdict rests on."""
    return next((finding for finding in findings if finding.counts and VERDICT_OF.get(finding.kind) == verdict), None)
