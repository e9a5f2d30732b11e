"""Threads that a kind of dump leaves out by design: Java's virtual ones, unless they are mounted on a carrier."""

from __future__ import annotations

from stackan.diagnose.evidence.quotes import quote_line
from stackan.model.facts import fact
from stackan.model.finding import INFO, LIKELY, Finding
from stackan.model.process import Process
from stackan.model.track import Track

_PRINT_MOUNTED_ONLY = ("jstack", "jhsdb")  # formats
_UNPARKER = "VirtualThread-unparker"  # java.lang.VirtualThread starts it with the first virtual thread (JDK 21 to 25)
_CARRIERS = ("java.carrier", "java.pinned-carrier")  # rules


def find_unseen_threads(process: Process) -> list[Finding]:
    """That a JVM has virtual threads, and its dumps don't print those that wait."""
    newest = process.dumps[-1]
    shows = next((track for track in process.tracks if newest.format in _PRINT_MOUNTED_ONLY and _is_of_virtual_threads(track)), None)
    if shows is None:
        return []
    return [
        Finding(
            kind="capture-problem",
            severity=INFO,
            confidence=LIKELY,
            title=(fact("virtual-threads-not-printed"),),
            reasons=(fact("only-mounted-ones-are-printed"),),
            threads=(),
            resources=(),
            evidence=(quote_line(shows.newest, shows.newest.line),),
            advice=(fact("dump-virtual-threads"),),
            processes=(process,),
        )
    ]


def _is_of_virtual_threads(track: Track) -> bool:
    rule = track.place.rule
    return track.name == _UNPARKER or (rule is not None and rule.id in _CARRIERS)
