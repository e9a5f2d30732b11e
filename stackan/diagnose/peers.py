"""Who is at the other end of what threads wait for, and what is seen there: in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackan.diagnose.words import describe_doing, label
from stackan.model.process import Process
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, VANISHED, Track, mode_of

if TYPE_CHECKING:
    from stackan.model.link import End, Link

_TOLD = 2  # other ends of one group that are told
NO_PROOF = "Who is at the other end is what a table beside the dumps says; they are not of one instant, so this is no proof."


class Peers:
    """The processes of a case, as the other ends of connections and pipes."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = {id(process.place): process for process in processes}

    def tell(self, tracks: Sequence[Track]) -> list[str]:
        """A sentence or more for each other end that these threads wait for, those of most threads first."""
        groups: dict[tuple[str, bool], list[Link]] = {}  # by who is there, and whether bytes lie there unread
        for track in tracks:
            link = link_of(track)
            if link is not None and link.who:
                groups.setdefault((link.who, bool(link.unread)), []).append(link)
        ranked = sorted(groups.values(), key=len, reverse=True)
        return [sentence for links in ranked[:_TOLD] for sentence in self._tell(links)]

    def _tell(self, links: Sequence[Link]) -> list[str]:
        link = links[0]
        leads = f"Descriptor {link.own.descriptor} leads to {link.who}"
        alike = f", as those of {len(links) - 1} more do" if len(links) > 1 else ""
        sentences = [f"{leads} ({shown(link)}){alike}."]
        for end in link.ends[:_TOLD]:
            process = next((self._processes[id(place)] for place in end.places), None)
            sentences.append(f"There is no dump of process {end.pid}." if process is None else _tell_process(process, end))
        if link.queued:
            sentences.append("Nobody there has accepted the connection yet.")
        elif link.unread:
            sentences.append(f"{link.unread} bytes lie there unread: nobody has taken up what was sent.")
        return sentences


def link_of(track: Track) -> Link | None:
    """What the descriptor leads to that a thread waits for, where a table tells."""
    awaited = track.newest.awaited
    return awaited.link if awaited is not None else None


def shown(link: Link) -> str:
    """`127.0.0.1:51190 -> 127.0.0.1:7002; ss.txt, line 10`"""
    return f"{link.name}; {link.own.source}, line {link.own.line}"


def _tell_process(process: Process, end: End) -> str:
    """What is seen of the process at the other end."""
    using = [track for track in process.tracks if _uses(track, end)]
    if using:
        writes = mode_of(using[0]) == "write"
        what = "write to it, too" if writes else "read from it, too: what was sent was lost, or neither has anything to say"
        return f"{label(using[0])} of process {process.id} waits to {what}."
    places: dict[int, list[Track]] = {}
    for track in process.tracks:
        if track.progress not in (IDLE, VANISHED) and track.place.verb != "idle":
            places.setdefault(id(track.place), []).append(track)
    if not places:
        return f"All threads of process {process.id} are idle."
    most = max(places.values(), key=len)
    more = f", and {len(most) - 1} more stand there" if len(most) > 1 else ""
    moving = sum(track.progress in (PROGRESSING, SPINNING, APPEARED) for track in process.tracks)
    move = f"; {moving} of its threads {'moves' if moving == 1 else 'move'}" if moving else ""
    return f"Of process {process.id}, {label(most[0])} {describe_doing(most[0])}{more}{move}."


def _uses(track: Track, end: End) -> bool:
    awaited = track.newest.awaited
    return end.descriptor is not None and awaited is not None and awaited.descriptor == end.descriptor and track.progress != VANISHED
