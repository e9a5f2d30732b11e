"""The threads that may hold a lock which no line shows as held: those that are inside the functions which take it.

That is a hint for a person, marked as such; no edge of the wait-for graph rests on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from stackan.diagnose.evidence.doing import doing
from stackan.model.facts import Fact, fact
from stackan.model.place import StackMeaning
from stackan.model.process import Process
from stackan.model.rules import FrameRule
from stackan.model.track import Track, places_of

_MOST = 3  # more candidates than this show nothing


class Others:
    """Threads without those that wait for one object; nothing is copied, as thousands of objects may leave out one each."""

    def __init__(self, tracks: Sequence[Track], left_out: Sequence[int]) -> None:
        self._tracks = tracks
        self._left_out = left_out  # positions among the tracks, in order
        self._kept_before = [at - order for order, at in enumerate(left_out)]  # how many are kept before each of these

    def __len__(self) -> int:
        return len(self._tracks) - len(self._left_out)

    def __getitem__(self, at: int) -> Track:
        return self._tracks[at + bisect_right(self._kept_before, at)]

    def __iter__(self) -> Iterator[Track]:
        return map(self.__getitem__, range(len(self)))


class _Inside:
    """The threads inside some functions, by the address of what they wait for."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._tracks = tracks
        self._waiting: dict[int | None, list[int]] = {}
        for at, track in enumerate(tracks):
            if track.newest.awaited is not None:
                self._waiting.setdefault(track.newest.awaited.address, []).append(at)

    def but(self, address: int | None) -> Others:
        return Others(self._tracks, self._waiting.get(address, ()))


def anyone(track: Track) -> bool:
    return True


class PossibleHolders:
    """The threads of a process by the functions that they are inside."""

    def __init__(self, process: Process) -> None:
        self._tracks: dict[int, list[Track]] = {}  # by place; equal places are the same object
        self._places: dict[str, list[StackMeaning]] = {}
        self._inside: dict[tuple[frozenset[str], Callable[[Track], bool]], _Inside] = {}
        for track in process.tracks:
            at = self._tracks.setdefault(id(track.place), [])
            if not at and (track.place.verb != "idle" or track.place.rule is None):  # no rule knows it as parked
                for name in dict.fromkeys(_past(track.place)):
                    self._places.setdefault(name, []).append(track.place)
            at.append(track)

    def of(self, waiters: Sequence[Track], which: Callable[[Track], bool] = anyone) -> Others:
        """The threads that are in a function which these waiters called to take their lock, and are past taking it."""
        address = waiters[0].newest.awaited.address if waiters[0].newest.awaited else None
        takers = frozenset(place.purpose for place, _ in places_of(waiters) if not place.purpose.startswith("??"))
        if (takers, which) not in self._inside:
            places = {id(place): place for name in sorted(takers) for place in self._places.get(name, ())}
            inside = [track for place in places for track in self._tracks[place] if which(track)]
            self._inside[takers, which] = _Inside(inside)
        return self._inside[takers, which].but(address)

    def beside(self, rule: FrameRule) -> list[Track]:
        """The threads that are where the rule says that a holder is, and don't themselves wait by this rule."""
        places = {id(place): place for name in rule.holders for place in self._places.get(name, ())}
        at_work = [number for number, place in places.items() if place.rule is not rule and place.verb != "idle"]
        return [track for number in at_work for track in self._tracks[number]]


def _past(place: StackMeaning) -> tuple[str, ...]:
    """The functions that may have taken a lock before they came here: a thread that waits for a lock has not taken that one."""
    return place.application[1:] if place.state == "lock" else place.application


def name_candidates(waiters: Sequence[Track], candidates: PossibleHolders) -> list[Fact]:
    """The hint, if few enough threads come into question."""
    rule = waiters[0].place.rule
    if rule is not None:
        if not rule.holders:
            return []
        found: Sequence[Track] | Others = candidates.beside(rule)
        where = None
        if not found:
            return [fact("no-holder-at-work")]
    else:
        found, where = candidates.of(waiters), waiters[0].place.purpose
    return _few("may-hold", found, where)


def name_missing(waiters: Sequence[Track], candidates: PossibleHolders) -> list[Fact]:
    """The threads that have yet to come to a barrier, if there are few enough candidates."""
    return _few("may-be-missing", candidates.of(waiters), waiters[0].place.purpose)


def _few(name: str, found: Sequence[Track] | Others, function: str | None) -> list[Fact]:
    if len(found) == 1:
        return [fact(name, thread=found[0], function=function), doing(found[0])]
    return [fact(f"{name}-one-of", threads=tuple(found), function=function)] if 1 < len(found) <= _MOST else []
