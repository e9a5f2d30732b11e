"""Inputs that were given as snapshots of one process, and are of several: which, and by what."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.placement import ProcessInputs
from stackan.model.said import first_of, said
from stackan.placing.identity import why_different

_SHOWN = 4


def tell_apart(places: Sequence[ProcessInputs]) -> str:
    """A sentence where no two of the snapshots that were given to be compared are of one process."""
    inputs = [f"{place.compared[0].source} ({place.pid if place.pid is not None else '?'})" for place in places]
    return said(
        "each input is of another process (its id in parentheses), so that none can be compared: {inputs}; {why}",
        inputs=first_of(inputs, _SHOWN),
        why=why_different(*(place.compared[0] for place in places[:2])),
    )
