"""Functions of scripts that read, seen natively: all threads of a kind in one such read may wait for a server that does not answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackan.diagnose.evidence.doing import in_all, wanted_by_all
from stackan.diagnose.evidence.quotes import sample
from stackan.model.facts import fact
from stackan.model.finding import POSSIBLE, WARNING, Finding
from stackan.model.place import StackMeaning
from stackan.model.process import Process
from stackan.model.stem import stem
from stackan.model.track import UNSURE, VANISHED, Track, places_where

_READER = "scripted"  # the role that profiles give to such a read
_FEW = 2  # threads of a kind from which it tells that all do the same


def find_script_reads(process: Process) -> list[Finding]:
    """One finding for each kind of threads, by their name, all of which stood in one such read in all snapshots."""
    if len(process.dumps) < 2 or not places_where(process.tracks, _is_a_read):
        return []
    kinds: dict[str, list[Track]] = {}
    for track in process.tracks:
        if track.progress != VANISHED:
            kinds.setdefault(stem(track.name), []).append(track)
    return [_finding(process, readers) for readers in map(list, map(_readers, kinds.values())) if len(readers) >= _FEW]


def _readers(tracks: Sequence[Track]) -> Iterable[Track]:
    """Those of a kind that read, unless threads of that kind are seen at something else; the initial one may do what it likes."""
    reading = [track for track in tracks if _reads(track)]
    others = [track for track in tracks if not _reads(track) and not track.place.of_initial_thread and track.place.role != "timer"]
    return reading if len(reading) > len(others) else []


def _reads(track: Track) -> bool:
    return track.progress == UNSURE and _is_a_read(track.place) and not track.timeline.strip("S ")


def _is_a_read(place: StackMeaning) -> bool:
    return place.rule is not None and place.rule.role == _READER


def _finding(process: Process, tracks: list[Track]) -> Finding:
    threads = tuple((process, track) for track in tracks)
    rule = tracks[0].place.rule
    hint = rule.hint if rule is not None else ""
    title = fact("stands-waiting", thread=None, count=len(tracks), processes=None, what=wanted_by_all(tracks), function=None, most=None)
    return Finding(
        kind="stalled-io",
        severity=WARNING,
        confidence=POSSIBLE,
        title=(title,),
        reasons=(fact("same-place", count=len(tracks), **in_all(process)), fact("profile-says-why", hint=hint)),
        doubts=(fact("maybe-waits-for-clients"),),
        threads=threads,
        resources=(wanted_by_all(tracks),),
        evidence=sample(threads),
        advice=(fact("profile-says-what-to-take", hint=hint),),
        processes=(process,),
    )
