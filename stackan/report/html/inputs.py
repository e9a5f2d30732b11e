"""Every input with what was read of it, and all that could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.analysis import Analysis
from stackan.model.placement import Placement
from stackan.model.process import Process
from stackan.model.said import said, said_of
from stackan.report.html.markup import Content, Markup, element
from stackan.report.html.report import Report
from stackan.report.story import log_words

_SNAPSHOTS = 500
_LINES = 50  # of a snapshot that could not be read
_LONGEST = 400  # characters of such a line


def inputs(report: Report) -> Markup:
    analysis = report.analysis
    return element(
        "section",
        element("h2", report.say(said("inputs"))),
        _snapshots(report) if analysis.processes else None,
        _unread(report),
        _beside(report),
        _notes(analysis.warnings, report),
        id="inputs",
    )


def _snapshots(report: Report) -> Markup:
    heads = [
        *(said("process"), said("source"), said("format"), said("time"), said("threads"), said("frames"), said("lines not read")),
        said("why it belongs here"),
    ]
    placed = [(process, each) for process in report.analysis.processes for each in process.inputs.placements]
    table = element(
        "table",
        element("thead", element("tr", *(element("th", report.say(head), scope="col") for head in heads))),
        element("tbody", *(_snapshot(process, each, report) for process, each in placed[:_SNAPSHOTS])),
    )
    hidden = len(placed) - _SNAPSHOTS
    more = said_of(
        hidden,
        "... and {count} more snapshot; --format json has all of them.",
        "... and {count} more snapshots; --format json has all of them.",
    )
    return element(
        "div",
        table,
        element("p", report.say(more), class_="note") if hidden > 0 else None,
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=report.say(said("inputs")),
    )


def _snapshot(process: Process, placed: Placement, report: Report) -> Markup:
    dump = placed.dump
    why = report.page.catalog.clause.join(report.say(words) for words in (placed.joined, placed.ordered) if words)
    time = dump.taken_at or (placed.time.value if placed.time is not None else "")
    apart = None if placed.compared else report.say(said("not compared: taken with another tool or other symbols"))
    cells: list[Content] = [process.id, None, dump.format, time, f"{len(dump.threads):,}", f"{len(dump.frames):,}"]
    return element(
        "tr",
        element("td", cells[0]),
        element("td", f"{dump.source}:{dump.thread(dump.first_thread).line}", class_="place"),
        *(element("td", cell) for cell in cells[2:]),
        element("td", f"{len(dump.unparsed_rows):,}"),
        element("td", why, element("br") if apart else None, apart),
    )


def _unread(report: Report) -> Markup | None:
    """The lines that could not be read, and the doubts about each snapshot."""
    parts = []
    for process in report.analysis.processes:
        for placed in process.inputs.placements[:_SNAPSHOTS]:
            dump = placed.dump
            notes = [element("p", report.say(note), class_="note") for note in dump.warnings]
            rows = dump.unparsed_rows
            if not rows and not notes:
                continue
            columns = dump.columns
            shown = [(columns.unparsed_line[row], dump.line_at(columns.unparsed_start[row])) for row in rows[:_LINES]]
            lines = [
                element("li", element("span", str(line), class_="number"), " ", element("code", text[:_LONGEST])) for line, text in shown
            ]
            hidden = len(rows) - len(lines)
            words = said_of(len(rows), "{count} line could not be read", "{count} lines could not be read")
            parts.append(
                element(
                    "details",
                    element("summary", f"{report.short(dump.source)}: ", report.say(words)),
                    *notes,
                    element("ul", *lines, class_="unread") if lines else None,
                    element("p", f"+ {hidden:,}") if hidden else None,
                    open=bool(notes) or None,
                )
            )
    if not parts:
        return None
    return element("div", element("h3", report.say(said("not read"))), *parts[:_SNAPSHOTS])


def _beside(report: Report) -> Markup | None:
    """Logs, tables of descriptors and listings of a server's views that lay beside the dumps."""
    analysis = report.analysis
    items = [log_words(log, report.short(log.source)) for log in analysis.logs]
    items += _tables(analysis)
    if not items:
        return None
    shown = element("ul", *(element("li", report.say(each)) for each in items[:_SNAPSHOTS]))
    return element("div", element("h3", report.say(said("beside the dumps"))), shown)


def _tables(analysis: Analysis) -> list[str]:
    found: list[str] = []
    for table in analysis.descriptors:
        rows = said_of(len(table.rows), "{count} row", "{count} rows")
        found.append(said("{source}: {tools}, {rows}", source=table.source, tools=", ".join(table.tools) or said("empty"), rows=rows))
    for listing in analysis.listings:
        rows = said_of(len(listing.sessions), "{count} session", "{count} sessions")
        found.append(said("{source}: a listing of {rows}", source=listing.source, rows=rows))
    for process in analysis.processes:
        for _, counters in process.counters.tables if process.counters is not None else ():
            found.append(
                said("{source}, line {line}: counters of {process}", source=counters.source, line=counters.line, process=process.id)
            )
    return found


def _notes(warnings: Sequence[str], report: Report) -> Markup | None:
    if not warnings:
        return None
    return element(
        "div", element("h3", report.say(said("notes"))), element("ul", *(element("li", report.say(each)) for each in warnings[:_SNAPSHOTS]))
    )
