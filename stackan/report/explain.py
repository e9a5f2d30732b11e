"""Everything concluded about one thread, and which rule or which line said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stackan.model.analysis import Analysis
from stackan.model.facts import Wanted
from stackan.model.finding import Finding
from stackan.model.labels import label, mark
from stackan.model.place import Awaited, Held, Sighting, StackMeaning, fact_of
from stackan.model.process import Process
from stackan.model.said import said, said_of
from stackan.model.spans import spoken
from stackan.model.track import Track
from stackan.report.membership import pools_of
from stackan.report.page import Page
from stackan.report.processes import SEEMS_IDLE, progress_of
from stackan.report.sources import Shortener
from stackan.report.subjects import find_threads
from stackan.report.terms import term
from stackan.wording.nouns import say

if TYPE_CHECKING:
    from stackan.model.counters import Counted
    from stackan.model.link import Link
    from stackan.model.listing import Session

_SHOWN_THREADS = 20  # of one name, which all threads of a server may have
_SHOWN_LINES = 6  # of a finding


def explain(analysis: Analysis, subject: int | str, page: Page | None = None) -> Iterator[str]:
    """Lines about the threads of the case with that LWP, or otherwise known so; raises UsageError if there is none."""
    page = page or Page()
    found, explainer = find_threads(analysis, str(subject)), Explainer(analysis, page)
    for process, track in found[:_SHOWN_THREADS]:
        yield from explainer.explain(process, track)
    hidden = found[_SHOWN_THREADS:]
    if hidden:
        numbers = page.numbers([mark(track) for _, track in hidden])
        yield from page.indented(
            said_of(
                len(hidden),
                "... and {count} more thread of that name: {numbers}; --explain with its number tells of it",
                "... and {count} more threads of that name: {numbers}; --explain with the number of one tells of it",
                numbers=numbers,
            ),
            0,
            4,
        )


class Explainer:
    """Explains threads of one case; what is the same for all of them is worked out once, as a case may have 100,000."""

    def __init__(self, analysis: Analysis, page: Page, ends: int | None = None) -> None:
        """`ends`: how many frames are told at either end of a stack; all of them without it."""
        self._page = page
        self._ends = ends
        self._short = Shortener(analysis)
        self._frames: dict[int, list[str]] = {}  # by the place: thousands of threads may have one stack
        self._told: dict[int, list[str]] = {}  # by the finding
        self._pools = pools_of(analysis.processes)
        self._sessions: dict[tuple[str, int | None], Session] = {
            (each.id, session.lwp): session for each in analysis.processes for session in reversed(each.sessions)
        }
        self._findings: dict[int, list[tuple[int, Finding]]] = {}
        for number, same in enumerate(analysis.alike, 1):  # as the report numbers them
            for finding in same:
                for track in {id(track): track for _, track in finding.threads}.values():
                    self._findings.setdefault(id(track), []).append((number, finding))

    def explain(self, process: Process, track: Track) -> Iterator[str]:
        page, short = self._page, self._short
        yield page.line(_head(process, track))
        yield from page.labelled(said("why"), page.speech.title(track.note))
        if track.timeline:
            yield from page.labelled(said("course"), track.timeline)
        pool = self._pools.get(id(track))
        if pool is not None:
            name, evidence = page.catalog.of_profile(pool.name), page.speech.sentence(pool.evidence)
            yield from page.labelled(said("pool"), said("{name}: {evidence}", name=name, evidence=evidence))
        session = self._sessions.get((process.id, track.lwp))
        if session is not None:
            yield from page.labelled(said("session"), _session(session, short))
        for index, sighting in track.sightings:
            yield from _sighting(index, sighting, short, page)
            yield from self._frames_of(sighting.place)
            if process.counters is not None and track.lwp is not None:
                yield from _counted([each.get(track.lwp) for each in process.counters.counted[: index + 1]], short, page)
        for number, finding in self._findings.get(id(track), []):
            yield from self._words_of(number, finding)
        yield ""

    def _words_of(self, number: int, finding: Finding) -> list[str]:
        """A finding about thousands of threads names them all, and is told at each of them."""
        lines = self._told.get(id(finding))
        if lines is None:
            page = self._page
            told = page.labelled(said("finding"), _finding(number, finding, page))
            lines = self._told[id(finding)] = list(page.at_most(_SHOWN_LINES, told))
        return lines

    def _frames_of(self, place: StackMeaning) -> list[str]:
        lines = self._frames.get(id(place))
        if lines is None:
            lines = self._frames[id(place)] = list(_frames(place, self._page, self._ends))
        return lines


def _finding(number: int, finding: Finding, page: Page) -> str:
    return said(
        "{number}. {kind} ({severity}, {confidence}): {title}",
        number=number,
        kind=term(finding.kind),
        severity=term(finding.severity),
        confidence=term(finding.confidence),
        title=page.speech.title(finding.title),
    )


def _session(session: Session, short: Shortener) -> str:
    """`140153246187784, transaction 1303, ACTIVE: sessions.txt, line 5`"""
    known = {"session": session.id, "source": short(session.log.source), "line": session.line, "state": session.state or "-"}
    if session.transaction is None:
        return said("{session}, {state}: {source}, line {line}", **known)
    return said("{session}, transaction {transaction}, {state}: {source}, line {line}", **known, transaction=session.transaction)


def _head(process: Process, track: Track) -> str:
    """`LWP 17815 of process 17802: stuck (certain)`"""
    sure, progress = process.certainties.get(track.key), progress_of(track)
    known = {"thread": label(track), "process": process.id, "progress": term(progress)}
    if progress == SEEMS_IDLE:
        return said("{thread} of process {process}: {progress}, though no rule knows it", **known)
    if sure:
        return said("{thread} of process {process}: {progress} ({confidence})", **known, confidence=term(sure))
    return said("{thread} of process {process}: {progress}", **known)


def _sighting(index: int, sighting: Sighting, short: Shortener, page: Page) -> Iterator[str]:
    place, awaited = sighting.place, sighting.awaited
    source = page.path(short(sighting.dump.source), 30)
    yield "   " + page.say(said("snapshot {number}: {source}, line {line}", number=index + 1, source=source, line=sighting.line))
    yield from page.indented(_stance(place, page), 6, 12)
    if awaited is not None and place.verb != "idle":
        yield from page.indented(_awaits(awaited, sighting.wait_line, short, page), 6, 12)
        if awaited.link is not None:
            yield from page.indented(_leads(awaited.link, short, page), 6, 12)
        if awaited.hint is not None:
            yield from page.indented(page.speech.sentence(awaited.hint), 6, 12)
    for hold in sighting.holds:
        yield from page.indented(_holds(hold, short, page), 6, 12)


def _frames(place: StackMeaning, page: Page, ends: int | None) -> Iterator[str]:
    """The frames of a stack, each with the part that it belongs to; of a deep one so many at either end."""
    depth = len(place.names)
    hidden = max(depth - 2 * ends, 0) if ends is not None else 0
    begin = (depth - hidden) // 2
    yield from (_frame(at, place, page) for at in range(begin))
    if hidden:
        yield page.line(page.label("", 0, 6) + page.say(said("... {count} more", count=hidden)), 6)
    yield from (_frame(at, place, page) for at in range(begin + hidden, depth))


def _frame(at: int, place: StackMeaning, page: Page) -> str:
    """`wait  #0   pthread_cond_timedwait`"""
    part = said("wait") if at < place.wait_frames else said("start") if at >= place.first_start_frame else ""
    return page.line(f"{page.label(part, 0, 6)}#{at:<3} {place.names[at]}", 6)


def _awaits(awaited: Awaited, line: int, short: Shortener, page: Page) -> str:
    known = {
        "what": say(Wanted(awaited.kind, address=awaited.address, symbol=awaited.symbol or ""), page.catalog),
        "evidence": term(awaited.evidence),
        "where": _where(awaited, line, short, page),
    }
    if awaited.address is None and awaited.descriptor is not None:
        return said("waits for {what} of descriptor {descriptor} ({evidence}, {where})", **known, descriptor=awaited.descriptor)
    if awaited.address is None:
        return said("waits for {what}, which the dump does not print ({evidence}, {where})", **known)
    return said("waits for {what} ({evidence}, {where})", **known)


def _holds(hold: Held, short: Shortener, page: Page) -> str:
    known = {
        "what": say(Wanted(hold.kind, address=hold.address), page.catalog),
        "evidence": term(hold.evidence),
        "where": _where(hold, hold.line, short, page),
    }
    if hold.sure:
        return said("holds {what} ({evidence}, {where})", **known)
    if hold.log is not None:
        return said("holds {what} ({evidence}, {where}; the log is of another moment)", **known)
    return said("holds {what} ({evidence}, {where}; may be left over from an earlier call)", **known)


def _stance(place: StackMeaning, page: Page) -> str:
    """`blocked: lock (by the rule mariadb.row-lock)`, `idle (waits for connections)`: its activity, and the reason to think so."""
    why = page.speech.sentence(fact_of(place))
    if place.verb == place.state:
        return said("{state} ({why})", state=term(place.state), why=why)
    return said("{doing}: {state} ({why})", doing=term(place.verb), state=term(place.state), why=why)


def _counted(snapshots: Sequence[Counted | None], short: Shortener, page: Page) -> Iterator[str]:
    """The counters of a thread beside the last of some snapshots, and their growth since the one before."""
    from stackan.model.counters import spent

    now = snapshots[-1]
    if now is None:
        return
    counts = [
        said("{what} ({source}, line {line})", what=words, source=short(row.source), line=row.line)
        for words, row in ((_cpu(now.ran), now.time), (_switches(now.switches), now.switched))
        if words and row
    ]
    yield from page.indented(said("counted: {counts}", counts=page.listed(counts)), 6, 12)
    grown = spent(snapshots[-2], now) if len(snapshots) > 1 else None
    if grown is not None:
        known = {"number": len(snapshots) - 1, "counts": page.listed(word for word in (_cpu(grown.ran), _switches(grown.switches)) if word)}
        yield from page.indented(
            said("since snapshot {number}: {counts} in {span}", **known, span=spoken(grown.passed // 1_000_000))
            if grown.passed is not None
            else said("since snapshot {number}: {counts}", **known),
            6,
            12,
        )


def _cpu(ran: int | None) -> str:
    return said("{seconds} s of CPU", seconds=f"{ran / 1e6:.6f}".rstrip("0").rstrip(".")) if ran is not None else ""


def _switches(number: int | None) -> str:
    return said_of(number, "switched once", "switched {count} times") if number is not None else ""


def _leads(link: Link, short: Shortener, page: Page) -> str:
    """`descriptor 5 leads to process 24096, descriptor 4 (127.0.0.1:60524 -> 127.0.0.1:7002; ss.txt, line 10; 7 bytes unread there)`"""
    ends = [
        said("process {pid}, descriptor {descriptor}", pid=end.pid, descriptor=end.descriptor)
        if end.descriptor is not None
        else said("process {pid}", pid=end.pid)
        for end in link.ends[:4]
    ]
    known = {
        "descriptor": link.own.descriptor,
        "peer": page.listed(ends) or link.address or said("an end that no table names"),
        "name": link.name,
        "source": short(link.own.source),
        "line": link.own.line,
    }
    if link.unread is not None:
        return said(
            "descriptor {descriptor} leads to {peer} ({name}; {source}, line {line}); {unread} bytes unread there",
            **known,
            unread=link.unread,
        )
    return said("descriptor {descriptor} leads to {peer} ({name}; {source}, line {line})", **known)


def _where(shown: Awaited | Held, line: int, short: Shortener, page: Page) -> str:
    """`line 231` of the dump, or of a log that is named."""
    if shown.log is not None:
        return said("{source}, line {line}", source=short(shown.log.source), line=line)
    return said("line {line}", line=line)
