"""Dumps of a crash, which show no hang."""

from __future__ import annotations

from stackan.diagnose.evidence.crashes import Crash, crashes_of, faults
from stackan.diagnose.evidence.quotes import collect_quotes, quote_line
from stackan.escapes import shorten
from stackan.model.facts import Fact, fact
from stackan.model.finding import INFO, LIKELY, Finding, Quote
from stackan.model.process import Process

CRASHED, CRASHED_BY_SIGNAL = "crashed-in", "crashed-by-signal"
_LONGEST = 160  # characters of a line that a title quotes
_AS_A_SENTENCE = {CRASHED: "dump-of-crash-in", CRASHED_BY_SIGNAL: "dump-of-crash-by-signal"}


def find_crash(process: Process) -> list[Finding]:
    """That the newest dump of a process is one of its end."""
    crashes = crashes_of(process.tracks)
    if crashes:
        first = crashes[0]
        place, reasons = first.track.place, [fact("process-was-ending")]
        if first.allocates and (victims := sum(track.place.kind == "allocator" for track in process.tracks if track is not first.track)):
            reasons.insert(0, fact("crash-keeps-allocator", count=victims))
        caller = {"caller": first.caller} if first.caller else {}
        return [_finding(process, fact(CRASHED, thread=first.track, function=place.names[first.at], **caller), reasons, crashes)]
    quote = next((quote for dump in process.dumps[-1:] for quote in faults(dump)), None)
    if quote is None:
        return []
    title = fact(CRASHED_BY_SIGNAL, words=shorten(quote.text.strip(" *.").replace("`", "'"), _LONGEST))
    return [_finding(process, title, [fact("process-was-ending")], [], quote)]


def _finding(process: Process, title: Fact, reasons: list[Fact], crashes: list[Crash], *quotes: Quote) -> Finding:
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
    )


def is_crash(finding: Finding) -> bool:
    return finding.title[0].name in _AS_A_SENTENCE


def sentence_of(crash: Finding) -> Fact:
    """What a headline begins with, whatever it says then of those that wait."""
    title = crash.title[0]
    return fact(_AS_A_SENTENCE[title.name], **title.values)
