"""Threads by the places in which they were seen."""

from __future__ import annotations

from collections.abc import Sequence
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
        """The threads that were ever seen inside one of these frames, in their own order."""
        return [self.tracks[at] for at in sorted(set().union(*(self.around[name] for name in dispatch if name in self.around)))]

    @cached_property
    def around(self) -> dict[str, set[int]]:
        """Which of the tracks were ever inside of each frame."""
        around: dict[str, set[int]] = {}
        for number, place in self.places.items():
            for name in place.application:
                around.setdefault(name, set()).update(self.seen[number])
        return around
