"""What a case's reader has to know of snapshots that are not compared, or prove nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.placement import Place
from stackan.model.process import Process


def doubt_comparison(places: Sequence[Place], given_order: bool) -> list[str]:
    """What has to be said where snapshots were given to be compared, and no two of them are of one process."""
    if not given_order or len(places) < 2 or any(len(each.compared) > 1 for each in places):
        return []
    from stackan.placing.apart import tell_apart

    return [tell_apart(places)]


def doubt(processes: Sequence[Process]) -> Iterator[str]:
    others: dict[str, list[str]] = {}
    copies: dict[str, list[str]] = {}
    for process in processes:
        rest = [placed.dump.source for placed in process.place.placements if not placed.compared]
        if rest:
            others[process.dumps[0].source] = rest
        for source, first in _copies(process):
            copies.setdefault(first, []).append(source)
    if others:
        yield f"not compared, as taken with another tool or other symbols than {_listed(others, 'others of their processes')}"
    if copies:
        yield f"perhaps a copy and no further dump, the same bytes as {_listed(copies, 'others of their processes')}"


def _copies(process: Process) -> Iterator[tuple[str, str]]:
    """(an input, the one before it of which it seems to be a copy); hardly ever are two texts of one size."""
    if len({len(dump.original) for dump in process.dumps}) < len(process.dumps):
        from stackan.placing.copies import find_copies

        yield from find_copies(process.dumps, process.tracks, process.counters)


def _listed(found: dict[str, list[str]], several: str) -> str:
    """Which inputs it is about, behind that with which they are held together, or words if there are several such."""
    return f"{next(iter(found)) if len(found) == 1 else several}: {', '.join(source for sources in found.values() for source in sources)}"
