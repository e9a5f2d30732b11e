"""A cause that holds a pool: all of its workers wait for what only a worker could bring."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.quotes import sample
from stackan.diagnose.words import describe_wait, in_any
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
_LOOP = (
    "Why nothing helps from inside: no thread is free <- a job would have to be canceled <- canceling needs a connection "
    "<- a connection needs a free thread."
)


def exhausted_pools(graph: WaitGraph, cause: Cause) -> list[Finding]:
    """A finding for each exhausted pool of the cause."""
    nodes = [graph.nodes[node] for node in cause.nodes]
    return [_finding(node.process, node.pool) for node in nodes if node.pool and node.process and node.pool.exhausted]


def _finding(process: Process, pool: Pool) -> Finding:
    confidence = LIKELY if len(process.dumps) > 1 else POSSIBLE
    threads = tuple((process, track) for track in pool.workers)
    size = len(threads)
    workers = f"all {size} workers wait" if size > 1 else "its only worker waits"
    return Finding(
        kind="worker-exhaustion",
        severity=WARNING if confidence == POSSIBLE else CRITICAL,
        confidence=confidence,
        title=f"{pool.name}: {workers} for {_most_wait_for(pool.workers)}",
        explanation=_explain(process, pool),
        threads=threads,
        resources=(f"pool {pool.name}",),
        evidence=sample(threads, _QUOTED),
        advice=(*(pool.advice or _ADVICE), _LOOP),
        processes=(process,),
    )


def _explain(process: Process, pool: Pool) -> str:
    words = f"None of the {len(pool.workers)} workers is free {in_any(len(process.dumps))}. "
    rule = _pool_bound(pool.workers)
    if rule is not None:
        words += (
            f"What they wait for, {rule.what}, is released when its holder's transaction ends. No thread of this process works for the "
            "holder: it is in no stack, so it is a client that is idle between statements, and its COMMIT, or a KILL, needs a worker of "
            "this pool to be read."
        )
    else:
        words += (
            "Each runs a task that waits for the result of another task, and only a worker of a pool whose workers all wait can run "
            "that. Nothing else in the process was seen moving that could deliver it."
        )
    if any(track.place.role == "acceptor" for track in process.tracks):
        words += " The thread that accepts connections is alive: connects succeed, but logins and statements wait unanswered."
    return words


def _pool_bound(tracks: Sequence[Track]) -> FrameRule | None:
    """The rule that says that a worker of the pool itself has to release what they wait for."""
    rules = (track.place.rule for track in tracks)
    return next((rule for rule in rules if rule is not None and rule.release == "pool"), None)


def _most_wait_for(tracks: Sequence[Track]) -> str:
    words: dict[str, int] = {}
    for track in tracks:
        wait = "the result of another task" if track.place.kind == "future" else describe_wait(track)
        words[wait] = words.get(wait, 0) + 1
    best, number = max(words.items(), key=lambda item: item[1])
    return best if number == len(tracks) else f"{best} ({number} of them)"
