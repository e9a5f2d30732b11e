"""What a store of other cases knows of a hang."""

from __future__ import annotations

from stackan.model.records import NamedTuple


class Noted(NamedTuple):
    """What somebody has noted of a case. noted_at: ISO-8601, UTC."""

    case: str
    text: str | None
    resolved_by: str | None
    noted_at: str


class Alike(NamedTuple):
    """A case that looks like this one. similarity: 0.0 to 1.0. exact: its stuck threads stand in the same places.

    common, only_here, only_there: names of frames, plumbing left out.
    """

    case: str
    similarity: float
    exact: bool
    verdict: str | None
    headline: str | None
    taken_at: str | None
    common: list[str]
    only_here: list[str]
    only_there: list[str]
    notes: list[Noted]


class Recalled(NamedTuple):
    """What a store knows. itself: the case that was asked about, by the names that the store has its bytes under.

    seen: how many other cases stand stuck in the same places. notes: on all of those. matches: the best first.
    """

    store: str
    itself: list[str]
    seen: int
    notes: list[Noted]
    matches: list[Alike]

    def to_dict(self) -> dict[str, object]:
        """As documents have it."""
        return {
            "store": self.store,
            "itself": self.itself,
            "seen": self.seen,
            "notes": [note._asdict() for note in self.notes],
            "matches": [{**each._asdict(), "notes": [note._asdict() for note in each.notes]} for each in self.matches],
        }
