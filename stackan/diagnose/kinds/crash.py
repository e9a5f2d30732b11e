"""Dumps of a crash, which show no hang."""

from __future__ import annotations

from stackan.diagnose.evidence.crashes import Crash, crashes_of, fault_of
from stackan.diagnose.evidence.quotes import collect_quotes, quote_line
from stackan.escapes import shorten
from stackan.model.facts import Fact, fact
from stackan.model.finding import INFO, LIKELY, Finding, Quote
from stackan.model.process import Process
from stackan.model.track import VANISHED

_LONGEST = 160  # characters of a line that a title quotes


def find_crash(process: Process) -> list[Finding]:
    """That the newest dump of a process is one of its end."""
    crashes = crashes_of(process)
    if crashes:
        first = crashes[0]
        reasons = [fact("process-was-ending")]
        if first.allocates and (victims := _waiters_for_allocator(process, first)):
            reasons.insert(0, fact("crash-keeps-allocator", count=victims))
        function, caller = first.track.place.names[first.at], first.caller or None
        title, opening = (fact(name, thread=first.track, function=function, caller=caller) for name in ("crashed-in", "dump-of-crash-in"))
        return [_finding(process, title, opening, reasons, crashes)]
    quote = fault_of(process.dumps[-1])
    if quote is None:
        return []
    words = shorten(quote.text.strip(" *.").replace("`", "'"), _LONGEST)
    title, opening = (fact(name, words=words) for name in ("crashed-by-signal", "dump-of-crash-by-signal"))
    return [_finding(process, title, opening, [fact("process-was-ending")], [], quote)]


def _waiters_for_allocator(process: Process, crash: Crash) -> int:
    waiting = (track for track in process.tracks if track.progress != VANISHED and track is not crash.track)
    return sum(track.place.kind == "allocator" for track in waiting)


def _finding(process: Process, title: Fact, opening: Fact, reasons: list[Fact], crashes: list[Crash], *quotes: Quote) -> Finding:
    shown = ([quote_line(crash.track.newest, crash.track.newest.frame_line(crash.at))] for crash in crashes[:4])
    return Finding(
        kind="capture-problem",
        severity=INFO,
        confidence=LIKELY,
        title=(title,),
        reasons=tuple(reasons),
        threads=tuple((process, crash.track) for crash in crashes),
        resources=(),
        evidence=collect_quotes([quotes, *shown]),
        advice=(fact("look-at-the-crash"),),
        processes=(process,),
        opening=opening,
    )
