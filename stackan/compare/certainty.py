"""How sure it is that a thread does what it was found to do: the more snapshots and the longer the time, the surer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from stackan.model.finding import CERTAIN, LIKELY, POSSIBLE
from stackan.model.process import Process
from stackan.model.spans import CLOSE
from stackan.model.track import APPEARED, IDLE, PROGRESSING, RAN_NOTHING, SETTLED, SPINNING, STUCK, VANISHED, Track

_OFTEN = 5  # snapshots in a row for one that runs: a long computation may well be met three times at one line
_LONG = 60  # seconds after which hardly anything that is merely slow still is where it was


def rate(processes: Sequence[Process]) -> list[Process]:
    """The processes, with how sure it is what each of their threads does.

    It comes last: what a thread waits for may be known only by a log or a table, and what it does only by another process.
    """
    return [process._replace(certainties=_certainties(process)) for process in processes]


def _certainties(process: Process) -> dict[int | str, str]:
    span = process.inputs.span
    rated = ((track.key, _certainty(track, span)) for track in process.tracks)
    return {key: word for key, word in rated if word is not None}


def _certainty(track: Track, span: int | None) -> str | None:
    """A word of the contract for the thread's progress; None where that is not known.  `span`: seconds from first to last snapshot."""
    if track.progress in (APPEARED, VANISHED):
        return CERTAIN
    if track.progress == STUCK:
        return _of_standing(track, span)
    if track.progress == SPINNING:
        counted = _in_one_place(track) >= _OFTEN and span is not None and span >= _LONG
        return LIKELY if track.place.verb == "spinning" or counted else POSSIBLE
    if track.progress == IDLE:
        return LIKELY if track.place.rule is not None else POSSIBLE
    if track.progress == PROGRESSING:
        return CERTAIN if _has_another_stack(track) else LIKELY if "P" in track.timeline else POSSIBLE
    return None


def _of_standing(track: Track, span: int | None) -> str:
    """Certain for a thread that ran nothing; likely for one that waits for an object that all snapshots print, or by a rule.

    Functions and code addresses alone may be equal by chance: two requests, one after the other.
    """
    if track.newest.waited >= _LONG:
        return LIKELY
    known = _knows_object(track) or track.place.verb == "blocked"
    close = span is not None and span < CLOSE
    if track.counted == RAN_NOTHING and not close:
        return CERTAIN
    if _stands_long(track, span):
        return LIKELY
    return LIKELY if known and not close else POSSIBLE


def _stands_long(track: Track, span: int | None) -> bool:
    if span is not None and span < CLOSE:
        return False
    return _in_one_place(track) >= SETTLED or (span is not None and span >= _LONG)


def _in_one_place(track: Track) -> int:
    """In how many snapshots in a row, up to the newest, it was seen where it is."""
    return _last_in_one_place(track.timeline)


@lru_cache(maxsize=4096)  # thousands of threads have one time line
def _last_in_one_place(timeline: str) -> int:
    steps = timeline.rstrip("- ").split()  # what breaks off before it comes to the thread says nothing of it
    moved = next((at for at, step in enumerate(reversed(steps)) if step not in ("S", "R")), len(steps))
    return moved + 1


def _knows_object(track: Track) -> bool:
    awaited = track.newest.awaited
    return awaited is not None and (awaited.address is not None or awaited.descriptor is not None or awaited.log is not None)


def _has_another_stack(track: Track) -> bool:
    return any(sighting.place.names != track.place.names for _, sighting in track.sightings)
