"""What a case's reader has to know of snapshots that are not compared, or prove nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.placement import Place
from stackan.model.process import Process

_LISTED = 8


def doubt_comparison(places: Sequence[Place], given_order: bool) -> list[str]:
    """What has to be said where snapshots were given to be compared, and no two of them are of one process."""
    if not given_order or len(places) < 2 or any(len(each.compared) > 1 for each in places):
        return []
    from stackan.placing.apart import tell_apart

    return [tell_apart(places)]


def doubt(processes: Sequence[Process]) -> Iterator[str]:
    others: dict[str, list[str]] = {}
    copies: dict[str, list[str]] = {}
    suspects: dict[str, list[str]] = {}
    for process in processes:
        rest = [placed.dump.source for placed in process.place.placements if not placed.compared]
        if rest:
            others[process.dumps[0].source] = rest
        for dump, first in process.repeats:
            same = process.dumps[first].source
            line = f", line {dump.thread(dump.first_thread).line}" if dump.source == same else ""
            copies.setdefault(same, []).append(f"{dump.source}{line}")
        for source, first_source in process.suspects:
            suspects.setdefault(first_source, []).append(source)
    if others:
        yield f"not compared, as taken with another tool or other symbols than {_listed(others)}"
    if copies:
        yield f"perhaps a copy and no further dump, so nothing rests on it, the same bytes as {_listed(copies)}"
    if suspects:
        yield f"perhaps a copy and no further dump, the same bytes as {_listed(suspects)}"


def _listed(found: dict[str, list[str]]) -> str:
    """Which inputs it is about, the first few, behind that with which they are held together, where that is one input."""
    sources = [source for same in found.values() for source in same]
    rest = f" and {len(sources) - _LISTED} more" if len(sources) > _LISTED else ""
    return f"{next(iter(found)) if len(found) == 1 else 'others of their processes'}: {', '.join(sources[:_LISTED])}{rest}"
