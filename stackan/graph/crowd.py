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
                seen = self.seen.get(id(place))
                if seen is None:
                    self.places[id(place)], seen = place, self.seen.setdefault(id(place), [])
                seen.append(at)

    def inside(self, dispatch: frozenset[str]) -> list[Track]:
        """The threads that were ever seen inside one of these frames (`*` is any text), in their own order."""
        return [self.tracks[at] for at in sorted(set().union(*map(self._inside, dispatch)))]

    def _inside(self, frame: str) -> set[int]:
        if "*" not in frame:
            return self.around(frame)
        return set().union(*(self.around(name) for name in self._frames if fnmatchcase(name, frame)))

    def around(self, frame: str) -> set[int]:
        """Which of the tracks were ever inside of a frame."""
        return set().union(*(self.seen[number] for number in self._frames.get(frame, ())))

    @cached_property
    def _frames(self) -> dict[str, list[int]]:
        """The places inside of each frame; more than once if it calls itself."""
        frames: dict[str, list[int]] = {}
        for number, place in self.places.items():
            for name in place.application:
                if name in frames:
                    frames[name].append(number)
                else:
                    frames[name] = [number]
        return frames
