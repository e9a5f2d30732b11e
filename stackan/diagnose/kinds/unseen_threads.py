"""Threads that a kind of dump leaves out by design: Java's virtual ones, unless they are mounted on a carrier.

    "ForkJoinPool-1-worker-1" #22 [30219] daemon prio=5 … tid=0x00007f4e74c92060  [0x00007f4e3c5f8000]
       Carrying virtual thread #21

Where all carriers carry the same ones in all snapshots, those that are left out may wait for a carrier.
"""

from __future__ import annotations

from stackan.diagnose.evidence.carriers import CARRIERS
from stackan.diagnose.evidence.quotes import quote_line
from stackan.model.facts import fact
from stackan.model.finding import INFO, LIKELY, WARNING, Finding
from stackan.model.place import Sighting
from stackan.model.process import Process
from stackan.model.stem import stem
from stackan.model.track import VANISHED, Track

_PRINT_MOUNTED_ONLY = ("jstack", "jhsdb")  # formats
_UNPARKER = "VirtualThread-unparker"  # java.lang.VirtualThread starts it with the first virtual thread (JDK 21 to 25)
_CARRYING = "Carrying virtual thread #"


def find_unseen_threads(process: Process) -> list[Finding]:
    """That a JVM has virtual threads, and its dumps don't print those that wait."""
    newest = process.dumps[-1]
    shows = next((track for track in process.tracks if newest.format in _PRINT_MOUNTED_ONLY and _is_of_virtual_threads(track)), None)
    if shows is None:
        return []
    kept = _carriers_that_keep_theirs(process)
    return [
        Finding(
            kind="capture-problem",
            severity=WARNING if kept else INFO,
            confidence=LIKELY,
            title=(fact("virtual-threads-not-printed"),),
            reasons=(fact("only-mounted-ones-are-printed"), *([fact("carriers-keep-theirs", count=kept)] if kept else [])),
            threads=(),
            resources=(),
            evidence=(quote_line(shows.newest, shows.newest.line),),
            advice=(fact("dump-virtual-threads"),),
            processes=(process,),
        )
    ]


def _is_of_virtual_threads(track: Track) -> bool:
    rule = track.place.rule
    return track.name == _UNPARKER or (rule is not None and rule.id in CARRIERS)


def _carriers_that_keep_theirs(process: Process) -> int:
    """The number of carriers, if each carries the same virtual thread in all snapshots; 0 if one is free or has run another."""
    carriers = [track for track in process.tracks if track.place.rule is not None and track.place.rule.id in CARRIERS]
    names = {stem(track.name) for track in carriers}
    present = [track for track in process.tracks if stem(track.name) in names and track.progress != VANISHED]
    if len(process.dumps) < 2 or len(present) != len(carriers):
        return 0
    return len(carriers) if all(_keeps(track, len(process.dumps)) for track in carriers) else 0


def _keeps(track: Track, snapshots: int) -> bool:
    carried = {_carried(sighting) for _, sighting in track.sightings}
    return len(track.sightings) == snapshots and len(carried) == 1 and None not in carried


def _carried(sighting: Sighting) -> str | None:
    """The number of the virtual thread that the line behind the thread's header names."""
    _, mark, number = sighting.dump.line_text(sighting.line + 1).partition(_CARRYING)
    return number.strip() if mark else None
