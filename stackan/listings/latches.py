"""A server's list of its threads, held against the dumps: who waits for whom, joined by LWP.

The list has no time.  So a row that waits counts only for a thread that stands still in the dumps, and one that has a lock only where
such a thread waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import fact
from stackan.model.listing import Listing, ThreadHold, ThreadWait
from stackan.model.log import Log
from stackan.model.place import CONDITION_OF_LOOP, RECORDED, Awaited, Held, StackMeaning, unparked
from stackan.model.track import IDLE, STUCK, UNSURE, VANISHED, Track, with_newest


def attach_threads(tracks: Sequence[Track], listings: Sequence[Listing], snapshots: int) -> list[Track]:
    """The threads of a process with the locks that its list of threads names."""
    waits = {wait.lwp: (wait, listing.log) for listing in listings for wait in listing.thread_waits}
    holds: dict[int, list[tuple[ThreadHold, Log]]] = {}
    for listing in listings:
        for hold in listing.thread_holds:
            holds.setdefault(hold.lwp, []).append((hold, listing.log))
    present = {track.lwp for track in tracks if track.progress != VANISHED}
    waiting = [_waiting(track, waits, snapshots, present) for track in tracks]
    wanted = {
        track.newest.awaited.address for track in waiting if track.newest.awaited is not None and track.newest.awaited.log is not None
    }
    return [_holding(track, holds, wanted) for track in waiting]


def _waiting(track: Track, waits: dict[int, tuple[ThreadWait, Log]], snapshots: int, present: set[int | None]) -> Track:
    row = waits.get(track.lwp) if track.lwp is not None else None
    if row is None or not _may_wait(track):
        return track
    wait, log = row
    place = track.place if track.place.verb != "idle" else unparked(track.place, CONDITION_OF_LOOP)
    if place.verb != "blocked":
        place = place._replace(verb="waiting", rule=None)
    place = place._replace(kind=wait.kind, state="lock")
    owners = tuple(lwp for lwp in wait.owners if lwp in present)
    awaited = Awaited(wait.kind, wait.address, None, owners, "", RECORDED, place.wait_frames, wait.line, log=log)
    told = with_newest(track, track.newest._replace(awaited=awaited, place=place))
    if track.progress == IDLE:
        return told._replace(progress=STUCK if snapshots > 1 else UNSURE, note=(fact(_note(snapshots)),))
    return told


def _note(snapshots: int) -> str:
    return "same-stack-and-wait" if snapshots > 1 else "one-snapshot-no-motion"


def _may_wait(track: Track) -> bool:
    """Whether a thread stands where it may wait for a lock; one that a rule knows to be at rest does not."""
    place: StackMeaning = track.place
    parked = place.verb == "idle" and (place.rule is not None or place.state != "idle" or not _stood(track))
    return track.progress in (STUCK, UNSURE, IDLE) and not parked and place.verb in ("waiting", "blocked", "idle", "unknowable", "running")


def _stood(track: Track) -> bool:
    return len({sighting.place.names for _, sighting in track.sightings}) == 1


def _holding(track: Track, holds: dict[int, list[tuple[ThreadHold, Log]]], wanted: set[int | None]) -> Track:
    rows = [(hold, log) for hold, log in holds.get(track.lwp or 0, ()) if hold.address in wanted]
    if not rows or track.progress == VANISHED:
        return track
    held = tuple(Held(hold.kind, hold.address, RECORDED, hold.line, 0, False, log=log) for hold, log in rows)
    newest = track.newest._replace(holds=(*track.newest.holds, *held))
    return with_newest(track, newest)
