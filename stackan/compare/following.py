"""Snapshots of one process → its threads through time, each with its progress."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from stackan.compare.callbacks import hold_callbacks
from stackan.compare.control import park_controllers
from stackan.compare.crossed import hold_crossed
from stackan.compare.handlers import note_handler
from stackan.compare.locked_objects import doubt_rest_in_locked_objects
from stackan.compare.matching import match
from stackan.compare.needs import doubt_needs
from stackan.compare.no_door import unpark_closed
from stackan.compare.progress import Judges
from stackan.compare.same_call import hold_same_call
from stackan.compare.settling import park_joiners, park_result_waiters, unpark_lock_holders
from stackan.compare.turns import park_turn_waiters
from stackan.model.columns import UNKNOWN
from stackan.model.place import Sighting
from stackan.model.track import PROGRESSING, Track

if TYPE_CHECKING:
    from stackan.model.counters import Counters

_MAKE: Callable[[tuple[object, ...]], Track] = partial(tuple.__new__, Track)  # there may be hundreds of thousands


def follow(snapshots: Sequence[Sequence[Sighting]], cut: Collection[int] = (), counters: Counters | None = None) -> list[Track]:
    """Match the threads of a process's snapshots; newest snapshot's order first, then those that vanished.

    `cut` are the snapshots whose text breaks off: a thread that is missing in them may exist all the same.
    """
    last = len(snapshots) - 1
    judges = Judges(last, cut)
    tracks = [_track(key, tuple(sightings), judges) for key, sightings in match(snapshots).items()]
    if counters is not None:
        from stackan.compare.counted import apply_counters  # few cases have any

        tracks = [apply_counters(track, counters, last, cut) for track in tracks]
    tracks = park_controllers(
        [note_handler(hold_same_call(track, last), last) if track.progress == PROGRESSING else track for track in tracks]
    )
    tracks = unpark_closed(doubt_needs(tracks), last)
    tracks = unpark_lock_holders(park_turn_waiters(park_result_waiters(park_joiners(tracks, once=last == 0))), once=last == 0)
    tracks = doubt_rest_in_locked_objects(hold_crossed(hold_callbacks(tracks, last)))
    return sorted(tracks, key=lambda track: (-track.sightings[-1][0], track.newest.thread))


def _track(key: int | str, sightings: tuple[tuple[int, Sighting], ...], judges: Judges) -> Track:
    newest = sightings[-1][1]
    dump, thread = newest.dump, newest.thread
    columns = dump.columns
    lwp, pthread, number = columns.thread_lwp[thread], columns.thread_pthread[thread], columns.thread_number[thread]
    judged = judges.judge(sightings)
    return _MAKE((
        key,
        lwp if lwp != UNKNOWN else None,
        hex(pthread) if pthread else None,
        number if lwp == UNKNOWN and number != UNKNOWN else None,
        dump.thread_names[thread - dump.first_thread],
        sightings,
        *judged,
        newest,
        newest.place,
        False,
        "",
    ))  # fmt: skip
