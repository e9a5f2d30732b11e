"""A cause that holds a pool: all of its workers wait for what only a worker could bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from stackan.diagnose.evidence.answers_across import explain_across, waits_across
from stackan.diagnose.evidence.blocked_behind import BlockedThreads, more_behind
from stackan.diagnose.evidence.declared_pools import explain_declared, explain_eliminated, rests_on_guess
from stackan.diagnose.evidence.doing import wanted
from stackan.diagnose.evidence.levels import Levels, levels_of
from stackan.diagnose.evidence.listed_jobs import advise_on_jobs, jobs_of, quote_jobs
from stackan.diagnose.evidence.moments import doubt_of_one
from stackan.diagnose.evidence.quotes import collect_quotes, sample
from stackan.diagnose.evidence.side_doors import advise_by_side_doors, side_doors
from stackan.model.facts import Fact, PoolOf, Wanted, fact
from stackan.model.finding import CRITICAL, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.process import Pool, Process
from stackan.model.rules import FrameRule
from stackan.model.track import Track
from stackan.model.waitgraph import Cause, WaitGraph

_QUOTED = 64  # workers whose waits are quoted: the claim is about all of them
_ADVICE = ("cancel-a-task-from-outside", "no-task-waits-for-its-own-pool")
_ADVICE_HOLDER = ("core-then-restart", "hold-nothing-that-tasks-need")
_ADVICE_ACROSS = ("give-up-a-call", "calls-need-time-outs")

Pools = Sequence[tuple[Process, Pool]]


def find_exhaustion(graph: WaitGraph, cause: Cause, held: Collection[int], blocked: BlockedThreads) -> Finding | None:
    """The finding for one cause: its exhausted pools with all levels above them, and the threads outside of them that the proof needs.

    None where a pool of the cause is blocked without being exhausted (it was seen free or moving).
    """
    if not any(pool.exhausted for pool in (graph.nodes[node].pool for node in cause.nodes) if pool is not None):
        return None
    levels = levels_of(graph, cause, held)
    nodes = [graph.nodes[node] for node in levels.nodes]
    pools = [(node.process, node.pool) for node in map(graph.nodes.__getitem__, levels.pools(graph)) if node.process and node.pool]
    workers = [(process, track) for process, pool in pools for track in pool.workers]
    known = {(process.id, track.key) for process, track in workers}
    others = [
        (node.process, node.track) for node in nodes if node.process and node.track and (node.process.id, node.track.key) not in known
    ]
    threads = (*workers, *others)
    processes = tuple({process.id: process for process, _ in threads}.values())
    behind = blocked.count(cause, len(threads))
    guessed = rests_on_guess(graph, cause)
    confidence = LIKELY if _snapshots(processes) > 1 and (not guessed or _do_nothing_new(processes)) else POSSIBLE
    across = any(waits_across(track) for _, track in workers)
    awaiting = _awaiting_their_work([track for _, track in workers], [track for _, track in others])
    jobs = jobs_of(processes)
    return Finding(
        kind="worker-exhaustion",
        severity=WARNING if confidence == POSSIBLE else CRITICAL,
        confidence=confidence,
        title=(_title([track for _, track in workers], pools, processes),),
        reasons=(*_explain(graph, levels, processes, [track for _, track in workers], pools, awaiting), *more_behind(behind)),
        doubts=(
            *([fact("holds-if-all-nodes-are-here")] if guessed else []),
            *([fact("table-is-no-proof")] if across else []),
            *([doubt_of_one(processes)] if _snapshots(processes) == 1 else []),
        ),
        threads=threads,
        resources=tuple(f"pool {pool.name}" for _, pool in pools),
        evidence=collect_quotes([sample(threads, _QUOTED), quote_jobs(jobs)]),
        advice=(*advise_on_jobs(jobs), *_advise(pools, processes, across, awaiting)),
        processes=processes,
        behind=behind,
    )


def _do_nothing_new(processes: Sequence[Process]) -> bool:
    """Whether each of several processes lacks a free worker for any new work: whoever should answer them, they wait for each other, too."""
    return len(processes) > 1 and all(any(pool.vital and pool.exhausted for pool in process.pools) for process in processes)


def _snapshots(processes: Sequence[Process]) -> int:
    return min(len(process.dumps) for process in processes)


def _title(workers: Sequence[Track], pools: Pools, processes: Sequence[Process]) -> Fact:
    names = tuple({pool.name: pool for _, pool in pools}.values())
    if len(processes) > 1:
        return fact("workers-wait-for-each-others-work", pools=names, processes=tuple(processes), count=len(workers))
    if any(pool.vital for pool in names) and len(names) > 1:
        return fact("none-can-become-free", pools=names, count=len(workers))
    alike = Counter((id(track.place), id(track.newest.awaited)) for track in workers)  # equal ones mostly are the same object
    first = {(id(track.place), id(track.newest.awaited)): track for track in reversed(workers)}
    wants: Counter[Wanted] = Counter()
    for key, number in alike.items():
        wants[_wanted_by_worker(first[key])] += number
    what, most = wants.most_common(1)[0]
    return fact("workers-all-wait", pools=names, count=len(workers), what=what, most=most if most < len(workers) else None)


def _wanted_by_worker(track: Track) -> Wanted:
    if waits_across(track):
        return Wanted("socket", only="answer")
    return Wanted("future", only="task") if track.place.kind == "future" or track.place.task else wanted(track)


def _awaiting_their_work(workers: Sequence[Track], others: Sequence[Track]) -> Track | None:
    """The thread outside of the pools that waits for their work, where no worker does: it has what they wait for."""
    if any(map(_awaits_work, workers)):
        return None
    return next(filter(_awaits_work, others), None)


def _awaits_work(track: Track) -> bool:
    return track.place.task or track.place.kind == "future"


def _explain(
    graph: WaitGraph, levels: Levels, processes: Sequence[Process], workers: Sequence[Track], pools: Pools, awaiting: Track | None
) -> list[Fact]:
    snapshots = _snapshots(processes)
    facts = [fact("no-worker-is-free", count=len(workers), snapshots=snapshots)]
    serving = next((pool for _, pool in pools if pool.serves), None)
    if serving is not None:
        facts.append(fact("pool-serves", work=serving.serves, pool=serving if len(pools) > 1 else None))
    facts += _explain_wait(graph, levels, workers, pools, snapshots, awaiting)
    doors = side_doors(processes)
    accepting = any(track.place.role in ("acceptor", "listener") for process in processes for track in process.tracks)
    if accepting:
        facts.append(fact("acceptor-is-alive"))
    if (accepting or serving is not None) and not any(door.idle for _, door in doors):
        facts.append(fact("canceling-needs-a-free-thread"))
    for process, door in doors:
        name = "side-door-is-idle" if door.idle else "side-door-is-busy"
        facts.append(fact(name, pool=door if len(processes) == 1 else PoolOf(door, process)))
    return facts


def _explain_wait(
    graph: WaitGraph, levels: Levels, workers: Sequence[Track], pools: Pools, snapshots: int, awaiting: Track | None
) -> list[Fact]:
    """Why only a worker of these pools could end what their workers wait for."""
    declared, rule = explain_declared(graph, levels.nodes, snapshots), _pool_bound(workers)
    eliminated = explain_eliminated(graph, levels.nodes)
    if declared or eliminated:
        return declared + eliminated
    if rule is not None and rule.kind == "database-lock":
        return [fact("held-by-an-idle-client", what=Wanted(rule.kind, rule.what))]
    if rule is not None:
        return [fact("only-this-pool-can-bring", what=Wanted(rule.kind, rule.what or rule.id), rule=rule.id)]
    if any(map(waits_across, workers)):
        return explain_across(pools)
    movers = "nothing-else-delivers" if snapshots > 1 else "one-snapshot-shows-no-deliverer"
    tasks = fact("holder-awaits-their-work", thread=awaiting) if awaiting is not None else fact("tasks-wait-for-tasks", count=len(pools))
    return [tasks, fact(movers)]


def _advise(pools: Pools, processes: Sequence[Process], across: bool, awaiting: Track | None) -> tuple[Fact, ...]:
    """Steps in the order of least harm: what a side door allows, or how to do without it, and then the pool's own."""
    doors = advise_by_side_doors(processes)
    pool = next((pool for _, pool in pools if pool.advice), None)
    if pool is not None or doors:
        return (*doors, *(fact("profile-says", text=step) for step in (pool.advice if pool is not None else ())))
    return tuple(map(fact, _ADVICE_ACROSS if across else _ADVICE if awaiting is None else _ADVICE_HOLDER))


def _pool_bound(tracks: Sequence[Track]) -> FrameRule | None:
    """The rule that says that a worker of the pool itself has to release what they wait for."""
    rules = (track.place.rule for track in tracks)
    return next((rule for rule in rules if rule is not None and rule.release == "pool"), None)
