"""One thread of a process through all snapshots."""

from typing import NamedTuple

from stackan.model.place import Place, Sighting

STUCK, SPINNING, PROGRESSING, IDLE, APPEARED, VANISHED, UNSURE = (
    "stuck",
    "spinning",
    "progressing",
    "idle",
    "appeared",
    "vanished",
    "unknown",
)


class Track(NamedTuple):
    """A thread, matched across snapshots."""

    key: int | str  # LWP, or what stands for it
    lwp: int | None
    pthread: str | None
    number: int | None  # the dump's own, where it identifies a thread without an LWP: a goroutine's
    name: str | None
    sightings: tuple[tuple[int, Sighting], ...]  # (snapshot index, sighting), in time order
    progress: str
    note: str  # why, in words
    timeline: str  # a letter for each interval between snapshots (docs/json.md)
    newest: Sighting  # the last of its sightings, and
    place: Place  # what it stands in there: both are asked for often

    @property
    def shown(self) -> int | None:
        """The number that its reader knows it by."""
        return self.lwp if self.lwp is not None else self.number

    @property
    def present(self) -> list[int]:
        return [index for index, _ in self.sightings]


def label(track: Track) -> str:
    """`LWP 17541 transfer`, `goroutine 17`, or what else stands for the LWP where none is printed."""
    name = f" {track.name}" if track.name else ""
    return f"LWP {track.lwp}{name}" if track.lwp is not None else f"{track.key}{name}"
