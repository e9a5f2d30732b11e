"""Deadlocks that a program's own run-time has found and printed: `fatal error: all goroutines are asleep - deadlock!`"""

from __future__ import annotations

from stackan.diagnose.evidence.doing import doing
from stackan.diagnose.evidence.quotes import collect_quotes, quote_line, quote_wait
from stackan.model.facts import fact
from stackan.model.finding import CERTAIN, CRITICAL, Finding
from stackan.model.process import Process

_NAMED = 4  # threads whose waits are shown


def find_reported_deadlock(process: Process) -> list[Finding]:
    """The deadlocks that the newest snapshot itself reports: the run-time looks at all threads at once, so they are proved."""
    dump = process.dumps[-1]
    if not dump.facts.deadlock:
        return []
    tracks = [track for track in process.tracks if track.newest.dump is dump and track.place.verb not in ("idle", "running")]
    if not tracks:
        return []
    rest = len(tracks) - _NAMED
    quotes = (quote_line(tracks[0].newest, dump.facts.deadlock), *(quote for track in tracks[:_NAMED] for quote in quote_wait(track)))
    return [
        Finding(
            kind="deadlock",
            severity=CRITICAL,
            confidence=CERTAIN,
            title=(fact("runtime-reports-deadlock", count=len(tracks), thread=tracks[0]),),
            reasons=(*map(doing, tracks[:_NAMED]), *([fact("more-wait", count=rest)] if rest > 0 else [])),
            threads=tuple((process, track) for track in tracks),
            resources=(),
            evidence=collect_quotes([quotes]),
            advice=(fact("find-what-each-should-have-got"), fact("one-order-and-no-orphaned-channel")),
            processes=(process,),
        )
    ]
