"""Deadlocks that a program's own run-time has found and printed: `fatal error: all goroutines are asleep - deadlock!`"""

from __future__ import annotations

from stackan.diagnose.quotes import collect_quotes, quote_line, quote_wait
from stackan.diagnose.words import describe_doing, label
from stackan.model.finding import CERTAIN, CRITICAL, Finding
from stackan.model.process import Process

_NAMED = 4  # threads whose waits are told in words
_ADVICE = (
    "The process has ended with this message: find the lock or the channel that each of its threads should have got from another.",
    "Have the code take locks in one order everywhere, and close or feed every channel that somebody still receives from.",
)


def reported(process: Process) -> list[Finding]:
    """What the newest snapshot reports of itself: the run-time looks at all threads at once, so it is a proof."""
    dump = process.dumps[-1]
    if not dump.facts.deadlock:
        return []
    tracks = [track for track in process.tracks if track.newest.dump is dump and track.place.verb not in ("idle", "running")]
    if not tracks:
        return []
    waits = [f"{label(track)} {describe_doing(track)}" for track in tracks[:_NAMED]]
    rest = f", and {len(tracks) - _NAMED} more wait" if len(tracks) > _NAMED else ""
    who = f"{label(tracks[0])} waits" if len(tracks) == 1 else f"all {len(tracks)} {dump.traits.thread}s wait"
    threads = tuple((process, track) for track in tracks)
    quotes = (quote_line(tracks[0].newest, dump.facts.deadlock), *(quote for track in tracks[:_NAMED] for quote in quote_wait(track)))
    return [
        Finding(
            kind="deadlock",
            severity=CRITICAL,
            confidence=CERTAIN,
            title=f"The run-time itself reports a deadlock: {who} and nothing else can run",
            explanation=f"{'; '.join(waits)}{rest}.",
            threads=threads,
            resources=(),
            evidence=collect_quotes([quotes]),
            advice=_ADVICE,
            processes=(process,),
        )
    ]
