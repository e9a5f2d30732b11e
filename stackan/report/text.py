"""Analysis → text for a terminal: the verdict first, then its proof and what to do, then the rest of the process.

It fits 80 columns and reads well without color.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackan.model.analysis import Analysis
from stackan.model.finding import VERDICT_OF, Finding
from stackan.model.process import share_of
from stackan.model.track import label
from stackan.report.processes import fold_processes, head_of, render_processes, render_shared
from stackan.report.sources import Shortener
from stackan.report.words import WIDTH, Stream, at_most, count, cut, each_with, indented, labelled, numbers, tally, wrap
from stackan.wording.catalog import ENGLISH, catalog_of
from stackan.wording.nouns import say

_ENGLISH = catalog_of(ENGLISH)
_SHOWN_PROCESSES = 8  # of a case, of those that look different; findings name every process that they are about
_SHOWN_FINDINGS = 20  # the gravest, those that say the same counted once
_FOLDED = 3  # findings that say the same, from which on one is shown for all
_SHOWN_QUOTES = 6
_SHOWN_NOTES = 4
_SHOWN_LINES = 6  # of a note, which may list many inputs, of a title, and of an advice
_SHOWN_EXPLANATION = 24  # lines
_SHOWN_SHARED = 10  # stacks in which several processes are stuck
_COLORS = {"critical": "31;1", "warning": "33;1", "info": "36", "head": "1"}


class Head(str):
    """A line that is colored where colors are wanted; `style` says how."""

    style: str

    def __new__(cls, text: str, style: str) -> Head:
        head = super().__new__(cls, cut(text, WIDTH))
        head.style = style
        return head


def write(analysis: Analysis, stream: Stream, color: Callable[[str], object] | None = None) -> None:
    """Write the report to a stream; `color`, if there is to be any, switches the stream to one ("31;1") and back ("0")."""
    for line in render(analysis):
        if color and isinstance(line, Head):
            color(_COLORS[line.style])
            stream.write(line)
            color("0")
            stream.write("\n")
        else:
            stream.write(line + "\n")


def render(analysis: Analysis) -> Iterator[str]:
    """The lines of the report."""
    yield from render_verdict(analysis)
    short = Shortener(analysis)
    yield from render_findings(analysis, short)
    shared = [stack for stack in analysis.stuck_stacks if len(stack.processes) > 1]
    names = {stack.names: f"S{at}" for at, stack in enumerate(shared[:_SHOWN_SHARED], 1)}
    for stack in shared[:_SHOWN_SHARED]:
        yield ""
        yield from render_shared(names[stack.names], stack, analysis.processes)
    if len(shared) > _SHOWN_SHARED:
        yield ""
        hidden = count(len(shared) - _SHOWN_SHARED, "more stack")
        yield from indented(f"... and {hidden} in which several processes are stuck; --format json has all of them.", 0, 4)
    heads = fold_processes(analysis)
    for processes, verdict in heads[:_SHOWN_PROCESSES]:
        yield ""
        yield Head(head_of(processes, verdict), "head")
        yield from render_processes(processes, names, short)
    if len(heads) > _SHOWN_PROCESSES:
        rest = sum(len(processes) for processes, _ in heads[_SHOWN_PROCESSES:])
        yield ""
        yield f"... and {rest} more processes; --format json has all of them."


def render_verdict(analysis: Analysis) -> Iterator[str]:
    """What the case comes to, and what to know before the rest is trusted."""
    counted = (finding for finding in analysis.findings if finding.counts and VERDICT_OF.get(finding.kind) == analysis.verdict)
    sure = next((f" ({finding.confidence})" for finding in counted), "")
    yield Head(f"{analysis.verdict.upper()}{sure}", "critical" if analysis.critical else "head")
    yield from wrap(analysis.headline, WIDTH)
    for warning in analysis.warnings[:_SHOWN_NOTES]:
        yield from at_most(_SHOWN_LINES, indented(f"note: {warning}", 0, 6))
    if len(analysis.warnings) > _SHOWN_NOTES:
        yield f"note: {count(len(analysis.warnings) - _SHOWN_NOTES, 'more note')}; --format json has all of them."
    if len(analysis.processes) > 1:
        yield from indented(f"{len(analysis.processes)} processes: {tally(analysis.verdicts)}", 0, 3)


def render_findings(analysis: Analysis, short: Shortener) -> Iterator[str]:
    """The gravest findings, and how many of which kind there are besides."""
    number = {id(finding): number for number, finding in enumerate(analysis.findings, 1)}
    told = [folded for same in analysis.alike for folded in ([same] if len(same) >= _FOLDED else [[finding] for finding in same])]
    for folded in told[:_SHOWN_FINDINGS]:
        yield ""
        yield from render_finding(number[id(folded[0])], folded, analysis, short)
    rest = [finding for folded in told[_SHOWN_FINDINGS:] for finding in folded]
    if rest:
        kinds = tally(f"{finding.kind} ({finding.severity})" for finding in rest)
        yield ""
        yield from indented(f"... and {count(len(rest), 'more finding')}: {kinds}; --format json has all of them.", 0, 4)


def render_finding(number: int, same: Sequence[Finding], analysis: Analysis, short: Shortener) -> Iterator[str]:
    """A finding, or several that say the same of different processes: the first one stands for all."""
    finding, processes = same[0], analysis.processes
    words = analysis.describe(finding)
    head = f"{number}. {finding.kind}: {finding.severity}, {finding.confidence}"
    if len(same) > 1:
        head += f", {say(share_of([each.processes[0] for each in same], processes), _ENGLISH)}"
    elif len(processes) > 1:
        head += f", process {' '.join(process.id for process in finding.processes[:4])}"
    yield Head(head, finding.severity)
    yield from at_most(_SHOWN_LINES, indented(words.title, 3, 3))
    yield ""
    yield from at_most(_SHOWN_EXPLANATION, indented(words.explanation, 3, 3))
    yield ""
    if len(same) > 1:
        yield from labelled("alike", each_with([(each.processes[0].id, whose(each)) for each in same]), 12)
        yield from labelled("shown", finding.processes[0].id, 12)
    if finding.threads:
        yield from labelled("threads", numbers([track.shown for _, track in finding.threads], 24), 12)
    for at, quote in enumerate(finding.evidence[:_SHOWN_QUOTES]):
        yield cut(f"   {'proof' if at == 0 else '':7}  {short(quote.source)}:{quote.line}", WIDTH)
        yield cut(f"            {quote.text.strip()}", WIDTH)
    if len(finding.evidence) > _SHOWN_QUOTES:
        yield f"            ... and {len(finding.evidence) - _SHOWN_QUOTES} more lines like these (--format json)"
    for at, advice in enumerate(words.advice):
        yield from at_most(_SHOWN_LINES, labelled("do next" if at == 0 else "", f"{at + 1}. {advice}", 15))


def whose(finding: Finding) -> str:
    """Whom a finding is about: its thread, or how many."""
    return label(finding.threads[0][1]) if len(finding.threads) == 1 else count(len(finding.threads), "thread")
