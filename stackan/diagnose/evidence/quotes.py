"""Lines of the inputs that show an edge or a wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from stackan.model.finding import Quote
from stackan.model.place import Awaited, Sighting
from stackan.model.process import Process
from stackan.model.track import Track, moved_from
from stackan.model.waitgraph import Edge, WaitGraph

if TYPE_CHECKING:
    from stackan.model.dump import Dump
    from stackan.model.log import Log

_ENDS = 2  # lines of tables that are quoted for the processes which have the other end of one wait open


def quote_line(sighting: Sighting, line: int) -> Quote:
    return Quote(sighting.dump.source, line, sighting.dump.line_text(line))


def quote_edge(graph: WaitGraph, edge: Edge) -> list[Quote]:
    """The line that an edge rests on, in the dump or a log of the end that has it."""
    line = edge.line
    if not line:
        return []
    for node in (graph.nodes[edge.waiter], graph.nodes[edge.supplier]):
        for quote in quote_beside(node.track.newest.awaited) if node.track is not None else ():
            if (quote.source, quote.line) == (edge.source, line):
                return [quote]
        text = _text_of(node.process, edge.source, line) if node.process is not None else None
        if text is not None:
            return [Quote(edge.source, line, text.line_text(line))]
    return []


def _text_of(process: Process, source: str, line: int) -> Dump | Log | None:
    """The log or the newest dump of a process that has a line."""
    for reading in process.logs:
        if reading.log.source == source and line in reading.log.lines:
            return reading.log
    for dump in reversed(process.dumps):
        if dump.source == source:
            return dump
    return None


def is_logged(graph: WaitGraph, edge: Edge) -> bool:
    """Whether an edge rests on a server's log rather than on a dump."""
    for node in (edge.waiter, edge.supplier):
        process = graph.nodes[node].process
        for reading in process.logs if process is not None else ():
            if reading.log.source == edge.source and edge.line in reading.log.lines:
                return True
    return False


def quote_wait(track: Track) -> list[Quote]:
    """The lines where a thread waits, in its oldest and its newest snapshot, and the lines of a log or a table about it.

    The newest comes first if the object has moved since: the facts about it use the address that it has now.
    """
    ends = [track.sightings[0][1], track.sightings[-1][1]] if len(track.sightings) > 1 else [track.newest]
    if moved_from(track) is not None:
        ends.reverse()
    return [*(quote_line(sighting, sighting.quoted_line) for sighting in ends), *quote_beside(track.newest.awaited)]


def quote_beside(shown: Awaited | None) -> list[Quote]:
    """The lines of a log or of tables that show what is waited for, if there are any."""
    if shown is None:
        return []
    if shown.log is not None:
        return [Quote(shown.log.source, shown.line, shown.log.line_text(shown.line))]
    if shown.link is None:
        return []
    return [Quote(end.source, end.line, end.text) for end in (shown.link.own, *shown.link.ends[:_ENDS])]


def collect_quotes(groups: Iterable[Iterable[Quote]]) -> tuple[Quote, ...]:
    """All quotes once, in their order."""
    return tuple(dict.fromkeys(quote for group in groups for quote in group))


def sample(threads: Sequence[tuple[Process, Track]], most: int = 4) -> tuple[Quote, ...]:
    """The waits' own lines of some of the threads, in the oldest and the newest snapshot."""
    return collect_quotes(quote_wait(track) for _, track in threads[:most])
