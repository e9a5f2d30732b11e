"""The carriers that virtual threads without one wait for: those that stand still, and whether others run what comes."""

from __future__ import annotations

from stackan.model.process import Process
from stackan.model.track import APPEARED, STUCK, VANISHED, Track

_WITHOUT_CARRIER, _PINNED = "java.without-carrier", "java.pinned-carrier"  # rules
CARRIERS = ("java.carrier", _PINNED)  # the rules of what carries one
_RUN = "java.lang.VirtualThread.run"  # the outermost function of a virtual thread that was ever run


def carriers_move_for(track: Track, process: Process) -> bool:
    """Whether a virtual thread waits for a carrier while others get one: it may be the next."""
    return _lacks_carrier(track) and any(map(_was_run, process.tracks))


def standing_carriers(track: Track, process: Process) -> list[tuple[Process, Track]]:
    """The carriers that stand still with what is pinned to them, if a virtual thread waits for one."""
    if not _lacks_carrier(track):
        return []
    return [
        (process, each)
        for each in process.tracks
        if each.progress == STUCK and each.place.rule is not None and each.place.rule.id == _PINNED
    ]


def _was_run(track: Track) -> bool:
    """Whether a virtual thread got on between two snapshots; one that was there without any frame and is gone has run since."""
    if track.progress == VANISHED and _lacks_carrier(track):
        return True
    return track.progress in (APPEARED, VANISHED) and track.place.names[-1:] == (_RUN,)


def _lacks_carrier(track: Track) -> bool:
    return track.place.rule is not None and track.place.rule.id == _WITHOUT_CARRIER
