"""Inputs that were given as snapshots of one process, and are of several: which, and by what."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.placement import Place
from stackan.placing.identity import why_different

_SHOWN = 4


def tell_apart(places: Sequence[Place]) -> str:
    """A sentence for who gave snapshots to compare of which no two are of one process."""
    named = [f"{place.compared[0].source} ({_name(place)})" for place in places]
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    why = why_different(*(place.compared[0] for place in places[:2]))
    return f"each of another process, so that none can be compared: {', '.join(named[:_SHOWN])}{more}; {why}"


def _name(place: Place) -> str:
    return f"process {place.pid}" if place.pid is not None else "a process of unknown id"
