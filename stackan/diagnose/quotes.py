"""Lines of the inputs that show an edge or a wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackan.model.finding import Quote
from stackan.model.place import Sighting
from stackan.model.process import Process
from stackan.model.track import Track
from stackan.model.waitgraph import Edge, WaitGraph


def quote_line(sighting: Sighting, line: int) -> Quote:
    return Quote(sighting.dump.source, line, sighting.dump.line_text(line))


def quote_edge(graph: WaitGraph, edge: Edge) -> list[Quote]:
    """The line that an edge rests on, in the dump of whichever end has it."""
    for node in (edge.waiter, edge.supplier):
        process = graph.nodes[node].process
        dump = process.dumps[-1] if process is not None else None
        if edge.line and dump is not None and dump.source == edge.source:
            return [Quote(dump.source, edge.line, dump.line_text(edge.line))]
    return []


def quote_wait(track: Track) -> list[Quote]:
    """Where a thread waits, in its oldest and its newest snapshot."""
    ends = [track.sightings[0][1], track.sightings[-1][1]] if len(track.sightings) > 1 else [track.newest]
    return [quote_line(sighting, wait_line(sighting)) for sighting in ends]


def wait_line(sighting: Sighting) -> int:
    """The line to show for a wait: that of its object, else of the first frame with a name outside of it."""
    awaited, place = sighting.awaited, sighting.place
    if awaited is not None and (awaited.address is not None or awaited.descriptor is not None):
        return awaited.line
    at = next((at for at in range(place.run, place.end) if not place.names[at].startswith("??")), place.run)
    return sighting.frame_line(at)


def collect_quotes(groups: Iterable[Iterable[Quote]]) -> tuple[Quote, ...]:
    """All quotes once, in their order."""
    return tuple(dict.fromkeys(quote for group in groups for quote in group))


def sample(threads: Sequence[tuple[Process, Track]], most: int = 4) -> tuple[Quote, ...]:
    """The waits' own lines of some of the threads, in the oldest and the newest snapshot."""
    return collect_quotes(quote_wait(track) for _, track in threads[:most])
