"""A cause without a pool: threads that wait for each other, or one for itself."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.advice import advise_on_sessions
from stackan.diagnose.evidence.blocked_behind import BlockedThreads, more_behind
from stackan.diagnose.evidence.doing import wanted
from stackan.diagnose.evidence.moments import doubt_of_one
from stackan.diagnose.evidence.other_ends import link_of, shown
from stackan.diagnose.evidence.quotes import collect_quotes, is_logged, quote_edge, quote_wait
from stackan.model.facts import Fact, Shown, Value, fact
from stackan.model.finding import CERTAIN, CRITICAL, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.place import INFERRED, LOCALS, RECORDED
from stackan.model.process import Process
from stackan.model.track import Track, held_by
from stackan.model.waitgraph import END_OF, HELD_BY, MAY_COME, ONLY_BY, TRANSACTION_OF, WAITS_FOR, Cause, Edge, Node, WaitGraph

_ADVICE = tuple(map(fact, ("save-dump-and-core", "end-one-of-them", "lock-in-one-order")))
_ADVICE_SELF = tuple(map(fact, ("core-then-restart", "signal-handlers-and-plain-mutexes")))
_ADVICE_UPGRADE = tuple(map(fact, ("core-then-restart", "give-back-before-writing")))
_ADVICE_WRITER = tuple(map(fact, ("core-then-restart", "no-second-lock-while-writing")))
_ADVICE_ALONE = tuple(map(fact, ("core-then-end-child", "between-fork-and-exec")))
_BY_THREAD = {END_OF: "waits-for-end-of", TRANSACTION_OF: "waits-for-transaction-of"}  # no object stands between the two
_ADVICE_LINKED = tuple(map(fact, ("save-dumps-table-and-cores", "end-a-connection", "give-up-after-a-while")))


def find_deadlock(graph: WaitGraph, cause: Cause, blocked: BlockedThreads) -> Finding:
    """The finding for one cause, with its shortest cycle as the proof."""
    edges = [_edge(graph, node, cause.cycle[(at + 1) % len(cause.cycle)]) for at, node in enumerate(cause.cycle)]
    nodes = [graph.nodes[node] for node in cause.cycle]
    threads = tuple((node.process, node.track) for node in nodes if node.process is not None and node.track is not None)
    own = len(threads) == 1
    confidence = _confidence(edges, threads)
    alone = own and any(edge.relation == ONLY_BY for edge in edges)
    behind = blocked.count(cause)
    linked = [track for _, track in threads if link_of(track) is not None]
    logged = [track for _, track in threads if track.newest.awaited is not None and track.newest.awaited.is_logged and track not in linked]
    listed = [track for track in logged if track.place.kind == "database-lock"]
    steps = _ADVICE_LINKED if linked else _ADVICE_ALONE if alone else _advise_one(nodes, threads[0][1]) if own else _ADVICE
    if listed:
        rule = listed[0].place.rule
        steps = advise_on_sessions(listed) or tuple(fact("profile-says", text=step) for step in (rule.advice if rule is not None else ()))
    return Finding(
        kind="self-deadlock" if own else "deadlock",
        severity=WARNING if confidence == POSSIBLE else CRITICAL,
        confidence=confidence,
        title=(_title([track for _, track in threads], alone),),
        reasons=(
            *_chain(graph, edges),
            *([fact("lock-of-a-forked-child")] if alone else []),
            *more_behind(behind),
            *([fact("transactions-in-a-circle")] if listed else [fact("latch-named-by-log", threads=tuple(logged))] if logged else []),
        ),
        doubts=_doubts(graph, edges, bool(linked), confidence, threads),
        threads=threads,
        resources=tuple(dict.fromkeys(node.label for node in nodes if node.kind == "resource")),
        evidence=collect_quotes([*(quote_edge(graph, edge) for edge in edges), *map(quote_wait, [*logged, *linked])]),
        advice=steps,
        processes=tuple({process.id: process for process, _ in threads}.values()),
        behind=behind,
        holders=tuple(track for _, track in threads),
    )


def _advise_one(nodes: Sequence[Node], track: Track) -> tuple[Fact, ...]:
    lock = next((node for node in nodes if node.resource == "rwlock"), None)
    if lock is None:
        return _ADVICE_SELF
    reads = any(hold.shared for _, hold in held_by(track) if hold.address == lock.address)
    return _ADVICE_UPGRADE if reads else _ADVICE_WRITER


def _edge(graph: WaitGraph, waiter: int, supplier: int) -> Edge:
    return next(edge for edge in graph.out[waiter] if edge.supplier == supplier)


def _title(tracks: Sequence[Track], alone: bool) -> Fact:
    if alone:
        return fact("nobody-left-to-release", thread=tracks[0])
    if len(tracks) == 1:
        return fact("waits-for-itself", thread=tracks[0])
    return fact("wait-for-each-other", threads=tuple(tracks))


def _confidence(edges: Sequence[Edge], threads: Sequence[tuple[Process, Track]]) -> str:
    """How much a cycle proves.

    The object that a thread waits for is exact where the dump prints it; its owner has to be shown, too.  A dump
    that looks at one thread after the other (eu-stack), and dumps of several processes, show cycles that never were: one such
    snapshot proves nothing, unless the waits themselves were read from the live processes at one instant.  Tables of waits that were read
    process by process are less than any number of them: two healthy processes show circles in them again and again.
    """
    snapshots = min(len(process.dumps) for process, _ in threads)
    if any(link_of(track) is not None for _, track in threads):
        return LIKELY if snapshots > 1 else POSSIBLE
    one_process = len({process.id for process, _ in threads}) == 1
    moments = {_moment(track) for _, track in threads}
    alive = "" not in moments and (one_process or len(moments) == 1)
    if snapshots < 2 and not alive and not (one_process and all(dump.traits.instant for process, _ in threads for dump in process.dumps)):
        return POSSIBLE
    shown = [edge.evidence in (RECORDED, LOCALS) and edge.sure for edge in edges if edge.relation != WAITS_FOR]
    if all(shown):
        apart = not one_process and "" not in moments and not alive
        return LIKELY if apart or any(track.place.timed or _is_guessed(track) for _, track in threads) else CERTAIN
    return LIKELY if snapshots > 1 or any(shown) or len(threads) == 1 else POSSIBLE


def _moment(track: Track) -> str:
    """The instant in which the wait was read from the live process; nothing of any other."""
    sighting = track.newest
    if sighting.awaited is None or not (sighting.awaited.is_read_alive or sighting.dump.traits.alive):
        return ""
    return sighting.dump.facts.moment if sighting.awaited.log is None else sighting.awaited.log.moment


def _is_guessed(track: Track) -> bool:
    """Whether the dump does not print what a thread waits for, and only one object is left that it can be."""
    awaited = track.newest.awaited
    return awaited is not None and awaited.evidence == INFERRED


def _doubts(
    graph: WaitGraph, edges: Sequence[Edge], linked: bool, confidence: str, threads: Sequence[tuple[Process, Track]]
) -> tuple[Fact, ...]:
    processes, tracks = zip(*threads)
    doubtful = [(edge.evidence == RECORDED, is_logged(graph, edge)) for edge in edges if not edge.sure and edge.evidence != INFERRED]
    names = {
        "owner-printed-earlier": (True, False) in doubtful,
        "guard-is-no-proof": (False, False) in doubtful,
        "mentions-are-no-proof": any(not edge.sure and edge.evidence == INFERRED for edge in edges),
        "wanted-monitor-is-inferred": any(map(_is_guessed, tracks)),
        "log-is-no-proof": any(logged for _, logged in doubtful),
        "table-is-no-proof": linked,
    }
    doubts = tuple(fact(name) for name, holds in names.items() if holds)
    return doubts if confidence != POSSIBLE else (*doubts, doubt_of_one(processes))


def _chain(graph: WaitGraph, edges: Sequence[Edge]) -> list[Fact]:
    """The cycle, a fact for each thread in it: the object it waits for, the thread that holds or brings that, and the evidence."""
    if graph.nodes[edges[0].waiter].track is None:
        edges = [*edges[1:], edges[0]]
    facts: list[Fact] = []
    following = iter(edges)
    for edge in following:
        track = graph.nodes[edge.waiter].track
        names = {"waiter": _named(graph.nodes[edge.waiter]), "supplier": _named(graph.nodes[edge.supplier])}
        if edge.relation == END_OF and track is not None and track.place.kind != "thread":  # the dump names the owner, and not the lock
            facts.append(fact("waits-held-by", **names, what=wanted(track), shown=_shown(graph, edge)))
        elif edge.relation in _BY_THREAD:
            facts.append(fact(_BY_THREAD[edge.relation], **names, shown=_shown(graph, edge)))
        else:
            facts.append(_step(graph, edge, next(following)))
    return facts


def _step(graph: WaitGraph, wait: Edge, behind: Edge) -> Fact:
    """A thread that waits for an object, and the thread that holds or brings that."""
    waiter = graph.nodes[wait.waiter].track
    link = link_of(waiter) if waiter is not None else None
    alone = behind.relation == MAY_COME and len(graph.out[behind.waiter]) == 1
    inferred = behind.relation == HELD_BY and behind.evidence == INFERRED
    return fact(
        "waits-comes-only-from" if alone else "waits-seems-held-by" if inferred else f"waits-{behind.relation}",
        waiter=_named(graph.nodes[wait.waiter]),
        what=_named(graph.nodes[wait.supplier]),
        supplier=_named(graph.nodes[behind.supplier]),
        shown=shown(link) if link is not None else _shown(graph, behind),
        descriptor=link.own.descriptor if link is not None else None,
        connection=link.name if link is not None else None,
    )


def _named(node: Node) -> Value:
    """A node as a sentence may name it."""
    return node.track or node.pool or node.what or node.label


def _shown(graph: WaitGraph, edge: Edge) -> Shown | None:
    line = edge.line if edge.relation != MAY_COME else 0
    return Shown(edge.evidence, line, edge.frame, edge.source if _lies_beside(graph, edge) else "") if line else None


def _lies_beside(graph: WaitGraph, edge: Edge) -> bool:
    """Whether the text that shows an edge is no dump of its process: a log, or a table that was taken with it."""
    processes = [process for node in (edge.waiter, edge.supplier) if (process := graph.nodes[node].process) is not None]
    return bool(processes) and all(edge.source != dump.source for process in processes for dump in process.dumps)
