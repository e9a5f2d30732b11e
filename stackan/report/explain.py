"""Everything concluded about one thread, and which rule or which line said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stackan.errors import UsageError
from stackan.model.analysis import Analysis
from stackan.model.certainty import certainty
from stackan.model.place import Awaited, Held, Place, Sighting, fact_of
from stackan.model.process import Process
from stackan.model.spans import spoken
from stackan.model.track import Track, label
from stackan.report.sources import Shortener
from stackan.report.words import WIDTH, cut, indented, labelled
from stackan.wording import speech

if TYPE_CHECKING:
    from stackan.model.counters import Counted
    from stackan.model.link import Link


def explain(analysis: Analysis, lwp: int) -> Iterator[str]:
    """Lines about every thread of the case with that LWP; raises UsageError if there is none."""
    found = [(process, track) for process in analysis.processes for track in process.tracks if track.shown == lwp]
    if not found:
        raise UsageError(f"--explain {lwp}: no thread of the case has that LWP; the report and --format json list them")
    for process, track in found:
        yield from _explain(analysis, process, track)


def _explain(analysis: Analysis, process: Process, track: Track) -> Iterator[str]:
    short = Shortener(analysis)
    sure = certainty(track, process.place.span)
    yield cut(f"{label(track)} of process {process.id}: {track.progress}{f' ({sure})' if sure else ''}", WIDTH)
    yield from labelled("why", analysis.speech().title(track.note), 12)
    if track.timeline:
        yield from labelled("course", track.timeline, 12)
    pool = next((pool for pool in process.pools if track in pool.members), None)
    if pool is not None:
        yield from labelled("pool", f"{pool.name}: {analysis.speech().sentence(pool.evidence)}", 12)
    for index, sighting in track.sightings:
        yield from _sighting(index, sighting, short)
        if process.counters is not None and track.lwp is not None:
            yield from _counted([each.get(track.lwp) for each in process.counters.counted[: index + 1]], short)
    for number, finding in enumerate(analysis.findings, 1):
        if any(other is track for _, other in finding.threads):
            how = f"{finding.severity}, {finding.confidence}"
            yield from labelled("finding", f"{number}. {finding.kind} ({how}): {analysis.describe(finding).title}", 12)
    yield ""


def _sighting(index: int, sighting: Sighting, short: Shortener) -> Iterator[str]:
    place, awaited = sighting.place, sighting.awaited
    yield cut(f"   snapshot {index + 1}: {short(sighting.dump.source)}, line {sighting.line}", WIDTH)
    yield from indented(_stance(place), 6, 12)
    if awaited is not None and place.verb != "idle":
        descriptor = f" of descriptor {awaited.descriptor}" if awaited.descriptor is not None else ", which the dump does not print"
        address = f" {awaited.address:#x}" if awaited.address is not None else descriptor
        symbol = f" <{awaited.symbol}>" if awaited.symbol else ""
        yield from indented(
            f"waits for {awaited.kind}{address}{symbol} ({awaited.evidence}, {_where(awaited, sighting.wait_line, short)})", 6, 12
        )
        if awaited.link is not None:
            yield from indented(_leads(awaited.link, short), 6, 12)
        if awaited.hint is not None:
            yield from indented(speech().sentence(awaited.hint), 6, 12)
    for hold in sighting.holds:
        address = f" {hold.address:#x}" if hold.address is not None else ""
        doubt = "" if hold.sure else "; the log is of another moment" if hold.log is not None else "; may be left over from an earlier call"
        yield from indented(f"holds {hold.kind}{address} ({hold.evidence}, {_where(hold, hold.line, short)}{doubt})", 6, 12)
    for at, name in enumerate(place.names):
        part = "wait" if at < place.run else "start" if at >= place.end else ""
        yield cut(f"      {part:5} #{at:<3} {name}", WIDTH)


def _stance(place: Place) -> str:
    """`blocked: lock (by the rule mariadb.row-lock)`, `idle (waits for connections)`: what it does, and why that is thought."""
    does = place.verb if place.verb == place.state else f"{place.verb}: {place.state}"
    return f"{does} ({speech().sentence(fact_of(place))})"


def _counted(snapshots: Sequence[Counted | None], short: Shortener) -> Iterator[str]:
    """What is counted of a thread beside the last of some snapshots, and how that has grown since the one before."""
    from stackan.model.counters import spent

    now = snapshots[-1]
    if now is None:
        return
    said = [
        f"{words} ({short(row.source)}, line {row.line})"
        for words, row in ((_cpu(now.ran), now.time), (_switches(now.switches), now.switched))
        if words and row
    ]
    yield from indented(f"counted: {', '.join(said)}", 6, 12)
    grown = spent(snapshots[-2], now) if len(snapshots) > 1 else None
    if grown is not None:
        words = ", ".join(word for word in (_cpu(grown.ran), _switches(grown.switches)) if word)
        time = f" in {spoken(grown.passed // 1_000_000)}" if grown.passed is not None else ""
        yield from indented(f"since snapshot {len(snapshots) - 1}: {words}{time}", 6, 12)


def _cpu(ran: int | None) -> str:
    return f"{ran / 1e6:.6f}".rstrip("0").rstrip(".") + " s of CPU" if ran is not None else ""


def _switches(number: int | None) -> str:
    return "" if number is None else "switched once" if number == 1 else f"switched {number} times"


def _leads(link: Link, short: Shortener) -> str:
    """`descriptor 5 leads to process 24096, descriptor 4 (127.0.0.1:60524 -> 127.0.0.1:7002; ss.txt, line 10); 7 bytes unread there`"""
    others = " and ".join(
        f"process {end.pid}" + (f", descriptor {end.descriptor}" if end.descriptor is not None else "") for end in link.ends[:4]
    )
    unread = f"; {link.unread} bytes unread there" if link.unread is not None else ""
    line = f"{link.name}; {short(link.own.source)}, line {link.own.line}"
    return f"descriptor {link.own.descriptor} leads to {others or link.address or 'an end that no table tells'} ({line}){unread}"


def _where(shown: Awaited | Held, line: int, short: Shortener) -> str:
    """`line 231` of the dump, or of a log that is named."""
    return f"{short(shown.log.source)}, line {line}" if shown.log is not None else f"line {line}"
