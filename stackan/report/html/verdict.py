"""What a person sees first: the verdict in one sentence, how sure that is, what to do first, and the chain of the cause."""

from __future__ import annotations

from stackan.escapes import shorten
from stackan.model.finding import CERTAIN, LIKELY, POSSIBLE
from stackan.model.recalled import Recalled
from stackan.model.said import said, said_of
from stackan.report.chain import badge, cause, chain_of, main_finding, rests_on
from stackan.report.html.markup import Content, Markup, element, joined
from stackan.report.html.picture import picture
from stackan.report.html.report import Report, parted
from stackan.report.page import snapshots_of, threads_of
from stackan.report.processes import more_notes, worst_first
from stackan.report.recalled import sentences
from stackan.report.terms import term

_PROCESSES = 12  # that are named
_NOTES = 4
_NOTE = 300  # characters; the section of the inputs has the whole
_SURE = {
    CERTAIN: said("certain: the dumps themselves show each hold behind it"),
    LIKELY: said("likely: a part of it is concluded, from frames or by a rule"),
    POSSIBLE: said("possible: the dumps suggest it, but do not show it"),
}


def verdict(report: Report) -> Markup:
    analysis, page = report.analysis, report.page
    finding = main_finding(analysis)
    facts: list[tuple[str, Content]] = []
    if finding is not None and rests_on(analysis, finding):
        facts.append((said("how sure"), page.say(_SURE[finding.confidence])))
    if finding is not None and finding.doubts and finding is cause(analysis):
        facts.append((said("why no surer"), page.speech.text(finding.doubts)))
    if finding is not None and finding.advice:
        facts.append((said("do first"), joined([page.speech.text(finding.advice[:1]), " ", _all_steps(report)])))
    if analysis.recalled is not None:
        facts.append((said("seen before"), joined([element("p", each) for each in _recalled(report, analysis.recalled)])))
    facts += [(said("where"), each) for each in _where(report)]
    grade = "critical" if analysis.critical else "calm" if analysis.verdict in ("idle", "progressing") else "doubtful"
    told, untold = parted(analysis.warnings, _NOTES)
    notes = [element("p", shorten(page.say(said("note: {note}", note=note)), _NOTE), class_="note") for note in told]
    return element(
        "header",
        element("p", page.say(badge(analysis, page)), class_="badge"),
        element("h1", page.speech.headline(analysis.headline_facts) or page.say(said("nothing was concluded"))),
        element("dl", *(_row(report, name, content) for name, content in facts)),
        *notes,
        report.note(untold, more_notes(untold)),
        id="verdict",
        class_=grade,
    )


def _recalled(report: Report, recalled: Recalled) -> list[Content]:
    """What a store knows of the hang: whether it was seen, and a line for each case."""
    rows: list[list[str]] = []
    for indent, sentence in sentences(recalled):
        if indent < 2:
            rows.append([])
        rows[-1].append(report.say(sentence))
    return [" – ".join(row) for row in rows]


def chain(report: Report) -> Markup | None:
    """The chain of the cause, where there is one."""
    finding = cause(report.analysis)
    found = chain_of(report.analysis, finding, report.page, report.folded) if finding is not None else None
    if found is None:
        return None
    more = report.note(found.hidden, said_of(found.hidden, "{count} more link is not drawn", "{count} more links are not drawn"))
    return element("section", element("h2", report.say(said("chain of the cause"))), picture(found, report), more, id="cause")


def _row(report: Report, name: str, content: Content) -> Markup:
    return element("div", element("dt", report.say(name)), element("dd", content))


def _all_steps(report: Report) -> Markup:
    return element("a", report.say(said("all steps")), href="#finding-1")


def _where(report: Report) -> list[Content]:
    """Process and node, with the number of threads and snapshots; of several each with its verdict, those of the finding first."""
    finding = main_finding(report.analysis)
    concerned = {process.id for process in finding.processes} if finding is not None else set()
    processes = sorted(worst_first(report.analysis), key=lambda pair: pair[0].id not in concerned)
    shown: list[Content] = []
    named, hidden = parted(processes, _PROCESSES)
    for process, its_verdict in named:
        known = [process.inputs.host or "", report.page.term(process.inputs.role or ""), process.rules.profile or ""]
        names = report.page.catalog.comma.join(each for each in known if each)
        result = [term(its_verdict)] if len(processes) > 1 else []
        sizes = report.page.listed([*result, threads_of(len(process.tracks)), snapshots_of(len(process.snapshots))])
        head = report.say(said("process {name}", name=process.id))
        shown.append(joined([element("b", head), f" {names}" if names else None, f" – {sizes}"]))
    if hidden:
        shown.append(report.say(said_of(hidden, "{count} more process", "{count} more processes")))
    return [element("ul", *(element("li", each) for each in shown))] if len(shown) > 1 else shown
