"""A cause of several processes without a pool by any name: all threads of one make in each wait for answers of the other's.

    process 1: asks ← start_thread, twice, each waits for an answer of process 2
    process 2: asks ← start_thread, twice, each waits for an answer of process 1, where requests lie that nobody takes

What threads of one entry serve is a pool, whatever it is called, where a request lies unread and each of them waits.  Two threads that read
from each other are no such thing: there it is not the number of threads that is too small.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.answers_across import explain_across, waits_across
from stackan.diagnose.evidence.blocked_behind import BlockedThreads, more_behind
from stackan.diagnose.evidence.moments import doubt_of_one
from stackan.diagnose.evidence.other_ends import link_of
from stackan.diagnose.evidence.quotes import collect_quotes, sample
from stackan.model.facts import fact
from stackan.model.finding import CRITICAL, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.process import Pool, Process
from stackan.model.rules import Phrase
from stackan.model.track import Track, mode_of
from stackan.model.waitgraph import Cause, WaitGraph

_QUOTED = 64  # workers whose waits are quoted: the claim is about all of them
_ADVICE = ("give-up-a-call", "calls-need-time-outs")

Crew = tuple[Process, Pool]


def find_mutual_requests(graph: WaitGraph, cause: Cause, blocked: BlockedThreads) -> Finding | None:
    """The finding for one cause; None where threads of one make do not all wait for answers, or no request lies with any of them."""
    crews = _crews(graph, cause)
    if len(crews) < 2 or not all(map(_asks_in_vain, crews)):
        return None
    workers = [(process, track) for process, crew in crews for track in crew.workers]
    processes = tuple(process for process, _ in crews)
    names = tuple({crew.name: crew for _, crew in crews}.values())
    compared = min(len(process.dumps) for process in processes) > 1
    behind = blocked.count(cause, len(workers))
    return Finding(
        kind="worker-exhaustion",
        severity=CRITICAL if compared else WARNING,
        confidence=LIKELY if compared else POSSIBLE,
        title=(fact("workers-wait-for-each-others-work", pools=names, processes=processes, count=len(workers)),),
        reasons=(*explain_across(crews), *more_behind(behind)),
        doubts=(fact("table-is-no-proof"), *([] if compared else [doubt_of_one(processes)])),
        threads=tuple(workers),
        resources=tuple(f"pool {crew.name}" for crew in names),
        evidence=collect_quotes([sample(workers, _QUOTED)]),
        advice=tuple(map(fact, _ADVICE)),
        processes=processes,
        behind=behind,
    )


def _crews(graph: WaitGraph, cause: Cause) -> list[Crew]:
    """The threads of each process in a cause, none at all if they are not all of one make."""
    members: dict[str, tuple[Process, list[Track]]] = {}
    for node in map(graph.nodes.__getitem__, cause.nodes):
        if node.process is not None and node.track is not None:
            members.setdefault(node.process.id, (node.process, []))[1].append(node.track)
    if any(len(tracks) < 2 or len({track.place.application[-1:] for track in tracks}) > 1 for _, tracks in members.values()):
        return []
    return [(process, _crew(tracks)) for process, tracks in members.values()]


def _crew(tracks: Sequence[Track]) -> Pool:
    entry = tracks[0].place.purpose
    return Pool(
        name=Phrase(entry), dispatch="", members=tuple(tracks), workers=tuple(tracks), idle=0, blocked=len(tracks), progressing=0,
        exhausted=True, growable=False, evidence=fact("calls-its-tasks", count=len(tracks), function=entry), declared=False,
        serves=Phrase(""), advice=(),
    )  # fmt: skip


def _asks_in_vain(crew: Crew) -> bool:
    """Whether all wait for an answer of another process, with which a request lies that nobody has taken."""
    tracks = crew[1].workers
    links = [link for track in tracks if (link := link_of(track)) is not None]
    return all(waits_across(track) and mode_of(track) == "read" for track in tracks) and any(link.unread or link.queued for link in links)
