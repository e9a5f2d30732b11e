"""Threads of one process with one stack, together, and which of them stand on the page as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.place import StackMeaning
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.track import Track
from stackan.report.processes import SEEMS_IDLE, progress_of

GROUPS = 60  # of the whole page
NAMED = 100  # threads of a group
_ORDER = ("stuck", "spinning", "unknown", "vanished", "appeared", "progressing", SEEMS_IDLE, "idle")


class Group(NamedTuple):
    process: Process
    progress: str
    place: StackMeaning
    tracks: list[Track]


def groups_of(processes: Sequence[Process]) -> list[Group]:
    """The gravest and largest first."""
    found: dict[tuple[str, str, tuple[str, ...]], Group] = {}
    for process in processes:
        for track in process.tracks:
            progress = progress_of(track)
            key = (process.id, progress, track.place.names)
            found.setdefault(key, Group(process, progress, track.place, [])).tracks.append(track)
    return sorted(found.values(), key=lambda group: (_ORDER.index(group.progress), -len(group.tracks)))


def as_text(groups: Sequence[Group]) -> Iterator[Track]:
    """The threads that a link leads to where no program runs."""
    for group in groups[:GROUPS]:
        yield from group.tracks[:NAMED]
