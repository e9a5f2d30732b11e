"""How each input was placed: process, host, role, time and order, and whether its text or its name said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.analysis import Analysis
from stackan.model.placement import ARCHIVE, NAME, TEXT, Clue, Placement
from stackan.model.process import Process
from stackan.report.words import WIDTH, count, cut, indented, labelled, wrap

_SAYS = {TEXT: "its text", NAME: "its name", ARCHIVE: "the archive"}


def explain_inputs(analysis: Analysis) -> Iterator[str]:
    """Lines about every input of the case, process by process, oldest snapshot first; then the tables beside them and what was not used."""
    for process in analysis.processes:
        yield from _process(process)
    if analysis.descriptors:
        yield "tables of descriptors"
        for table in analysis.descriptors:
            yield f"   {table.source}: {', '.join(table.tools) or 'empty'}, {count(len(table.rows), 'row')}"
        yield ""
    if analysis.warnings:
        yield "notes"
        for warning in analysis.warnings:
            yield from indented(warning, 3, 6)


def _process(process: Process) -> Iterator[str]:
    place = process.place
    yield cut(f"process {process.id}: {count(len(place.placements), 'snapshot')}", WIDTH)
    differs = []
    for name in ("host", "role", "pid"):
        clues = dict.fromkeys(clue for placed in place.placements if (clue := getattr(placed, name)) is not None)
        if len(clues) > 1:
            differs.append(name)
        else:
            yield from labelled(name, _known(next(iter(clues), None)), 12)
    for number, placed in enumerate(place.placements, 1):
        yield from _placement(number, placed, differs)
        for index, table in process.counters.tables if process.counters is not None else ():
            if process.dumps[index] is placed.dump:
                yield from _said("counts", f"{table.source}, line {table.line}")
    for warning in place.warnings:
        yield from labelled("note", warning, 12)
    yield ""


def _placement(number: int, placed: Placement, differs: Sequence[str]) -> Iterator[str]:
    dump = placed.dump
    yield f"   {number}. {dump.source}, line {dump.thread(dump.first_thread).line}"  # whole, to be copied
    kept = "" if placed.compared else "; not compared: taken with another tool or other symbols"
    yield from _said("format", f"{dump.format}, {count(len(dump.threads), 'thread')}{kept}")
    yield from _said("process", placed.joined)
    yield from _said("order", placed.ordered)
    yield from _said("time", _known(placed.time))
    for name in differs:
        yield from _said(name, _known(getattr(placed, name)))


def _said(name: str, text: str) -> Iterator[str]:
    for at, line in enumerate(wrap(text, WIDTH - 15)):
        yield f"      {name if at == 0 else '':7}  {line}"


def _known(clue: Clue | None) -> str:
    return f"{clue.value}, by {_SAYS[clue.source]}" if clue is not None else "not known"
