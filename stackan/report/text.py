"""Analysis → text for a terminal: the verdict first, then its proof and what to do, then the rest of the process.

It fits 80 columns and reads well without color.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from stackan.model.analysis import Analysis
from stackan.model.finding import VERDICT_OF, Finding
from stackan.model.process import share_of
from stackan.model.track import label
from stackan.report.processes import fold_processes, head_of, render_processes, render_shared
from stackan.report.sources import Shortener
from stackan.report.words import WIDTH, count, cut, each_with, indented, labelled, numbers, safe, tally, wrap
from stackan.wording.catalog import ENGLISH, catalog_of
from stackan.wording.nouns import say

_ENGLISH = catalog_of(ENGLISH)
_SHOWN_PROCESSES = 8  # of a case, of those that look different; findings name every process that they are about
_FOLDED = 3  # findings that say the same, from which on one is shown for all
_SHOWN_QUOTES = 6
_SHOWN_NOTES = 4
_SHOWN_LINES = 6  # of a note, which may list many inputs
_SHOWN_SHARED = 10  # stacks in which several processes are stuck
_COLORS = {"critical": "31;1", "warning": "33;1", "info": "36", "head": "1"}


def write(analysis: Analysis, stream: TextIO, color: bool = False) -> None:
    """Write the report to a stream."""
    for line in render(analysis, color):
        stream.write(line + "\n")


def render(analysis: Analysis, color: bool = False) -> Iterator[str]:
    """The lines of the report."""
    counted = (finding for finding in analysis.findings if finding.counts and VERDICT_OF.get(finding.kind) == analysis.verdict)
    sure = next((f" ({finding.confidence})" for finding in counted), "")
    grave = "critical" if analysis.critical else "head"
    yield paint(f"{analysis.verdict.upper()}{sure}", grave, color)
    yield from wrap(safe(analysis.headline), WIDTH)
    for warning in analysis.warnings[:_SHOWN_NOTES]:
        lines = list(indented(f"note: {safe(warning)}", 0, 6))
        yield from lines[:_SHOWN_LINES]
        if len(lines) > _SHOWN_LINES:
            yield "      ... (--format json)"
    if len(analysis.warnings) > _SHOWN_NOTES:
        yield f"note: {count(len(analysis.warnings) - _SHOWN_NOTES, 'more note')}; --format json has all of them."
    if len(analysis.processes) > 1:
        yield from indented(f"{len(analysis.processes)} processes: {tally(analysis.verdicts)}", 0, 3)
    short = Shortener(analysis)
    number = {id(finding): number for number, finding in enumerate(analysis.findings, 1)}
    for same in analysis.alike:
        for folded in [same] if len(same) >= _FOLDED else [[finding] for finding in same]:
            yield ""
            yield from render_finding(number[id(folded[0])], folded, analysis, short, color)
    shared = [stack for stack in analysis.stuck_stacks if len(stack.processes) > 1][:_SHOWN_SHARED]
    names = {stack.names: f"S{at}" for at, stack in enumerate(shared, 1)}
    for stack in shared:
        yield ""
        yield from render_shared(names[stack.names], stack, analysis.processes)
    heads = fold_processes(analysis)
    for processes, verdict in heads[:_SHOWN_PROCESSES]:
        yield ""
        yield paint(cut(safe(head_of(processes, verdict)), WIDTH), "head", color)
        yield from render_processes(processes, names, short)
    if len(heads) > _SHOWN_PROCESSES:
        rest = sum(len(processes) for processes, _ in heads[_SHOWN_PROCESSES:])
        yield ""
        yield f"... and {rest} more processes; --format json has all of them."


def paint(text: str, style: str, color: bool) -> str:
    return f"\033[{_COLORS[style]}m{text}\033[0m" if color else text


def render_finding(number: int, same: Sequence[Finding], analysis: Analysis, short: Shortener, color: bool) -> Iterator[str]:
    """A finding, or several that say the same of different processes: the first one stands for all."""
    finding, processes = same[0], analysis.processes
    words = analysis.describe(finding)
    head = f"{number}. {finding.kind}: {finding.severity}, {finding.confidence}"
    if len(same) > 1:
        head += f", {say(share_of([each.processes[0] for each in same], processes), _ENGLISH)}"
    elif len(processes) > 1:
        head += f", process {' '.join(process.id for process in finding.processes[:4])}"
    yield paint(cut(safe(head), WIDTH), finding.severity, color)
    yield from indented(safe(words.title), 3, 3)
    yield ""
    yield from indented(safe(words.explanation), 3, 3)
    yield ""
    if len(same) > 1:
        yield from labelled("alike", safe(each_with([(each.processes[0].id, whose(each)) for each in same])), 12)
        yield from labelled("shown", safe(finding.processes[0].id), 12)
    if finding.threads:
        yield from labelled("threads", numbers([track.shown for _, track in finding.threads], 24), 12)
    for at, quote in enumerate(finding.evidence[:_SHOWN_QUOTES]):
        yield cut(f"   {'proof' if at == 0 else '':7}  {safe(short(quote.source))}:{quote.line}", WIDTH)
        yield cut(f"            {safe(quote.text.strip())}", WIDTH)
    if len(finding.evidence) > _SHOWN_QUOTES:
        yield f"            ... and {len(finding.evidence) - _SHOWN_QUOTES} more lines like these (--format json)"
    for at, advice in enumerate(words.advice):
        yield from labelled("do next" if at == 0 else "", f"{at + 1}. {safe(advice)}", 15)


def whose(finding: Finding) -> str:
    """Whom a finding is about: its thread, or how many."""
    return label(finding.threads[0][1]) if len(finding.threads) == 1 else count(len(finding.threads), "thread")
