"""Warnings about snapshots that are not compared, or prove nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, starmap

from stackan.model.placement import ProcessInputs
from stackan.model.process import Process
from stackan.model.process_list import ProcessList
from stackan.model.said import first_of, said
from stackan.placing import is_appended, is_overwritten_by_a_round

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
    within = True  # all copies stand in one text with what they are copies of
    for process in processes:
        rest = [placed.dump.source for placed in process.inputs.placements if not placed.compared]
        if rest:
            others[process.dumps[0].source] = rest
        for dump, first in process.repeats:
            same = process.dumps[first].source
            within = within and dump.source == same
            line = f":{dump.thread(dump.first_thread).line}" if dump.source == same else ""
            copies.setdefault(same, []).append(f"{dump.source}{line}")
        for source, first_source in process.suspects:
            suspects.setdefault(first_source, []).append(source)
    if len(others) == 1:
        yield said("not compared, as taken with another tool or other symbols than {other}: {inputs}", **_about(others))
    elif others:
        yield said("not compared, as taken with another tool or other symbols than others of their processes: {inputs}", **_about(others))
    appended = [
        process.dumps for process in processes if process.inputs.span is None and any(starmap(is_appended, pairwise(process.dumps)))
    ]
    if appended:
        yield said(
            "several rounds were appended to one file, and nothing says how far apart they are, "
            "so they are compared in their order: {inputs}; give each round a folder of its own, or write the `date` before each dump",
            inputs=first_of(list(dict.fromkeys(dump.source for dumps in appended for dump in dumps)), _LISTED),
        )
    if len(copies) == 1 and within:
        yield said(
            "perhaps a copy, so nothing rests on it, with the same bytes as {other}: {inputs}; "
            "if it is a further round, write the `date` before each dump, or give each round a folder of its own",
            **_about(copies),
        )
    elif len(copies) == 1:
        yield said("perhaps a copy, so nothing rests on it, with the same bytes as {other}: {inputs}", **_about(copies))
    elif copies:
        yield said("perhaps copies, so nothing rests on them, with the same bytes as others of their processes: {inputs}", **_about(copies))
    if len(suspects) == 1:
        yield said("perhaps a copy, with the same bytes as {other}: {inputs}", **_about(suspects))
    elif suspects:
        yield said("perhaps copies, with the same bytes as others of their processes: {inputs}", **_about(suspects))


def doubt_overwritten(processes: Sequence[Process]) -> Iterator[str]:
    """A warning where every process has one snapshot, in files that a script names by processes: the same in each round."""
    sources = [dump.source for process in processes for dump in process.snapshots]
    if processes and len(sources) == len(processes) and all(map(is_overwritten_by_a_round, sources)):
        yield said(
            "one round only, in files named by their processes: a second round writes over the first one under such names; "
            "take each round into a folder of its own, such as `round1` and `round2`, 3 to 5 minutes apart"
        )


def doubt_ended(process_lists: Sequence[ProcessList], processes: Sequence[Process]) -> Iterator[str]:
    """A warning for each process that was gone in a later round of its capture: its last snapshot is not of now."""
    ended = {(each.host, pid): number for each in process_lists for pid, number in each.ended.items()}
    for process in processes:
        host = process.inputs.host
        number = ended.get((host, process.pid)) if process.pid is not None else None
        if number is not None:
            yield said(
                "process {process} had ended before round {round}: it is judged by what was taken before", process=process.id, round=number
            )


def _about(found: dict[str, list[str]]) -> dict[str, str]:
    """Which inputs it is about, the first few, and that with which they are held together, where that is one input."""
    return {"other": next(iter(found)), "inputs": first_of([source for same in found.values() for source in same], _LISTED)}
