"""Warnings about snapshots that are not compared, or prove nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.placement import ProcessInputs
from stackan.model.process import Process
from stackan.model.said import first_of, said

_LISTED = 8


def doubt_comparison(places: Sequence[ProcessInputs], given_order: bool) -> list[str]:
    """Warnings for a case whose snapshots were given to be compared, but no two of them are of one process."""
    if not given_order or len(places) < 2 or any(len(each.compared) > 1 for each in places):
        return []
    from stackan.placing.different_processes import tell_apart

    return [tell_apart(places)]


def doubt(processes: Sequence[Process]) -> Iterator[str]:
    others: dict[str, list[str]] = {}
    copies: dict[str, list[str]] = {}
    suspects: dict[str, list[str]] = {}
    for process in processes:
        rest = [placed.dump.source for placed in process.inputs.placements if not placed.compared]
        if rest:
            others[process.dumps[0].source] = rest
        for dump, first in process.repeats:
            same = process.dumps[first].source
            line = f":{dump.thread(dump.first_thread).line}" if dump.source == same else ""
            copies.setdefault(same, []).append(f"{dump.source}{line}")
        for source, first_source in process.suspects:
            suspects.setdefault(first_source, []).append(source)
    if len(others) == 1:
        yield said("not compared, as taken with another tool or other symbols than {other}: {inputs}", **_about(others))
    elif others:
        yield said("not compared, as taken with another tool or other symbols than others of their processes: {inputs}", **_about(others))
    if len(copies) == 1:
        yield said("perhaps a copy, so nothing rests on it, with the same bytes as {other}: {inputs}", **_about(copies))
    elif copies:
        yield said("perhaps copies, so nothing rests on them, with the same bytes as others of their processes: {inputs}", **_about(copies))
    if len(suspects) == 1:
        yield said("perhaps a copy, with the same bytes as {other}: {inputs}", **_about(suspects))
    elif suspects:
        yield said("perhaps copies, with the same bytes as others of their processes: {inputs}", **_about(suspects))


def _about(found: dict[str, list[str]]) -> dict[str, str]:
    """Which inputs it is about, the first few, and that with which they are held together, where that is one input."""
    return {"other": next(iter(found)), "inputs": first_of([source for same in found.values() for source in same], _LISTED)}
