"""Analysis → text for a terminal: the verdict first, then its proof and what to do, then the rest of the process.

It fits the page's width and reads well without color.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackan.model.analysis import Analysis
from stackan.model.event import FAULTS
from stackan.model.finding import Finding
from stackan.model.labels import label, mark
from stackan.model.process import Process, share_of
from stackan.model.said import said, said_of
from stackan.report.branches import branches, lines_of
from stackan.report.chain import badge, cause, chain_of
from stackan.report.layout import columns
from stackan.report.links import render_explanation
from stackan.report.page import Page, Stream, threads_of
from stackan.report.processes import fold_processes, head_of, more_notes, render_at_rest, render_processes, render_shared
from stackan.report.proof import Proof, find_proofs, who_shows
from stackan.report.recalled import sentences
from stackan.report.sources import Shortener
from stackan.report.story import render_episodes, render_inputs, render_lacking, render_timeline
from stackan.report.terms import term
from stackan.wording.nouns import say

_SHOWN_PROCESSES = 8  # of a case, of those that look different; findings name every process that they are about
_SHOWN_FINDINGS = 20  # the gravest, those that say the same counted once
_SHOWN_PROOFS = 6
_SHOWN_NOTES = 4
_SHOWN_LINES = 6  # of a note, which may list many inputs, and of a title
_SHOWN_ADVICE = 12  # lines of a step, which may hold a command
_SHOWN_EXPLANATION = 24  # lines
_SHOWN_EVENTS = 12  # of logs beside dumps
_SHOWN_TIMELINE = 60  # of logs alone
_OF_FAULTS = frozenset((
    *FAULTS, "halt", "io-timeout", "disk-full", "out-of-memory", "handling-started", "handling-phase", "handling-rolled-back",
    "handling-over", "rejoin",
))  # fmt: skip
_SHOWN_SHARED = 10  # stacks in which several processes are stuck
_COLORS = {"critical": "31;1", "warning": "33;1", "info": "36", "head": "1", "root": "35;1"}
_QUOTED = 12  # columns before a quoted line


class Head(str):
    """A line that is colored where colors are wanted; `style` says how."""

    style: str

    def __new__(cls, text: str, style: str) -> Head:
        head = super().__new__(cls, text)
        head.style = style
        return head


class Pointer(str):
    """A line that points to one of an input, with a link to that where links are wanted."""

    source: str
    start: int  # of the name in the line
    stop: int

    def __new__(cls, before: str, name: str, after: str, source: str) -> Pointer:
        pointer = super().__new__(cls, before + name + after)
        pointer.source, pointer.start, pointer.stop = source, len(before), len(before) + len(name)
        return pointer


def write(
    analysis: Analysis,
    stream: Stream,
    page: Page | None = None,
    color: Callable[[str], object] | None = None,
    link: Callable[[str, str], object] | None = None,
) -> None:
    """Write the report to a stream.

    `color`, if there is to be any, switches the stream to one ("31;1") and back ("0"); `link`, if there are to be any, writes a text
    that leads to an input of that name.
    """
    for line in render(analysis, page):
        if color and isinstance(line, Head):
            color(_COLORS[line.style])
            stream.write(line)
            color("0")
            stream.write("\n")
        elif link and isinstance(line, Pointer):
            stream.write(line[: line.start])
            link(line.source, line[line.start : line.stop])
            stream.write(line[line.stop :] + "\n")
        else:
            stream.write(line + "\n")


def render(analysis: Analysis, page: Page | None = None) -> Iterator[str]:
    """The lines of the report, in English and of 80 columns unless the page says otherwise."""
    page = page or Page()
    short = Shortener(analysis)
    if not analysis.processes:
        yield from render_logs(analysis, short, page)
        return
    groups = fold_processes(analysis)
    yield from render_verdict(analysis, groups, page)
    yield from render_cause(analysis, page)
    yield from render_recalled(analysis, page)
    yield from render_findings(analysis, short, page)
    yield from render_story(analysis, short, page, _SHOWN_EVENTS)
    shared = [stack for stack in analysis.stuck_stacks if len(stack.processes) > 1]
    names = {stack.names: f"S{at}" for at, stack in enumerate(shared[:_SHOWN_SHARED], 1)}
    for stack in shared[:_SHOWN_SHARED]:
        yield ""
        yield from render_shared(names[stack.names], stack, analysis.processes, page)
    if len(shared) > _SHOWN_SHARED:
        yield ""
        yield from page.indented(_more_stacks(len(shared) - _SHOWN_SHARED), 0, 4)
    concerned = {process.id for finding in analysis.findings for process in finding.processes}
    for processes, verdict in groups[:_SHOWN_PROCESSES]:
        yield ""
        if verdict == "idle" and concerned and concerned.isdisjoint(process.id for process in processes):
            head, *rest = render_at_rest(processes, page)
            yield Head(head, "head")
            yield from rest
        else:
            yield Head(page.line(head_of(processes, verdict, page)), "head")
            yield from render_processes(processes, names, short, page)
    if len(groups) > _SHOWN_PROCESSES:
        yield ""
        yield page.line(_more_processes(groups))


def render_logs(analysis: Analysis, short: Shortener, page: Page) -> Iterator[str]:
    """The report of logs alone: their faults first."""
    faults = len(analysis.story.faults)
    if faults or not analysis.story.waits:
        head = said_of(faults, "{count} FAULT", "{count} FAULTS") if faults else said("NO FAULT")
        yield Head(page.line(head), "critical" if analysis.critical else "head")
    yield from page.indented(page.speech.headline(analysis.headline_facts), 0, 0)
    yield from render_warnings(analysis, page)
    yield from render_findings(analysis, short, page)
    yield from render_story(analysis, short, page, _SHOWN_TIMELINE)
    yield ""
    yield Head(page.line(said("logs")), "head")
    yield from render_inputs(analysis, short, page)
    yield from render_lacking(analysis.story.lacking, page)


def render_story(analysis: Analysis, short: Shortener, page: Page, most: int) -> Iterator[str]:
    """What the logs tell together, where there is anything to tell: beside dumps, what is about faults and their handling."""
    story = analysis.story
    beside = bool(analysis.processes)
    if story.episodes:
        yield ""
        yield Head(page.line(said("fault handling")), "head")
        yield from render_episodes(story.episodes, page)
    told = [each for each in story.timeline if not beside or each.event.kind in _OF_FAULTS] if story.faults or not beside else []
    if told:
        yield ""
        yield Head(page.line(said("time line")), "head")
        yield from render_timeline(told, short, page, most)


def render_warnings(analysis: Analysis, page: Page) -> Iterator[str]:
    for warning in analysis.warnings[:_SHOWN_NOTES]:
        yield from page.at_most(_SHOWN_LINES, page.indented(said("note: {note}", note=warning), 0, 6))
    if len(analysis.warnings) > _SHOWN_NOTES:
        yield page.line(more_notes(len(analysis.warnings) - _SHOWN_NOTES))


def render_verdict(analysis: Analysis, groups: Sequence[tuple[list[Process], str]], page: Page) -> Iterator[str]:
    """The result of the case, and warnings to read before the rest; of several processes a line each, those alike together."""
    yield Head(page.line(badge(analysis, page)), "critical" if analysis.critical else "head")
    yield from page.indented(page.speech.headline(analysis.headline_facts), 0, 0)
    yield from render_warnings(analysis, page)
    if len(analysis.processes) > 1:
        verdicts = page.tally(term(verdict) for verdict in analysis.verdicts)
        yield from page.indented(said("{count} processes: {verdicts}", count=len(analysis.processes), verdicts=verdicts), 0, 3)
        for processes, verdict in groups[:_SHOWN_PROCESSES] if len(groups) > 1 else ():
            yield page.line(head_of(processes, verdict, page), 3)


def render_cause(analysis: Analysis, page: Page) -> Iterator[str]:
    """The chain of the finding that the verdict rests on, drawn."""
    finding = cause(analysis)
    chain = chain_of(analysis, finding, page) if finding is not None else None
    drawn = list(branches(chain, page)) if chain is not None else []
    if finding is not None and drawn:
        yield ""
        for branch in drawn:
            for line in lines_of(branch, page, 3):
                yield Head(line, "root" if branch.root else finding.severity) if branch.root or branch.concerned else line


def render_recalled(analysis: Analysis, page: Page) -> Iterator[str]:
    """What a store knows of the hang, where one was asked."""
    if analysis.recalled is not None:
        yield ""
        for indent, sentence in sentences(analysis.recalled):
            yield from page.at_most(_SHOWN_LINES, page.indented(sentence, 3 * indent, 3 * indent + 3))


def _more_stacks(hidden: int) -> str:
    return said_of(
        hidden,
        "... and {count} more stack in which several processes are stuck; --format json has all of them.",
        "... and {count} more stacks in which several processes are stuck; --format json has all of them.",
    )


def _more_processes(groups: Sequence[tuple[list[Process], str]]) -> str:
    hidden = sum(len(processes) for processes, _ in groups[_SHOWN_PROCESSES:])
    return said_of(
        hidden,
        "... and {count} more process; --format json has all of them.",
        "... and {count} more processes; --format json has all of them.",
    )


def render_findings(analysis: Analysis, short: Shortener, page: Page) -> Iterator[str]:
    """The gravest findings, numbered as they are shown, and how many of which kind there are besides."""
    for number, same in enumerate(analysis.alike[:_SHOWN_FINDINGS], 1):
        yield ""
        yield from render_finding(number, same, analysis, short, page)
    rest = [finding for same in analysis.alike[_SHOWN_FINDINGS:] for finding in same]
    if rest:
        yield ""
        yield from page.indented(page.rest(rest), 0, 4)


def render_finding(number: int, same: Sequence[Finding], analysis: Analysis, short: Shortener, page: Page) -> Iterator[str]:
    """A finding, or several that say the same of different processes: the first one represents all."""
    finding = same[0]
    words = analysis.describe(finding, page.language)
    yield Head(page.line(_head(number, same, analysis.processes, page)), finding.severity)
    yield from page.at_most(_SHOWN_LINES, page.indented(words.title, 3, 3))
    yield ""
    yield from page.at_most(_SHOWN_EXPLANATION, render_explanation((*finding.reasons, *finding.doubts), page))
    yield ""
    if len(same) > 1:
        yield from page.labelled(said("alike"), page.each_with([(each.processes[0].id, whose(each)) for each in same]))
        yield from page.labelled(said("shown"), finding.processes[0].id)
    if finding.threads:
        yield from page.labelled(said("threads"), page.numbers([mark(track) for _, track in finding.threads], 24))
    proofs = find_proofs(finding)
    for at, proof in enumerate(proofs[:_SHOWN_PROOFS]):
        yield from render_proof(proof, page.label(said("proof")) if at == 0 else " " * _QUOTED, short, page)
    if len(proofs) > _SHOWN_PROOFS:
        yield page.line(_more_lines(len(proofs) - _SHOWN_PROOFS), _QUOTED)
    for at, advice in enumerate(words.advice):
        step = f"{at + 1}. {advice}"
        first = page.label(said("do next")) if at == 0 else " " * _QUOTED
        yield from page.at_most(_SHOWN_ADVICE, _behind(first, page.indented(step, _QUOTED, _QUOTED + 3)))


def _behind(label: str, lines: Iterator[str]) -> Iterator[str]:
    """Lines with the label in the place of the first one's margin."""
    for at, line in enumerate(lines):
        yield label + line.lstrip() if at == 0 else line


