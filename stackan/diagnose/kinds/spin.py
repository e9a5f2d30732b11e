"""Threads that burn CPU in one place, and event loops that do not come back from one call."""

from __future__ import annotations

import itertools

from stackan.diagnose.evidence.doing import in_all
from stackan.diagnose.evidence.quotes import sample
from stackan.model.facts import fact
from stackan.model.finding import LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.process import Process
from stackan.model.track import PROGRESSING, SETTLED, SPINNING, Track

_YIELDS = frozenset(("sched_yield", "pthread_yield", "swtch_pri"))
_SHOWN = 3  # calls that are named


def find_spins(process: Process) -> list[Finding]:
    """Threads that burn CPU in one place: in a primitive that does nothing else, or, less sure, anywhere by the counters of the dump."""
    tracks = [track for track in process.tracks if track.progress == SPINNING]
    named = [track for track in tracks if track.place.verb != "running"]
    yielding = [track for track in named if _may_only_yield(process, track)]
    named = [track for track in named if track not in yielding]
    counted = [track for track in tracks if track.place.verb == "running"]
    return [
        *_spin(process, named, LIKELY, "spins-in", "spins-in-a-primitive", "look-at-cpu-time"),
        *_spin(process, yielding, POSSIBLE, "spins-in", "spins-in-a-primitive", "look-at-cpu-time", "maybe-yields-to-others"),
        *_spin(process, counted, _weakest(process, counted), "spins-or-computes-in", "used-cpu-in-one-place", "can-the-loop-end"),
    ]


def _may_only_yield(process: Process, track: Track) -> bool:
    """Whether the thread of an event loop that gives its CPU away may be met there since others have work, and the loop is theirs.

    Loops take what other threads have posted, and yield to one that is in the middle of it: libuv's uv_async_send.
    """
    yields = track.place.names[0] in _YIELDS and not process.rules.event_loops.isdisjoint(track.place.names)
    return (
        yields
        and len(track.sightings) < SETTLED
        and any(other.progress == PROGRESSING and "P" in other.timeline for other in process.tracks)
    )


def _weakest(process: Process, tracks: list[Track]) -> str:
    """As sure as the least sure of them: a thread that was met in one place often enough, over long enough, hardly computes."""
    return LIKELY if all(process.certainties.get(track.key) == LIKELY for track in tracks) else POSSIBLE


def _spin(
    process: Process,
    tracks: list[Track],
    confidence: str,
    title: str,
    why: str,
    advice: str,
    doubt: str = "maybe-a-long-computation",
) -> list[Finding]:
    if not tracks:
        return []
    threads = tuple((process, track) for track in tracks)
    functions = tuple(dict.fromkeys(track.place.names[0] for track in tracks))
    return [
        Finding(
            kind="spin",
            severity=WARNING,
            confidence=confidence,
            title=(fact(title, thread=tracks[0] if len(tracks) == 1 else None, count=len(tracks), functions=functions),),
            reasons=(fact(why, count=len(tracks), **in_all(process)),),
            doubts=(fact(doubt),) if confidence == POSSIBLE else (),
            threads=threads,
            resources=(),
            evidence=sample(threads),
            advice=(fact(advice),),
            processes=(process,),
        )
    ]


def find_held_loops(process: Process) -> list[Finding]:
    """Event loops that were in the same call in all snapshots: as it seems, they hold up all others that they serve."""
    return [_held_loop(process, track) for track in process.tracks if track.in_handler]


def _held_loop(process: Process, track: Track) -> Finding:
    place = track.place
    inside = itertools.takewhile(lambda name: name != place.event_loop, _shared_calls(track))
    calls = tuple([name for name in inside if not name.startswith("??")][:_SHOWN])
    rule = place.rule
    steps = tuple(fact("profile-says", text=step) for step in rule.advice) if rule is not None else ()
    return Finding(
        kind="spin",
        severity=WARNING,
        confidence=POSSIBLE,
        title=(fact("loop-is-in-one-call", thread=track, calls=calls or None, **in_all(process)),),
        reasons=(fact("loop-serves-nobody-else", loop=place.event_loop, what=(rule.what or None) if rule is not None else None),),
        doubts=(fact("maybe-each-time-another-request"),),
        threads=((process, track),),
        resources=(),
        evidence=sample(((process, track),)),
        advice=steps or (fact("take-more-snapshots"),),
        processes=(process,),
    )


def _shared_calls(track: Track) -> list[str]:
    """The outermost frames that it was met in each time, innermost first."""
    stacks = [reversed(sighting.place.names) for _, sighting in track.sightings]
    shared = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*stacks, strict=False))
    return [level[0] for level in shared][::-1]
