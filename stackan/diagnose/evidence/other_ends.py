"""The processes that threads wait for, at the other end of connections and pipes or as children, and what is seen there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackan.diagnose.evidence.doing import doing
from stackan.model.children import Children
from stackan.model.facts import Fact, Peer, Shown, fact
from stackan.model.place import RECORDED
from stackan.model.process import Process
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, VANISHED, Track, mode_of

if TYPE_CHECKING:
    from stackan.model.link import End, Link

_TOLD = 2  # other ends of one group that are shown


class OtherEnds:
    """The processes of a case, as the other ends of connections and pipes."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = {id(process.inputs): process for process in processes}
        self._children = Children(processes)

    def child_of(self, track: Track, parent: Process) -> list[Fact]:
        """The facts about the child process for whose end a thread waits, if that is in the case."""
        child = self._children.of(track, parent)
        return [fact("waits-for-process", process=child), *_at_work_in(child)] if child is not None else []

    def child_moves(self, track: Track, parent: Process) -> bool:
        """Whether the child process for whose end a thread waits is at work."""
        child = self._children.of(track, parent)
        return child is not None and _number_moving(child) > 0

    def of(self, tracks: Sequence[Track]) -> list[Fact]:
        """The facts about each other end that these threads wait for, those of most threads first."""
        groups: dict[tuple[Peer | str, bool], list[Link]] = {}  # by the process there, and whether bytes lie there unread
        for track in tracks:
            link = link_of(track)
            if link is not None and link.who:
                groups.setdefault((link.who, bool(link.unread)), []).append(link)
        ranked = sorted(groups.values(), key=len, reverse=True)
        return [each for links in ranked[:_TOLD] for each in self._of(links)]

    def _of(self, links: Sequence[Link]) -> list[Fact]:
        link = links[0]
        more = len(links) - 1 or None
        own, line = link.own.descriptor, shown(link)
        facts = [fact("descriptor-leads-to", descriptor=own, peer=link.who, connection=link.name, shown=line, more=more)]
        for end in link.ends[:_TOLD]:
            process = next((self._processes[id(place)] for place in end.places), None)
            facts += [fact("no-dump-of-process", pid=end.pid)] if process is None else _seen_in(process, end)
        if link.queued:
            facts.append(fact("connection-not-accepted"))
        elif link.unread:
            facts.append(fact("bytes-unread", bytes=link.unread))
        return facts


def link_of(track: Track) -> Link | None:
    """The other end of the descriptor that a thread waits for; None where no table shows it."""
    awaited = track.newest.awaited
    return awaited.link if awaited is not None else None


def shown(link: Link) -> Shown:
    """The line of the table that shows it."""
    return Shown(RECORDED, link.own.line, source=link.own.source)


def _seen_in(process: Process, end: End) -> list[Fact]:
    """The facts that are seen of the process at the other end."""
    using = [track for track in process.tracks if _uses(track, end)]
    if using:
        return [fact("peer-writes-too" if mode_of(using[0]) == "write" else "peer-reads-too", thread=using[0], process=process)]
    return _at_work_in(process)


def _at_work_in(process: Process) -> list[Fact]:
    """Where most of the threads of a process stand that are at work, and whether any moves."""
    places: dict[int, list[Track]] = {}
    for track in process.tracks:
        if track.progress not in (IDLE, VANISHED) and track.place.verb != "idle":
            places.setdefault(id(track.place), []).append(track)
    if not places:
        return [fact("process-is-idle", process=process)]
    most = max(places.values(), key=len)
    moving = _number_moving(process)
    facts = [fact("seen-in-process", process=process, thread=most[0], count=len(most)), doing(most[0])]
    return [*facts, fact("threads-move", process=process, count=moving)] if moving else facts


def _number_moving(process: Process) -> int:
    return sum(track.progress in (PROGRESSING, SPINNING, APPEARED) for track in process.tracks)


def _uses(track: Track, end: End) -> bool:
    awaited = track.newest.awaited
    return end.descriptor is not None and awaited is not None and awaited.descriptor == end.descriptor and track.progress != VANISHED
