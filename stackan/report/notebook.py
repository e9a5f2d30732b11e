"""Analysis → what a notebook shows of it: the verdict, a row for each finding and for each process, in self-contained HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from stackan.escapes import shorten
from stackan.model.analysis import Analysis
from stackan.model.process import Process
from stackan.model.said import said, said_of
from stackan.report.layout import safe
from stackan.report.page import Page, snapshots_of, threads_of
from stackan.report.processes import fold_processes, head_of, progress_of
from stackan.report.terms import term

_SHOWN_FINDINGS, _SHOWN_PROCESSES = 10, 10
_LONGEST = 300  # characters of a cell: names of strangers may have thousands
_COLORS = {"critical": "#c00", "warning": "#b60", "info": "#06c"}


def card(analysis: Analysis, page: Page | None = None) -> str:
    """A piece of HTML without scripts, links or anything from outside; `to_text` has the whole report."""
    return "".join(_pieces(analysis, page or Page()))


def _pieces(analysis: Analysis, page: Page) -> Iterator[str]:
    color = _COLORS["critical"] if analysis.critical else "inherit"
    yield f'<div><b style="color:{color}">{_cell(page.say(_head(analysis, page)))}</b> '
    yield _cell(page.speech.headline(analysis.headline_facts))
    if analysis.findings:
        yield from _table([_finding_row(analysis, number, page) for number in range(min(len(analysis.alike), _SHOWN_FINDINGS))])
    hidden = len(analysis.alike) - _SHOWN_FINDINGS
    if hidden > 0:
        yield _line(said_of(hidden, "... and {count} more finding", "... and {count} more findings"), page)
    groups = fold_processes(analysis)
    if groups:
        yield from _table([_process_row(processes, verdict, page) for processes, verdict in groups[:_SHOWN_PROCESSES]])
    hidden = sum(len(processes) for processes, _ in groups[_SHOWN_PROCESSES:])
    if hidden:
        yield _line(said_of(hidden, "... and {count} more process", "... and {count} more processes"), page)
    if analysis.warnings:
        yield _line(said_of(len(analysis.warnings), "{count} note: see `warnings`", "{count} notes: see `warnings`"), page)
    yield "</div>"


def _head(analysis: Analysis, page: Page) -> str:
    """The verdict; of logs alone how many faults they tell of."""
    if analysis.processes:
        return page.term(analysis.verdict).upper()
    faults = len(analysis.story.faults)
    return said_of(faults, "{count} FAULT", "{count} FAULTS") if faults else said("NO FAULT")


def _finding_row(analysis: Analysis, number: int, page: Page) -> list[str]:
    """`1. deadlock: critical, certain | 2 threads | LWP 11 and LWP 12 wait for each other`"""
    same = analysis.alike[number]
    finding = same[0]
    head = said(
        "{number}. {kind}: {severity}, {confidence}",
        number=number + 1,
        kind=term(finding.kind),
        severity=term(finding.severity),
        confidence=term(finding.confidence),
    )
    color = _COLORS.get(finding.severity, "inherit")
    threads = sum(len(each.threads) for each in same)
    size = page.say(threads_of(threads)) if threads else ""
    return [f'<span style="color:{color}">{_cell(page.say(head))}</span>', _cell(size), _cell(page.speech.title(finding.title))]


def _process_row(processes: Sequence[Process], verdict: str, page: Page) -> list[str]:
    """`process 17802 (mariadb): worker-exhaustion | 2 snapshots, 25 threads | 10 stuck, 15 idle`; of several that look alike the sum."""
    tracks = [track for process in processes for track in process.tracks]
    snapshots = sum(len(process.snapshots) for process in processes)
    counts = Counter(map(progress_of, tracks))
    parts = page.listed(said("{count} {what}", count=number, what=term(word)) for word, number in counts.most_common())
    size = page.listed([snapshots_of(snapshots), threads_of(len(tracks))])
    return [_cell(page.say(head_of(processes, verdict, page))), _cell(size), _cell(parts)]


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "<table>"
    for row in rows:
        yield "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in row) + "</tr>"
    yield "</table>"


def _line(words: str, page: Page) -> str:
    return f"<div>{_cell(page.say(words))}</div>"


def _cell(text: str) -> str:
    return escape(safe(shorten(text, _LONGEST)))
