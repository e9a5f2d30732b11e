"""Threads by the places in which they were seen."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cached_property

from stackan.model.place import StackMeaning
from stackan.model.track import Track


class Crowd:
    """Threads by the places in which they were seen: what follows from a place is worked out once for it."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks = tracks
        self.places: dict[int, StackMeaning] = {}  # equal places are the same object
        self.seen: dict[int, list[int]] = {}  # which of the tracks, by place; more than once if it was seen there more than once
        for at, track in enumerate(tracks):
            for _, sighting in track.sightings:
                place = sighting.place
                if id(place) not in self.places:
                    self.places[id(place)], self.seen[id(place)] = place, []
                self.seen[id(place)].append(at)

    def inside(self, dispatch: frozenset[str]) -> list[Track]:
        """The threads that were ever seen inside one of these frames (`*` is any text), in their own order."""
        return [self.tracks[at] for at in sorted(set().union(*map(self._inside, dispatch)))]

    def _inside(self, frame: str) -> set[int]:
        if "*" not in frame:
            return self.around.get(frame, set())
        return set().union(*(seen for name, seen in self.around.items() if fnmatchcase(name, frame)))

    @cached_property
    def around(self) -> dict[str, set[int]]:
        """Which of the tracks were ever inside of each frame."""
        around: dict[str, set[int]] = {}
        for number, place in self.places.items():
            for name in place.application:
                around.setdefault(name, set()).update(self.seen[number])
        return around
