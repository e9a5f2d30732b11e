"""Threads that look as if they waited for their next request, or for a child, and whoever could end that waits for them.

    read ← ?? ← ?? ← libc_start_main       of one process: a server without work, by its stack
    read ← ?? ← ?? ← libc_start_main       of another one, at the other end by a table of descriptors: nobody is left who would write

So they are taken for waiting once, to see whether they can ever go on; the others stay parked.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from stackan.model.children import Children
from stackan.model.facts import fact
from stackan.model.place import WAITS_FOR_PEER, WAITS_IN_CIRCLE, unparked
from stackan.model.process import Process
from stackan.model.track import IDLE, STUCK, Track, with_newest

Found = AbstractSet[tuple[int, "int | str"]]  # threads: the place of their process in the case, and their key


def find_in_circles(processes: Sequence[Process]) -> Found:
    """The threads that are idle only by the guess that they wait for a request or a child, where the case has whom they wait for."""
    children = Children(processes)
    return {
        (at, track.key)
        for at, process in enumerate(processes)
        if len(process.dumps) > 1
        for track in process.tracks
        if _is_parked_by_guess(track) and (_may_be_answered(track) or children.of(track, process) is not None)
    }


def _is_parked_by_guess(track: Track) -> bool:
    place = track.place
    guessed = track.progress == IDLE and place.verb == "idle" and place.rule is None and not place.timed
    return guessed and track.sightings[0][0] == 0 and len({sighting.place.names for _, sighting in track.sightings}) == 1


def _may_be_answered(track: Track) -> bool:
    """Whether processes of the case have the other end of what it reads."""
    awaited = track.newest.awaited
    link = awaited.link if awaited is not None and track.place.reason == WAITS_FOR_PEER else None
    return link is not None and bool(link.ends) and all(end.places for end in link.ends)


def unpark_in_circles(processes: Sequence[Process], some: Found) -> list[Process]:
    """The processes, with some of their threads as stuck."""
    return [
        process._replace(tracks=tuple(_unpark(track) if (at, track.key) in some else track for track in process.tracks))
        for at, process in enumerate(processes)
    ]


def _unpark(track: Track) -> Track:
    awaited = track.newest.awaited
    place = track.place._replace(kind=awaited.kind if awaited is not None else track.place.kind)
    newest = track.newest._replace(place=unparked(place, WAITS_IN_CIRCLE))
    return with_newest(track, newest)._replace(
        progress=STUCK,
        note=(fact(WAITS_IN_CIRCLE),),
        timeline=track.timeline.replace("I", "S"),
    )