def _head(number: int, same: Sequence[Finding], processes: Sequence[Process], page: Page) -> str:
    """`1. deadlock: critical, certain, process n1/17`"""
    finding = same[0]
    known = {"number": number, "kind": term(finding.kind), "severity": term(finding.severity), "confidence": term(finding.confidence)}
    if len(same) > 1:
        share = say(share_of([each.processes[0] for each in same], processes), page.catalog)
        return said("{number}. {kind}: {severity}, {confidence}, {share}", **known, share=share)
    if len(processes) > 1 and finding.processes:
        names = " ".join([*(process.id for process in finding.processes[:4]), *["…"] * (len(finding.processes) > 4)])
        return said("{number}. {kind}: {severity}, {confidence}, process {names}", **known, names=names)
    return said("{number}. {kind}: {severity}, {confidence}", **known)


def render_proof(proof: Proof, before: str, short: Shortener, page: Page) -> Iterator[str]:
    """The position of the line, the number of threads and snapshots that show it, and the line."""
    name = page.path(f"{short(proof.quote.source)}:{proof.quote.line}", _QUOTED)
    shows = page.say(who_shows(proof))
    beside = shows and _QUOTED + columns(name) + 2 + columns(shows) <= page.width
    yield Pointer(before, name, f"  {shows}" if beside else "", proof.quote.source)
    if shows and not beside:
        yield page.line(shows, _QUOTED)
    yield page.line(proof.quote.text.strip(), _QUOTED)


def _more_lines(hidden: int) -> str:
    return said_of(hidden, "... and {count} more line like these (--format json)", "... and {count} more lines like these (--format json)")


def whose(finding: Finding) -> str:
    """The subject of a finding: its thread, or the number of its threads."""
    return label(finding.threads[0][1]) if len(finding.threads) == 1 else threads_of(len(finding.threads))
