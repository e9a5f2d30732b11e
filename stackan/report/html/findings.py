"""Every finding with its proof and advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.facts import Fact
from stackan.model.finding import Finding
from stackan.model.process import share_of
from stackan.model.said import said, said_of
from stackan.report.html.markup import Content, Markup, element, joined
from stackan.report.html.report import Report, parted
from stackan.report.links import explanation
from stackan.report.proof import Proof, find_proofs, who_shows
from stackan.report.text import whose
from stackan.wording.nouns import say

SHOWN = 100  # findings, the gravest; those that say the same count once
_PROOFS = 30
_PROCESSES = 8  # of one finding


def findings(report: Report) -> Markup:
    alike = report.analysis.alike
    head = element("h2", report.say(said("findings")))
    if not alike:
        return element("section", head, element("p", report.say(said("There is nothing to report."))), id="findings")
    shown = [_finding(number, same, report) for number, same in enumerate(parted(alike, SHOWN)[0], 1)]
    return element("section", head, *shown, _rest(report), id="findings")


def _rest(report: Report) -> Markup | None:
    rest = [finding for same in report.analysis.alike[SHOWN:] for finding in same]
    if not rest:
        return None
    return element("p", report.page.rest(rest), class_="note")


def _finding(number: int, same: Sequence[Finding], report: Report) -> Markup:
    finding, page = same[0], report.page
    words = report.analysis.describe(finding, page.language)
    return element(
        "article",
        element("h3", element("a", f"{number}.", href=f"#finding-{number}", class_="self"), " ", words.title),
        element("p", *_marks(finding, report), class_="marks"),
        *_explanation((*finding.reasons, *finding.doubts), report),
        _alike(same, report),
        _threads(finding, report),
        _proof(finding, report),
        _advice(words.advice, report),
        id=f"finding-{number}",
        class_=finding.severity,
        tabindex="-1",
    )


def _marks(finding: Finding, report: Report) -> Iterator[Content]:
    for word, kind in ((finding.kind, "kind"), (finding.severity, "severity"), (finding.confidence, "confidence")):
        yield element("span", report.page.term(word), class_=f"mark {kind}")
        yield " "
    if len(report.analysis.processes) > 1:
        shown, hidden = parted(finding.processes, _PROCESSES)
        for process in shown:
            yield element("span", report.say(said("process {name}", name=process.id)), class_="mark")
            yield " "
        if hidden:
            yield element("span", report.say(said_of(hidden, "{count} more process", "{count} more processes")), class_="mark")


def _explanation(facts: Sequence[Fact], report: Report) -> Iterator[Markup]:
    """The facts as a paragraph; several links of a loop in a row as a list within it."""
    before, links, after = explanation(facts, report.page)
    if before:
        yield element("p", before)
    if links:
        yield element("ul", *(element("li", report.say(link)) for link in links))
    if after:
        yield element("p", after)


def _alike(same: Sequence[Finding], report: Report) -> Markup | None:
    """Those that say the same of other processes."""
    if len(same) < 2:
        return None
    share = say(share_of([each.processes[0] for each in same], report.analysis.processes), report.page.catalog)
    each = report.page.each_with([(finding.processes[0].id, whose(finding)) for finding in same])
    return _labelled(said("alike"), joined([share, ": ", each]), report)


def _threads(finding: Finding, report: Report) -> Markup | None:
    tracks = [track for _, track in finding.threads]
    return _labelled(said("threads"), report.threads(tracks), report) if tracks else None


def _labelled(name: str, content: Content, report: Report) -> Markup:
    return element("p", element("b", report.say(name)), " ", content)


def _proof(finding: Finding, report: Report) -> Markup:
    proofs, hidden = parted(find_proofs(finding), _PROOFS)
    more = said_of(hidden, "... and {count} more line like these (--format json)", "... and {count} more lines like these (--format json)")
    return element(
        "div",
        element("h4", report.say(said("proof"))),
        element("ul", *(_line(proof, report) for proof in proofs)),
        report.note(hidden, more),
        class_="proof",
    )


def _line(proof: Proof, report: Report) -> Markup:
    quote = proof.quote
    place = element("span", f"{report.short(quote.source)}:{quote.line}", class_="place", title=quote.source)
    shows = report.say(who_shows(proof))
    return element("li", place, f" {shows}" if shows else None, element("div", element("code", quote.text.strip())))


def _advice(steps: Sequence[str], report: Report) -> Markup | None:
    if not steps:
        return None
    return element(
        "div", element("h4", report.say(said("do next"))), element("ol", *(element("li", step) for step in steps)), class_="advice"
    )
