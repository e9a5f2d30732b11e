"""Every input with what was read of it, and all that could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.escapes import shorten
from stackan.model.analysis import Analysis
from stackan.model.dump import Dump
from stackan.model.placement import Placement
from stackan.model.process import Process
from stackan.model.said import said, said_of
from stackan.report.html.markup import Content, Markup, element
from stackan.report.html.report import Report, parted, time_of
from stackan.report.story import log_words

_SNAPSHOTS = 500
_ITEMS = 500  # of a list
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
        _list(said("notes"), analysis.warnings, report),
        id="inputs",
    )


def _snapshots(report: Report) -> Markup:
    heads = [
        *(said("process"), said("source"), said("format"), said("time"), said("threads"), said("frames"), said("lines not read")),
        said("why it belongs here"),
    ]
    placed = [(process, each) for process in report.analysis.processes for each in process.inputs.placements]
    shown, hidden = parted(placed, _SNAPSHOTS)
    table = element(
        "table",
        element("thead", element("tr", *(element("th", report.say(head), scope="col") for head in heads))),
        element("tbody", *(_snapshot(process, each, report) for process, each in shown)),
    )
    more = said_of(
        hidden,
        "... and {count} more snapshot; --format json has all of them.",
        "... and {count} more snapshots; --format json has all of them.",
    )
    return element(
        "div",
        table,
        report.note(hidden, more),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=report.say(said("inputs")),
    )


def _snapshot(process: Process, placed: Placement, report: Report) -> Markup:
    dump = placed.dump
    why = report.page.catalog.clause.join(report.say(words) for words in (placed.joined, placed.ordered) if words)
    apart = None if placed.compared else report.say(said("not compared: taken with another tool or other symbols"))
    cells: list[Content] = [process.id, None, dump.format, time_of(placed), f"{len(dump.threads):,}", f"{len(dump.frames):,}"]
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
    dumps = [placed.dump for process in report.analysis.processes for placed in process.inputs.placements]
    doubted, hidden = parted([dump for dump in dumps if dump.warnings or dump.unparsed_rows], _SNAPSHOTS)
    if not doubted:
        return None
    parts = [_doubted(dump, report) for dump in doubted]
    return element("div", element("h3", report.say(said("not read"))), *parts, report.note(hidden, _more(hidden)))


def _doubted(dump: Dump, report: Report) -> Markup:
    columns, notes = dump.columns, [element("p", report.say(note), class_="note") for note in dump.warnings]
    rows, hidden = parted(dump.unparsed_rows, _LINES)
    lines = [
        element(
            "li",
            element("span", str(columns.unparsed_line[row]), class_="number"),
            " ",
            element("code", shorten(dump.line_at(columns.unparsed_start[row]), _LONGEST)),
        )
        for row in rows
    ]
    words = said_of(len(dump.unparsed_rows), "{count} line could not be read", "{count} lines could not be read")
    return element(
        "details",
        element("summary", f"{report.short(dump.source)}: ", report.say(words)),
        *notes,
        element("ul", *lines, class_="unread") if lines else None,
        element("p", f"+ {hidden:,}") if hidden else None,
        open=bool(notes) or None,
    )


def _beside(report: Report) -> Markup | None:
    """Logs, tables of descriptors and listings of a server's views that lay beside the dumps."""
    analysis = report.analysis
    items = [log_words(log, report.short(log.source)) for log in analysis.logs]
    items += _tables(analysis)
    return _list(said("beside the dumps"), items, report)


def _list(head: str, items: Sequence[str], report: Report) -> Markup | None:
    if not items:
        return None
    shown, hidden = parted(items, _ITEMS)
    listed = element("ul", *(element("li", report.say(each)) for each in shown))
    return element("div", element("h3", report.say(head)), listed, report.note(hidden, _more(hidden)))


def _more(hidden: int) -> str:
    return said_of(hidden, "... and {count} more (--format json)", "... and {count} more (--format json)")


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
