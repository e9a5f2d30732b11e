"""Analysis → the document of docs/json.md, schema `stackan.analysis/1`."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stackan._version import __version__
from stackan.model.analysis import Analysis, Speaker, StackClass
from stackan.model.dump import Dump
from stackan.model.finding import Finding
from stackan.model.place import INFERRED, Awaited, StackMeaning
from stackan.model.placement import Clue, Placement
from stackan.model.process import Pool, Process
from stackan.model.records import NamedTuple
from stackan.model.track import IDLE, Track
from stackan.model.waitgraph import HELD_BY, Edge, WaitGraph
from stackan.report.logs import episode_row, log_row
from stackan.report.membership import pools_of
from stackan.report.reasons import reason
from stackan.report.rows import Lister, listed
from stackan.wording import speech
from stackan.wording.catalog import ENGLISH, catalog_of
from stackan.wording.nouns import say

if TYPE_CHECKING:
    from stackan.model.counters import Table
    from stackan.model.link import Descriptors, Link
    from stackan.model.listing import Listing, Session

SCHEMA = "stackan.analysis/1"
_ENGLISH = catalog_of(ENGLISH)  # resources and notes keep their words
_WORDS = speech(ENGLISH)
_ACROSS = ("socket", "pipe")  # through which another process brings it
_ENDS = 20  # of a connection or a pipe that are listed: as many processes may have it open, and as many threads wait for it
_ANY = ("condition", "semaphore", "future", "pool")  # one of the threads that can release these is enough


class Owner(NamedTuple):
    """A thread that owns what another waits for, and how that is known."""

    process: str
    lwp: int | None
    evidence: str


def document(analysis: Analysis, lang: str, rows: Lister = listed) -> dict[str, Any]:
    """The document, with headline, titles, explanations, advice and warnings in this language; `rows` makes its long lists."""
    words, owners = analysis.speech(lang), _owners(analysis.waits)
    names = {id(process.inputs): process.id for process in analysis.processes}
    texts = {id(dump.original): dump.original for process in analysis.processes for dump in process.snapshots}
    digests = {key: hashlib.sha256(text).hexdigest() for key, text in texts.items()}  # once for all snapshots of a text
    return {
        "schema": SCHEMA,
        "version": __version__,
        "verdict": analysis.verdict,
        "headline": words.headline(analysis.headline_facts),
        "lang": catalog_of(lang).language,
        "processes": [
            _process(process, verdict, owners, names, digests, lang, rows)
            for process, verdict in zip(analysis.processes, analysis.verdicts)
        ],
        "stuck_stacks": [_class(each) for each in analysis.stuck_stacks],
        "findings": rows(functools.partial(_finding, words=words), analysis.findings),
        "logs": [log_row(log, analysis, lang) for log in analysis.logs],
        "episodes": [episode_row(at, analysis) for at in range(len(analysis.episodes))],
        "descriptors": [_descriptors(table) for table in analysis.descriptors],
        "listings": [_listing(listing, analysis.processes) for listing in analysis.listings],
        "recalled": analysis.recalled.to_dict() if analysis.recalled is not None else None,
        "warnings": list(map(catalog_of(lang).again, analysis.warnings)),
    }


def _owners(graph: WaitGraph) -> dict[tuple[str, int | str], list[Owner]]:
    """{(process, thread): the threads that own what it waits for}, read off the wait-for graph."""
    found: dict[tuple[str, int | str], list[Owner]] = {}
    unowned: list[tuple[Process, Track, Awaited]] = []
    answerers: dict[int, list[Owner]] = {}  # worked out once, as thousands may wait for the same
    for number, node in enumerate(graph.nodes):
        if node.track is None or node.process is None:
            continue
        owners = []
        for edge in graph.out[number]:
            supplier = graph.nodes[edge.supplier]
            if supplier.kind == "thread":
                owners += _threads(graph, [edge])
            elif supplier.address is not None or any(behind.relation == HELD_BY for behind in graph.out[edge.supplier][:1]):
                owners += _threads(graph, graph.out[edge.supplier])
            elif supplier.resource in _ACROSS:
                if edge.supplier not in answerers:
                    answerers[edge.supplier] = _answerers(graph, graph.out[edge.supplier])
                owners += answerers[edge.supplier]
        awaited = node.track.newest.awaited
        if owners:
            found[node.process.id, node.track.key] = owners
        elif awaited is not None and awaited.owners:
            unowned.append((node.process, node.track, awaited))
    return found | _owners_of_idle(graph, unowned)


def _owners_of_idle(graph: WaitGraph, waiting: Sequence[tuple[Process, Track, Awaited]]) -> dict[tuple[str, int | str], list[Owner]]:
    """The same of threads that are idle: they have no edges, though it be known whose end they wait for."""
    if not waiting:
        return {}
    present = {(node.process.id, node.track.lwp) for node in graph.nodes if node.track is not None and node.process is not None}
    owners = {
        (process.id, track.key): [Owner(process.id, lwp, awaited.evidence) for lwp in awaited.owners if (process.id, lwp) in present]
        for process, track, awaited in waiting
    }
    return {thread: known for thread, known in owners.items() if known}


def _threads(graph: WaitGraph, edges: Sequence[Edge]) -> list[Owner]:
    nodes = [(graph.nodes[edge.supplier], edge.evidence) for edge in edges]
    return [
        Owner(node.process.id, node.track.lwp, evidence) for node, evidence in nodes if node.track is not None and node.process is not None
    ]


def _answerers(graph: WaitGraph, edges: Sequence[Edge]) -> list[Owner]:
    """The thread that may answer, if there is only one, else the processes, as there may be thousands of threads."""
    if len(edges) == 1 and graph.nodes[edges[0].supplier].kind == "thread":
        return _threads(graph, edges)
    processes = (graph.nodes[edge.supplier].process for edge in edges)
    return [Owner(name, None, INFERRED) for name in dict.fromkeys(process.id for process in processes if process is not None)]


def _process(
    process: Process,
    verdict: str,
    owners: dict[tuple[str, int | str], list[Owner]],
    names: dict[int, str],
    digests: dict[int, str],
    lang: str,
    rows: Lister,
) -> dict[str, Any]:
    pools = pools_of([process])
    serves: dict[int | None, Session] = {session.lwp: session for session in process.sessions}
    return {
        "id": process.id,
        "host": process.inputs.host,
        "pid": process.pid,
        "command": next((dump.facts.command for dump in process.dumps if dump.facts.command), process.inputs.command),
        "role": process.inputs.role,
        "profile": process.rules.profile,
        "verdict": verdict,
        "inputs": [_input(placed) for placed in process.inputs.placements],
        "snapshots": [_snapshot(index, dump, digests[id(dump.original)], lang) for index, dump in enumerate(process.snapshots)],
        "threads": rows(
            lambda track: _thread(track, pools.get(id(track)), owners.get((process.id, track.key), []), names, process, serves),
            process.tracks,
        ),
        "pools": [_pool(pool) for pool in process.pools],
        "counters": [_table(index, table) for index, table in process.counters.tables] if process.counters is not None else [],
        "warnings": list(map(catalog_of(lang).again, process.inputs.warnings)),
    }


def _input(placed: Placement) -> dict[str, Any]:
    return {
        "compared": placed.compared,
        "source": placed.dump.source,
        "line": placed.dump.thread(placed.dump.first_thread).line,
        "format": placed.dump.format,
        "joined": placed.joined,
        "ordered": placed.ordered,
        **{name: _clue(getattr(placed, name)) for name in ("host", "role", "pid", "time")},
    }


def _clue(clue: Clue | None) -> dict[str, str] | None:
    return {"value": clue.value, "from": clue.source} if clue is not None else None


def _snapshot(index: int, dump: Dump, digest: str, lang: str) -> dict[str, Any]:
    return {
        "index": index,
        "source": dump.source,
        "format": dump.format,
        "sha256": digest,
        "taken_at": dump.taken_at,
        "bytes": len(dump.original),
        "threads": len(dump.threads),
        "frames": len(dump.frames),
        "frames_read": dump.frames_read,
        "frames_used": dump.frames_used,
        "unparsed_lines": len(dump.unparsed_rows),
        "warnings": list(map(catalog_of(lang).again, dump.warnings)),
    }


def _repeated(track: Track, process: Process) -> list[int]:
    """The snapshots that may be copies of those in which a thread is present."""
    present = set(track.present)
    return [index for index, (_, first) in enumerate(process.repeats, len(process.dumps)) if first in present]


def _thread(
    track: Track, pool: Pool | None, owners: list[Owner], names: dict[int, str], process: Process, serves: dict[int | None, Session]
) -> dict[str, Any]:
    place = track.place
    return {
        "lwp": track.lwp,
        "thread_id": track.pthread if track.number is None else str(track.number),
        "name": track.name,
        "pool": pool.name if pool is not None else None,
        "present": track.present if not process.repeats else [*track.present, *_repeated(track, process)],
        "progress": track.progress,
        "confidence": process.certainties.get(track.key),
        "note": _WORDS.title(track.note),
        "timeline": track.timeline,
        "state": place.state,
        "waits_for": _waits_for(track, owners, names, process),
        "holds": [
            {
                "kind": hold.kind,
                "address": f"{hold.address:#x}" if hold.address is not None else None,
                "evidence": hold.evidence,
                "source": track.newest.text_of(hold).source,
                "line": hold.line,
            }
            for hold in track.newest.holds
        ],
        "idle": ("rule" if place.rule is not None else "guess") if track.progress == IDLE else None,
        "rule": place.reason,
        "fingerprint": _fingerprint(place.names),
        "stack": list(place.names),
        "session": _session(serves.get(track.lwp)),
    }


def _session(session: Session | None) -> dict[str, Any] | None:
    if session is None:
        return None
    return {
        "id": session.id,
        "transaction": session.transaction,
        "state": session.state or None,
        "source": session.log.source,
        "line": session.line,
    }


def _waits_for(track: Track, owners: list[Owner], names: dict[int, str], process: Process) -> list[dict[str, Any]]:
    awaited, place = track.newest.awaited, track.place
    if awaited is None or (place.verb == "idle" and awaited.address is None):
        return []
    single = owners[0].lwp if len(owners) == 1 and owners[0].process == process.id else None
    return [
        {
            "kind": awaited.kind,
            "address": f"{awaited.address:#x}" if awaited.address is not None else None,
            "needs": _needs(place, awaited),
            "timed": place.timed,
            "owners": [{"process": owner.process, "lwp": owner.lwp} for owner in owners],
            "owner_lwp": single,
            "evidence": owners[0].evidence if owners else awaited.evidence if place.rule is None or awaited.is_logged else "profile",
            "source": track.newest.text_of(awaited).source,
            "line": track.newest.wait_line,
            "descriptor": awaited.descriptor,
            "leads_to": _link(awaited.link, names) if awaited.link is not None else None,
        }
    ]


def _needs(place: StackMeaning, awaited: Awaited) -> str:
    """How many of its owners have to give it back; of a barrier, how many threads have yet to come."""
    if awaited.missing:
        return str(awaited.missing)
    return "any" if awaited.kind in _ANY or awaited.link is not None or (place.verb == "blocked" and not awaited.is_logged) else "all"


def _link(link: Link, names: dict[int, str]) -> dict[str, Any]:
    """The other end of a descriptor; a process whose dumps are of several formats is listed with each of its ids."""
    return {
        "name": link.name,
        "address": link.address or None,
        "ends": [
            {"process": process, "pid": end.pid, "descriptor": end.descriptor, "source": end.source, "line": end.line}
            for end in link.ends[:_ENDS]
            for process in (*(names[id(place)] for place in end.places), *([] if end.places else [None]))
        ],
        "more_ends": max(len(link.ends) - _ENDS, 0),
        "unread": link.unread,
        "accepted": not link.queued,
        "source": link.own.source,
        "line": link.own.line,
    }


def _pool(pool: Pool) -> dict[str, Any]:
    return {
        "name": pool.name,
        "size": len(pool.workers),
        "idle": pool.idle,
        "blocked": pool.blocked,
        "progressing": pool.progressing,
        "exhausted": pool.exhausted,
        "members": [track.lwp for track in pool.members if track.lwp is not None],
        "evidence": _WORDS.sentence(pool.evidence),
    }


def _table(index: int, table: Table) -> dict[str, Any]:
    return {"source": table.source, "line": table.line, "kind": table.kind, "snapshot": index}


def _class(stack: StackClass) -> dict[str, Any]:
    return {
        "fingerprint": _fingerprint(stack.names),
        "stack": list(stack.names),
        "processes": [process.id for process in stack.processes],
        "threads": [{"process": process.id, "lwp": track.lwp} for process, track in stack.members],
    }


def _descriptors(table: Descriptors) -> dict[str, Any]:
    return {"source": table.source, "tools": list(table.tools), "rows": len(table.rows)}


def _listing(listing: Listing, processes: tuple[Process, ...]) -> dict[str, Any]:
    owner = next((process.id for process in processes if any(reading.log is listing.log for reading in process.logs)), None)
    counts = {"sessions": len(listing.sessions), "waits": len(listing.waits), "jobs": len(listing.jobs)}
    return {"source": listing.source, "process": owner, **counts}


def _finding(finding: Finding, words: Speaker) -> dict[str, Any]:
    said = words.describe(finding)
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "processes": [process.id for process in finding.processes],
        "threads": [{"process": process.id, "lwp": track.lwp} for process, track in finding.threads],
        "behind": finding.behind,
        "perhaps_behind": finding.perhaps_behind,
        "resources": [say(resource, _ENGLISH) for resource in finding.resources],
        "title": said.title,
        "explanation": said.explanation,
        "reasons": [reason(each) for each in (*finding.title, *finding.reasons)],
        "doubts": [reason(each) for each in finding.doubts],
        "evidence": [{"source": quote.source, "line": quote.line, "text": quote.text} for quote in finding.evidence],
        "advice": list(said.advice),
        "steps": [reason(each) for each in finding.advice],
    }


@functools.lru_cache(maxsize=4096)  # thousands of threads stand in one place
def _fingerprint(names: tuple[str, ...]) -> str:
    """Equal for equal normalized stacks, in every case and on every machine."""
    return hashlib.blake2b("\n".join(names).encode("utf-8", "replace"), digest_size=8).hexdigest()
