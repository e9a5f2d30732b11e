"""The threads that may hold a lock which no line shows as held: those that are inside the functions which take it.

That is a hint for a person, marked as such; no edge of the wait-for graph rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.doing import doing
from stackan.model.facts import Fact, fact
from stackan.model.place import Place
from stackan.model.process import Process
from stackan.model.rules import FrameRule
from stackan.model.track import Track, places_of

_MOST = 3  # more candidates than this tell nothing


class PossibleHolders:
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


def name_candidates(waiters: Sequence[Track], candidates: PossibleHolders) -> list[Fact]:
    """The hint, if few enough threads come into question."""
    rule = waiters[0].place.rule
    if rule is not None:
        if not rule.holders:
            return []
        found, where = candidates.beside(rule), None
        if not found:
            return [fact("no-holder-at-work")]
    else:
        found, where = candidates.of(waiters), waiters[0].place.purpose
    return _few("may-hold", found, where)


def name_missing(waiters: Sequence[Track], candidates: PossibleHolders) -> list[Fact]:
    """The threads that have yet to come to a barrier, if few enough come into question."""
    return _few("may-be-missing", candidates.of(waiters), waiters[0].place.purpose)


def _few(name: str, found: Sequence[Track], function: str | None) -> list[Fact]:
    if len(found) == 1:
        return [fact(name, thread=found[0], function=function), doing(found[0])]
    return [fact(f"{name}-one-of", threads=tuple(found), function=function)] if 1 < len(found) <= _MOST else []
