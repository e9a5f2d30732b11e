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
    from stackan.model.log import Log

_ENDS = 2  # lines of tables that are quoted for the processes which have the other end of one wait open


def quote_line(sighting: Sighting, line: int) -> Quote:
    return Quote(sighting.dump.source, line, sighting.dump.line_text(line))


def quote_edge(graph: WaitGraph, edge: Edge) -> list[Quote]:
    """The line that an edge rests on, in the dump or a log of the end that has it."""
    for node in (edge.waiter, edge.supplier):
        process, track = graph.nodes[node].process, graph.nodes[node].track
        for quote in quote_beside(track.newest.awaited) if track is not None else ():
            if (quote.source, quote.line) == (edge.source, edge.line):
                return [quote]
        if edge.line and process is not None:
            for reading in process.logs:
                if _stands_in(reading.log, edge):
                    return [Quote(edge.source, edge.line, reading.log.line_text(edge.line))]
            dump = next((dump for dump in reversed(process.dumps) if dump.source == edge.source), None)
            if dump is not None:
                return [Quote(edge.source, edge.line, dump.line_text(edge.line))]
    return []


def is_logged(graph: WaitGraph, edge: Edge) -> bool:
    """Whether an edge rests on a server's log rather than on a dump."""
    processes = [graph.nodes[node].process for node in (edge.waiter, edge.supplier)]
    return any(_stands_in(reading.log, edge) for process in processes if process is not None for reading in process.logs)


def _stands_in(log: Log, edge: Edge) -> bool:
    return log.source == edge.source and edge.line in log.lines


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
