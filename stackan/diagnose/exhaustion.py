"""A cause that holds a pool: all of its workers wait for what only a worker could bring."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.across import explain_across, waits_across
from stackan.diagnose.behind import Victims, tell_behind
from stackan.diagnose.dependence import rests_on_guess, tell_dependence
from stackan.diagnose.quotes import sample
from stackan.diagnose.words import describe_wait, in_any, listed
from stackan.model.finding import CRITICAL, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.process import Pool, Process
from stackan.model.rules import FrameRule
from stackan.model.track import Track
from stackan.model.waitgraph import Cause, WaitGraph

_QUOTED = 64  # workers whose waits are quoted: the claim is about all of them
_ADVICE = (
    "Cancel one of the waiting tasks from outside if the server has a side door that needs no worker of this pool; "
    "else save a core and restart it.",
    "A task of a pool must not wait for another task of the same pool: give subtasks a pool of their own, or let the waiter run them.",
)
_ADVICE_ACROSS = (
    "Have one of the processes give up a call: end its connection (`ss -K` of that address), or restart the smaller of the processes; "
    "save a core of each before.",
    "Calls between servers need a time-out, and a server that is called back needs workers of its own for that.",
)
_LOOP = (
    "Why nothing helps from inside: no thread is free <- a job would have to be canceled <- canceling needs a connection "
    "<- a connection needs a free thread."
)


def exhaustion(graph: WaitGraph, cause: Cause, victims: Victims) -> Finding | None:
    """The finding for one cause: its exhausted pools, and the threads outside of them that the proof needs.

    None where a pool of the cause is blocked without being exhausted (it was seen free or moving).
    """
    nodes = [graph.nodes[node] for node in cause.nodes]
    pools = [(node.process, node.pool) for node in nodes if node.process and node.pool and node.pool.exhausted]
    if not pools:
        return None
    workers = [(process, track) for process, pool in pools for track in pool.workers]
    known = {(process.id, track.key) for process, track in workers}
    others = [
        (node.process, node.track) for node in nodes if node.process and node.track and (node.process.id, node.track.key) not in known
    ]
    threads = (*workers, *others)
    processes = tuple({process.id: process for process, _ in threads}.values())
    behind = victims.count(cause)
    compared = min(len(process.dumps) for process in processes) > 1
    confidence = LIKELY if compared and not rests_on_guess(graph, cause) else POSSIBLE
    names = listed(list(dict.fromkeys(pool.name for _, pool in pools)))
    wait = f"all {len(workers)} workers wait" if len(workers) > 1 else "its only worker waits"
    awaited = _most_wait_for([track for _, track in workers])
    if len(processes) > 1:
        names += f" of {len(processes)} processes" if len(processes) > 2 else f" of {processes[0].id} and {processes[1].id}"
        awaited = "each other's work"
    across = any(waits_across(track) for _, track in workers)
    advice = next((pool.advice for _, pool in pools if pool.advice), _ADVICE_ACROSS if across else _ADVICE)
    return Finding(
        kind="worker-exhaustion",
        severity=WARNING if confidence == POSSIBLE else CRITICAL,
        confidence=confidence,
        title=f"{names}: {wait} for {awaited}",
        explanation=_explain(graph, cause, processes, [track for _, track in workers], pools) + tell_behind(behind, "them"),
        threads=threads,
        resources=tuple(f"pool {pool.name}" for _, pool in pools),
        evidence=sample(threads, _QUOTED),
        advice=advice,
        processes=processes,
        behind=behind,
    )


def _explain(
    graph: WaitGraph, cause: Cause, processes: Sequence[Process], workers: Sequence[Track], pools: Sequence[tuple[Process, Pool]]
) -> str:
    words = f"None of the {len(workers)} workers is free {in_any(min(len(process.dumps) for process in processes))}. "
    served = next((pool.serves for _, pool in pools if pool.serves), "")
    if served:
        words += f"They serve {served}. "
    rule, declared = _pool_bound(workers), tell_dependence(graph, cause)
    if declared:
        words += " ".join(declared)
        if rests_on_guess(graph, cause):
            words += " That holds if the dumps of all nodes are here: give those of every node."
    elif rule is not None and rule.kind == "database-lock":
        words += (
            f"What they wait for, {rule.what}, is released when its holder's transaction ends. No thread of this process works for the "
            "holder: it is in no stack, so it is most likely a client that is idle between statements, and its COMMIT, or a KILL, needs a "
            "worker of this pool to be read."
        )
    elif rule is not None:
        words += f"What they wait for, {rule.what or rule.id}, only a worker of this pool can bring, as the profile's rule {rule.id} says."
    elif any(map(waits_across, workers)):
        words += explain_across(pools)
    else:
        runs = (
            "only a worker of a pool whose workers all wait can run that"
            if len(pools) == 1
            else "only a worker of these pools can run that"
        )
        words += f"Each runs a task that waits for the result of another task, and {runs}. "
        if min(len(process.dumps) for process in processes) > 1:
            words += "Nothing else in the process was seen moving that could deliver it."
        else:
            words += "Whether anything else moves that could deliver it takes a second snapshot to tell."
    accepting = any(track.place.role in ("acceptor", "listener") for process in processes for track in process.tracks)
    if accepting:
        words += " A thread that accepts connections is alive: connects may succeed while logins and statements wait unanswered."
    if accepting or served:
        words += f" {_LOOP}"
    for door in (pool for process in processes for pool in process.pools if pool.side_door):
        words += f" {door.name} {'is idle: use it' if door.idle else 'is not free, either'}."
    return words


def _pool_bound(tracks: Sequence[Track]) -> FrameRule | None:
    """The rule that says that a worker of the pool itself has to release what they wait for."""
    rules = (track.place.rule for track in tracks)
    return next((rule for rule in rules if rule is not None and rule.release == "pool"), None)


def _most_wait_for(tracks: Sequence[Track]) -> str:
    words: dict[str, int] = {}
    for track in tracks:
        task = track.place.kind == "future" or track.place.task
        wait = "each other to answer" if waits_across(track) else "the result of another task" if task else describe_wait(track)
        words[wait] = words.get(wait, 0) + 1
    best, number = max(words.items(), key=lambda item: item[1])
    return best if number == len(tracks) else f"{best} ({number} of them)"
