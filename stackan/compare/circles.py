"""Threads that look as if they waited for their next request, and can get none: whoever could send it waits for them.

    read ← ?? ← ?? ← libc_start_main       of one process: a server without work, by its stack
    read ← ?? ← ?? ← libc_start_main       of another one, at the other end by a table of descriptors: nobody is left who would write

So they are taken for waiting once, to see whether they can ever go on; the others stay parked.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from stackan.model.facts import fact
from stackan.model.place import READS_IN_CIRCLE, WAITS_FOR_PEER, unparked
from stackan.model.process import Process
from stackan.model.track import IDLE, STUCK, Track, with_newest

Found = AbstractSet[tuple[int, "int | str"]]  # threads: the place of their process in the case, and their key


def find_readers(processes: Sequence[Process]) -> Found:
    """The threads that are idle only by the guess that they wait for a request, and whose other end processes of the case have."""
    return {
        (at, track.key)
        for at, process in enumerate(processes)
        if len(process.dumps) > 1
        for track in process.tracks
        if _may_be_answered(track)
    }


def _may_be_answered(track: Track) -> bool:
    place, awaited = track.place, track.newest.awaited
    if track.progress != IDLE or place.verb != "idle" or place.rule is not None or place.reason != WAITS_FOR_PEER or place.timed:
        return False
    link = awaited.link if awaited is not None else None
    if link is None or not link.ends or not all(end.places for end in link.ends):
        return False
    return track.sightings[0][0] == 0 and len({sighting.place.names for _, sighting in track.sightings}) == 1


def unpark_readers(processes: Sequence[Process], some: Found) -> list[Process]:
    """The processes, with some of their threads as stuck."""
    return [
        process._replace(tracks=tuple(_unpark(track) if (at, track.key) in some else track for track in process.tracks))
        for at, process in enumerate(processes)
    ]


def _unpark(track: Track) -> Track:
    awaited = track.newest.awaited
    place = track.place._replace(kind=awaited.kind if awaited is not None else track.place.kind)
    newest = track.newest._replace(place=unparked(place, READS_IN_CIRCLE))
    return with_newest(track, newest)._replace(
        progress=STUCK,
        note=(fact(READS_IN_CIRCLE),),
        timeline=track.timeline.replace("I", "S"),
    )
