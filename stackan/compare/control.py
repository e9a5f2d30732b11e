"""The initial thread of a server that reads from a pipe whose size no argument shows: while the workers live, it waits for a signal.

    read ← ap_mpm_podx_check ← … ← ap_run_mpm ← main        the pipe of death, one byte; 25 workers beside it are parked

Where the dump prints how much it reads, that decides (`stackan.classify.told_by_arguments`).
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.compare.settling import park
from stackan.model.track import IDLE, PROGRESSING, STUCK, Track, is_of_initial_thread, places_where

_WORKERS = 2  # that live, at least


def park_controllers(tracks: Sequence[Track]) -> list[Track]:
    """The threads of a process, the initial one as parked if it reads while all others live."""
    initial = places_where(tracks, is_of_initial_thread)
    if not any(_may_be_controlled(track) for track in tracks if id(track.place) in initial):
        return list(tracks)
    others = [track for track in tracks if id(track.place) not in initial]
    living = sum(track.progress in (IDLE, PROGRESSING) for track in others)
    if living < _WORKERS or any(track.progress == STUCK for track in others):
        return list(tracks)
    return [park(track, "reads-while-workers-live") if _may_be_controlled(track) else track for track in tracks]


def _may_be_controlled(track: Track) -> bool:
    place, awaited = track.place, track.newest.awaited
    reads = place.verb == "waiting" and place.kind in ("pipe", "socket") and place.wait_frames > 0
    shown = awaited is not None and (awaited.descriptor is not None or awaited.link is not None)
    return (
        track.progress == STUCK
        and place.of_initial_thread
        and reads
        and not (place.in_task or shown)
        and place.names[place.wait_frames - 1] in ("read", "recv")
    )
