"""All findings of a case, the gravest first."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.blocked_behind import BlockedThreads
from stackan.diagnose.evidence.dammed import Dammed
from stackan.diagnose.kinds.capture_problem import find_truncated, find_unknowable
from stackan.diagnose.kinds.crash import find_crash
from stackan.diagnose.kinds.deadlock import find_deadlock
from stackan.diagnose.kinds.exhaustion import find_exhaustion
from stackan.diagnose.kinds.fault_recovery import find_fault_recovery, spare_suspended
from stackan.diagnose.kinds.log_fault import find_log_faults
from stackan.diagnose.kinds.mutual_requests import find_mutual_requests
from stackan.diagnose.kinds.parallel_jobs import Jobs
from stackan.diagnose.kinds.reported_deadlock import find_reported_deadlock
from stackan.diagnose.kinds.script_reads import find_script_reads
from stackan.diagnose.kinds.spin import find_held_loops, find_spins
from stackan.diagnose.kinds.stuck_waits import find_stuck_waits
from stackan.diagnose.kinds.unseen_threads import find_unseen_threads
from stackan.model.event import Story
from stackan.model.finding import CERTAIN, CRITICAL, INFO, LIKELY, POSSIBLE, VERDICT_OF, VERDICTS, WARNING, Finding
from stackan.model.process import Process
from stackan.model.waitgraph import Reduction, WaitGraph

_GRAVE = {CRITICAL: 0, WARNING: 1, INFO: 2}
_SURE = {CERTAIN: 0, LIKELY: 1, POSSIBLE: 2}


def find(graph: WaitGraph, reduction: Reduction, processes: Sequence[Process], story: Story | None = None) -> list[Finding]:
    """Findings in an order that depends on the input alone."""
    findings: list[Finding] = []
    blocked = BlockedThreads(graph, reduction)
    for cause in reduction.causes:
        pooled = any(graph.nodes[node].kind == "pool" for node in cause.nodes)
        if pooled:
            finding = find_exhaustion(graph, cause, reduction.held, blocked)
        else:
            finding = find_mutual_requests(graph, cause, blocked) or find_deadlock(graph, cause, blocked)
        if finding is not None:
            findings.append(finding)
    for process in processes:
        findings += find_reported_deadlock(process)
    explained = [
        finding for finding in findings if finding.supports_verdict or any(len(process.dumps) == 1 for process in finding.processes)
    ]
    jobs = Jobs(processes)
    dammed = Dammed(graph, reduction)
    findings += jobs.explain(find_stuck_waits(processes, graph.shared_locks, *_reported(graph, reduction, explained), dammed))
    for process in processes:
        findings += [finding for finding in find_spins(process) if not jobs.polls(finding)]
        findings += find_held_loops(process)
        findings += find_script_reads(process)
        findings += find_crash(process)
        findings += find_unknowable(process)
        findings += find_truncated(process)
        findings += find_unseen_threads(process)
    if story is not None:
        recovering = find_fault_recovery(processes, story, findings)
        findings = [*spare_suspended(findings, story), *recovering, *find_log_faults(processes, story)]
    return sorted(findings, key=_rank)


def _reported(
    graph: WaitGraph, reduction: Reduction, findings: Sequence[Finding]
) -> tuple[set[tuple[str, int | str]], set[tuple[str, int | str]]]:
    """(threads that these findings are about, those that wait behind them), as (process, thread)."""
    reported = {(process.id, track.key) for finding in findings for process, track in finding.threads}
    around = {process.id for finding in findings for process in finding.processes}
    held = {(node.process.id, node.track.key) for node in map(graph.nodes.__getitem__, reduction.held) if node.process and node.track}
    return reported, {each for each in held if each[0] in around}


def _rank(finding: Finding) -> tuple[int, ...]:
    """The gravest first; of equally grave ones that with the higher verdict, then the surer, then that which holds up most."""
    verdict = VERDICTS.index(VERDICT_OF[finding.kind]) if finding.kind in VERDICT_OF else len(VERDICTS)
    return _GRAVE[finding.severity], verdict, _SURE[finding.confidence], -(len(finding.threads) + finding.behind + finding.perhaps_behind)


def leading(findings: Sequence[Finding], verdict: str) -> Finding | None:
    """The finding that a verdict rests on."""
    return next((finding for finding in findings if finding.supports_verdict and VERDICT_OF.get(finding.kind) == verdict), None)
