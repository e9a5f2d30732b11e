"""A cause without a pool: threads that wait for each other, or one for itself."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.behind import Victims, tell_behind
from stackan.diagnose.peers import NO_PROOF, link_of, shown
from stackan.diagnose.quotes import collect_quotes, is_logged, quote_edge, quote_wait
from stackan.diagnose.words import label, listed
from stackan.model.finding import CERTAIN, CRITICAL, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.place import LOCALS, RECORDED
from stackan.model.process import Process
from stackan.model.track import Track
from stackan.model.waitgraph import MAY_COME, ONLY_BY, Cause, Edge, WaitGraph

_ADVICE = (
    "Save this dump and a core (gcore PID) before anything else: the locks' state is lost with the process.",
    "Only ending one of the threads' work frees the others; without a way to cancel it the process has to be restarted.",
    "Have the code take these locks in one order everywhere.",
)
_ADVICE_SELF = (
    "Nothing in this process can free the thread: save a core (gcore PID), then restart it.",
    "Signal handlers may call async-signal-safe functions only, and a plain mutex may be locked once; see signal-safety(7).",
)
_ADVICE_ALONE = (
    "Nothing can free the process: save a core (gcore PID), then end it; its parent goes on.",
    "Between fork() and exec() the child of a process with threads may call async-signal-safe functions only: fork(2), pthread_atfork(3).",
)


_ADVICE_LINKED = (
    "Save these dumps, the table and a core of each process (gcore PID) before anything else.",
    "Ending one of the connections (`ss -K` of its address) or one of the processes frees the others.",
    "Have one side give up after a while, and never write, or wait for an answer, before what the other side has sent is read.",
)


def deadlock(graph: WaitGraph, cause: Cause, victims: Victims) -> Finding:
    """The finding for one cause, with its shortest cycle as the proof."""
    edges = [_edge(graph, node, cause.cycle[(at + 1) % len(cause.cycle)]) for at, node in enumerate(cause.cycle)]
    nodes = [graph.nodes[node] for node in cause.cycle]
    threads = tuple((node.process, node.track) for node in nodes if node.process is not None and node.track is not None)
    own = len(threads) == 1
    confidence = _confidence(edges, threads)
    alone = own and any(edge.words == ONLY_BY for edge in edges)
    explanation = _chain(graph, edges)
    if alone:
        explanation += (
            " The lock is private to a process that has no other thread: whoever held it when the process was forked was not copied,"
            " or has ended, or it is the thread itself."
        )
    behind = victims.count(cause)
    explanation += tell_behind(behind, "it" if own else "them")
    logged = [track for _, track in threads if track.newest.awaited is not None and track.newest.awaited.log is not None]
    if logged:
        who = " and ".join(map(label, logged[:2])) if len(logged) < 3 else f"{len(logged)} of them"
        explanation += f" Which latch holds up {who} is what the server's own log says; the dumps agree, and print no address."
    doubtful = [edge for edge in edges if not edge.sure]
    if any(edge.evidence == RECORDED and not is_logged(graph, edge) for edge in doubtful):
        explanation += " An owner was printed in an earlier snapshot; its thread has stood still since then."
    if any(edge.evidence != RECORDED and not is_logged(graph, edge) for edge in doubtful):
        explanation += " A guard among these locals may be left over from an earlier call, so this is no proof."
    if any(is_logged(graph, edge) for edge in doubtful):
        explanation += " The log is not of the moment of the dump, so this is no proof."
    linked = [track for _, track in threads if link_of(track) is not None]
    if linked:
        explanation += f" {NO_PROOF}"
    if confidence == POSSIBLE:
        explanation += " One snapshot cannot prove it: take a second one."
    return Finding(
        kind="self-deadlock" if own else "deadlock",
        severity=WARNING if confidence == POSSIBLE else CRITICAL,
        confidence=confidence,
        title=_title([track for _, track in threads], alone),
        explanation=explanation,
        threads=threads,
        resources=tuple(dict.fromkeys(node.label for node in nodes if node.kind == "resource")),
        evidence=collect_quotes([*(quote_edge(graph, edge) for edge in edges), *map(quote_wait, [*logged, *linked])]),
        advice=_ADVICE_LINKED if linked else _ADVICE_ALONE if alone else _ADVICE_SELF if own else _ADVICE,
        processes=tuple({process.id: process for process, _ in threads}.values()),
        behind=behind,
    )


def _edge(graph: WaitGraph, waiter: int, supplier: int) -> Edge:
    return next(edge for edge in graph.out[waiter] if edge.supplier == supplier)


def _title(tracks: Sequence[Track], alone: bool) -> str:
    if alone:
        return f"{label(tracks[0])} waits for a lock that nobody is left to release"
    if len(tracks) == 1:
        return f"{label(tracks[0])} waits for what it holds itself"
    more = [f"{len(tracks) - 3} more"] if len(tracks) > 3 else []
    return f"{listed([*map(label, tracks[:3]), *more])} wait for each other"


def _confidence(edges: Sequence[Edge], threads: Sequence[tuple[Process, Track]]) -> str:
    """What a cycle proves.

    Which object a thread waits for is exact where the dump prints it; who owns the object has to be shown, too.  A dump
    that looks at one thread after the other (eu-stack), and dumps of several processes, show cycles that never were: one such
    snapshot proves nothing.
    """
    snapshots = min(len(process.dumps) for process, _ in threads)
    if any(link_of(track) is not None for _, track in threads):
        return LIKELY if snapshots > 1 else POSSIBLE
    one_process = len({process.id for process, _ in threads}) == 1
    at_one_instant = one_process and all(dump.traits.instant for process, _ in threads for dump in process.dumps)
    if snapshots < 2 and not at_one_instant:
        return POSSIBLE
    shown = [edge.evidence in (RECORDED, LOCALS) and edge.sure for edge in edges if edge.words != "waits for"]
    if all(shown):
        return LIKELY if any(track.place.timed for _, track in threads) else CERTAIN
    return LIKELY if snapshots > 1 or any(shown) or len(threads) == 1 else POSSIBLE


def _chain(graph: WaitGraph, edges: Sequence[Edge]) -> str:
    """The cycle in words: A waits for mutex 0x1, which is held by B (locals of frame 6, line 231), which waits for …"""
    words = graph.nodes[edges[0].waiter].label
    for at, edge in enumerate(edges):
        where = f"{edge.evidence} of frame {edge.frame}" if edge.frame is not None else edge.evidence
        text = f"{edge.source} " if is_logged(graph, edge) else ""
        waiter = graph.nodes[edge.waiter].track
        link = link_of(waiter) if waiter is not None else None
        by = f" ({where}, {text}line {edge.line})" if edge.line and edge.words != "waits for" else ""
        by = f" (descriptor {link.own.descriptor}: {shown(link)})" if link is not None else by
        relation = edge.words
        if relation == MAY_COME:
            relation, by = "can come only from" if len(graph.out[edge.waiter]) == 1 else relation, ""
        words += f"{', which' if at else ''} {relation} {graph.nodes[edge.supplier].label}{by}"
    return words + "."
