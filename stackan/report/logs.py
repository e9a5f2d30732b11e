"""Servers' logs, and the episodes that they add up to, as the document has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackan.model.analysis import Analysis
from stackan.model.event import Episode, Event, Node
from stackan.model.facts import fact
from stackan.wording import speech

if TYPE_CHECKING:
    from stackan.model.log import Judged, Log

_EVIDENCE = 40  # lines of an episode


def log_row(log: Log, analysis: Analysis, lang: str) -> dict[str, Any]:
    """A log: who wrote it, how much of it there is, its events, and what the dumps of its process say to its waits."""
    from stackan.model.log import Judged

    process, waits = next(
        ((process.id, reading.waits) for process in analysis.processes for reading in process.logs if reading.log is log),
        (
            analysis.story.writers.get(log),
            tuple(Judged(wait, None, None, False, False, fact("no-process-has-thread")) for wait in log.waits),
        ),
    )
    extent = log.extent
    return {
        "source": log.source,
        "kind": log.kind,
        "host": log.writer.host,
        "node": log.writer.node,
        "process": process,
        "encoding": extent.encoding if extent is not None else None,
        "lines": extent.lines if extent is not None else None,
        "records": extent.records if extent is not None else None,
        "from": extent.first if extent is not None else None,
        "to": extent.last if extent is not None else None,
        "events": [_event(event, lang) for event in log.events],
        "rounds": log.rounds,
        "waits": [_wait(judged) for judged in waits],
        "alarms": [{"line": line, "text": log.line_text(line)} for line in log.alarms],
    }


def _event(event: Event, lang: str) -> dict[str, Any]:
    return {
        "time": event.time,
        "line": event.line,
        "text": event.text,
        "kind": event.kind,
        "count": event.times,
        "nodes": [_node(node) for node in event.nodes],
        "means": speech(lang).text((event.means,)),
    }


def _node(node: Node) -> dict[str, Any]:
    return {"name": node.name, "site": node.site}


def episode_row(at: int, analysis: Analysis) -> dict[str, Any]:
    episode: Episode = analysis.story.episodes[at]
    return {
        "kind": "fault-handling",
        "failed": [_node(node) for node in episode.failed],
        "from": episode.start,
        "to": episode.end,
        "phase": episode.phase,
        "restarted": episode.restarted,
        "halted": [_node(node) for node in episode.halted],
        "processes": list(analysis.story.suspends[at]),
        "evidence": [{"source": log.source, "line": event.line, "text": event.text} for log, event in episode.events[:_EVIDENCE]],
    }


def _wait(judged: Judged) -> dict[str, Any]:
    wait, holder = judged.wait, None
    if wait.holder is not None:
        holder = {"thread_id": f"{wait.holder:#x}", "lwp": judged.holder_lwp, "mode": wait.grip, "line": wait.holder_line}
    return {
        "thread_id": f"{wait.thread:#x}",
        "lwp": judged.lwp,
        "kind": wait.kind,
        "address": f"{wait.address:#x}",
        "mode": wait.mode,
        "created": wait.created,
        "waits_at": wait.place,
        "seconds": wait.seconds,
        "holder": holder,
        "lock_counts": judged.lock_counts,
        "holder_counts": judged.holder_counts,
        "why_not": speech().sentence(judged.doubt) if judged.doubt is not None else "",
        "line": wait.line,
    }
