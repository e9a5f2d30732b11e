"""Who may hold a lock that no line shows as held: the threads that are inside the functions which take it.

That is a hint for a person, marked as such; no edge of the wait-for graph rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.words import describe_doing, label
from stackan.model.place import Place
from stackan.model.process import Process
from stackan.model.rules import FrameRule
from stackan.model.track import Track, places_of

_MOST = 3  # more candidates than this tell nothing


class Candidates:
    """The threads of a process by the functions that they are inside."""

    def __init__(self, process: Process) -> None:
        self._tracks: dict[int, list[Track]] = {}  # by place; equal places are the same object
        self._places: dict[str, list[Place]] = {}
        for track in process.tracks:
            at = self._tracks.setdefault(id(track.place), [])
            if not at and (track.place.verb != "idle" or track.place.rule is None):  # no rule knows it as parked
                for name in dict.fromkeys(_past(track.place)):
                    self._places.setdefault(name, []).append(track.place)
            at.append(track)

    def of(self, waiters: Sequence[Track]) -> list[Track]:
        """The threads that are in a function which these waiters called to take their lock, and are past taking it."""
        address = waiters[0].newest.awaited.address if waiters[0].newest.awaited else None
        takers = {place.purpose for place, _ in places_of(waiters) if not place.purpose.startswith("??")}
        places = {id(place): place for name in takers for place in self._places.get(name, ())}
        inside = [track for place in places for track in self._tracks[place]]
        return [track for track in inside if track.newest.awaited is None or track.newest.awaited.address != address]

    def beside(self, rule: FrameRule) -> list[Track]:
        """The threads that are where the rule says that a holder is, and don't themselves wait by this rule."""
        places = {id(place): place for name in rule.holders for place in self._places.get(name, ())}
        at_work = [number for number, place in places.items() if place.rule is not rule and place.verb != "idle"]
        return [track for number in at_work for track in self._tracks[number]]


def _past(place: Place) -> tuple[str, ...]:
    """The functions that may have taken a lock before they came here: who waits for a lock has not taken that one."""
    return place.application[1:] if place.state == "lock" else place.application


def name_candidates(waiters: Sequence[Track], candidates: Candidates) -> list[str]:
    """The hint in a sentence, if few enough threads come into question."""
    rule = waiters[0].place.rule
    if rule is not None:
        if not rule.holders:
            return []
        found = candidates.beside(rule)
        if not found:
            return ["No thread of the process is at work that could hold it: its holder is most likely a client that is idle."]
        where = "at work"
    else:
        found, where = candidates.of(waiters), f"past that lock inside {waiters[0].place.purpose}"
    if not 0 < len(found) <= _MOST:
        return []
    if len(found) == 1:
        return [f"By elimination {label(found[0])} may hold it: no other thread is {where}. It {describe_doing(found[0])}."]
    return [f"By elimination one of {', '.join(map(label, found))} may hold it: no other threads are {where}."]


def name_missing(waiters: Sequence[Track], candidates: Candidates) -> list[str]:
    """Who has yet to come to a barrier, in a sentence, if few enough threads come into question."""
    found = candidates.of(waiters)
    if not 0 < len(found) <= _MOST:
        return []
    where = f"inside {waiters[0].place.purpose} without waiting there"
    if len(found) == 1:
        return [f"By elimination that is {label(found[0])}: no other thread is {where}. It {describe_doing(found[0])}."]
    return [f"By elimination that is one of {', '.join(map(label, found))}: no other threads are {where}."]
