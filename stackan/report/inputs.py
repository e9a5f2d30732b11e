"""How each input was placed: process, host, role, time and order, and whether its text or its name said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.analysis import Analysis
from stackan.model.placement import ARCHIVE, CAPTURE, LIST, NAME, TEXT, Clue, Placement
from stackan.model.process import Process
from stackan.model.said import said, said_of
from stackan.report.layout import wrap
from stackan.report.page import Page, snapshots_of, threads_of
from stackan.report.terms import term

_KNOWN_BY = {
    TEXT: said("its text"),
    LIST: said("the list of processes"),
    NAME: said("its name"),
    ARCHIVE: said("the archive"),
    CAPTURE: said("the capture's manifest"),
}
_CLUES = {
    "host": said("host"),
    "role": said("role"),
    "pid": said("pid"),
}


def explain_inputs(analysis: Analysis, page: Page | None = None) -> Iterator[str]:
    """Lines about every input of the case, process by process, oldest snapshot first; then the tables beside them and what was not used."""
    page = page or Page()
    for process in analysis.processes:
        yield from _process(process, page)
    if analysis.descriptors:
        yield page.say(said("tables of descriptors"))
        for table in analysis.descriptors:
            rows = said_of(len(table.rows), "{count} row", "{count} rows")
            tools = page.listed(table.tools) or said("empty")
            yield "   " + page.say(said("{source}: {tools}, {rows}", source=table.source, tools=tools, rows=rows))
        yield ""
    if analysis.warnings:
        yield page.say(said("notes"))
        for warning in analysis.warnings:
            yield from page.indented(warning, 3, 6)


def _process(process: Process, page: Page) -> Iterator[str]:
    place = process.inputs
    yield page.line(said("process {name}: {snapshots}", name=process.id, snapshots=snapshots_of(len(place.placements))))
    differs = []
    for name, words in _CLUES.items():
        clues = dict.fromkeys(clue for placed in place.placements if (clue := getattr(placed, name)) is not None)
        if len(clues) > 1:
            differs.append(name)
        else:
            yield from page.labelled(words, _known(next(iter(clues), None), name))
    for number, placed in enumerate(place.placements, 1):
        yield from _placement(number, placed, differs, page)
        for index, table in process.counters.tables if process.counters is not None else ():
            if process.dumps[index] is placed.dump:
                yield from _entry(said("counts"), said("{source}, line {line}", source=table.source, line=table.line), page)
    for warning in place.warnings:
        yield from page.labelled(said("note"), warning)
    yield ""


def _placement(number: int, placed: Placement, differs: Sequence[str], page: Page) -> Iterator[str]:
    dump = placed.dump
    where = said("{source}, line {line}", source=dump.source, line=dump.thread(dump.first_thread).line)
    yield f"   {number}. {page.say(where)}"  # whole, to be copied
    yield from _entry(said("format"), _format(placed), page)
    yield from _entry(said("process"), placed.joined, page)
    yield from _entry(said("order"), placed.ordered, page)
    yield from _entry(said("time"), _known(placed.time), page)
    for name in differs:
        yield from _entry(_CLUES[name], _known(getattr(placed, name), name), page)


def _format(placed: Placement) -> str:
    known = {"format": placed.dump.format, "threads": threads_of(len(placed.dump.threads))}
    if placed.compared:
        return said("{format}, {threads}", **known)
    return said("{format}, {threads}; not compared: taken with another tool or other symbols", **known)


def _entry(name: str, text: str, page: Page) -> Iterator[str]:
    for at, line in enumerate(wrap(page.say(text), page.width - 15)):
        yield page.label(name, 6) + line if at == 0 else " " * 15 + line


def _known(clue: Clue | None, name: str = "") -> str:
    if clue is None:
        return said("not known")
    value = term(str(clue.value)) if name == "role" else clue.value  # a host may be called as a role is
    return said("{value}, by {source}", value=value, source=_KNOWN_BY[clue.source])
