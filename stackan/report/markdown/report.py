"""Analysis → Markdown: the verdict, the cause as a picture, the gravest findings; all else folded, and no longer than a ticket may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.analysis import Analysis
from stackan.model.finding import CRITICAL, Finding
from stackan.model.labels import mark
from stackan.model.said import said
from stackan.report.chain import Chain, badge, cause, chain_of, notes_of
from stackan.report.drawing import Arrow, Box, mermaid
from stackan.report.markdown.marking import block, code, folded, plain, table
from stackan.report.page import Page, Stream
from stackan.report.processes import pool_state, worst_first
from stackan.report.proof import Proof, find_proofs, who_shows
from stackan.report.recalled import sentences
from stackan.report.sources import Shortener
from stackan.report.terms import term

_MOST = 60_000  # characters: GitHub takes 65,536 in a comment
_OPEN = 3  # findings that are not folded
_FINDINGS = 20
_PROOFS = 3
_NOTES = 4
_ROWS = 40  # of a table


def write(analysis: Analysis, stream: Stream, page: Page | None = None) -> None:
    """Write the report to a stream."""
    stream.writelines(line + "\n" for line in render(analysis, page or Page(whole=True)))


def render(analysis: Analysis, page: Page) -> Iterator[str]:
    """The lines of the report; sections that would make it longer than a ticket may be are left out, and that is said."""
    left = _MOST
    for section in _sections(analysis, page):
        lines = list(section)
        size = sum(map(len, lines)) + len(lines)
        if size > left:
            yield plain(page.say(said("... the rest is longer than a ticket may be; --format html has all of it")))
            return
        left -= size
        yield from lines


def _sections(analysis: Analysis, page: Page) -> Iterator[Iterator[str]]:
    short = Shortener(analysis)
    yield _verdict(analysis, page)
    yield _cause(analysis, page)
    yield _recalled(analysis, page)
    for number, same in enumerate(analysis.alike[:_FINDINGS], 1):
        yield _finding(number, same, analysis, short, page)
    yield _rest(analysis, page)
    yield _pools(analysis, page)
    yield _inputs(analysis, short, page)


def _verdict(analysis: Analysis, page: Page) -> Iterator[str]:
    yield f"## {plain(page.say(badge(analysis, page)))}"
    yield ""
    yield f"**{plain(page.speech.headline(analysis.headline_facts) or page.say(said('nothing was concluded')))}**"
    for note in analysis.warnings[:_NOTES]:
        yield ""
        yield f"> {plain(page.say(said('note: {note}', note=note)))}"
    yield ""


def _cause(analysis: Analysis, page: Page) -> Iterator[str]:
    """The chain of the cause as a flowchart, which trackers draw."""
    finding = cause(analysis)
    chain = chain_of(analysis, finding, page) if finding is not None else None
    if chain is None or len(chain.links) < 2:
        return
    yield "```mermaid"
    yield from mermaid(*_drawn(chain))
    yield "```"
    yield ""
    for words in notes_of(chain):
        yield plain(page.say(words))
        yield ""


def _recalled(analysis: Analysis, page: Page) -> Iterator[str]:
    """What a store knows of the hang, as a list of lists."""
    if analysis.recalled is None:
        return
    for indent, sentence in sentences(analysis.recalled):
        yield f"{'  ' * indent}* {plain(page.say(sentence))}"
    yield ""


def _drawn(chain: Chain) -> tuple[list[Box], list[Arrow]]:
    critical = chain.finding.severity == CRITICAL
    boxes = [
        Box(
            f"n{at}",
            link.kind,
            tuple(line for line in (link.title, link.detail) if line),
            "root" if link.root else "critical" if link.concerned and critical else "",
        )
        for at, link in enumerate(chain.links)
    ]
    return boxes, [Arrow(f"n{each.waiter}", f"n{each.supplier}", each.words, each.sure) for each in chain.arrows]


def _finding(number: int, same: Sequence[Finding], analysis: Analysis, short: Shortener, page: Page) -> Iterator[str]:
    finding = same[0]
    words = analysis.describe(finding, page.language)
    head = said(
        "{number}. {kind}: {severity}, {confidence}",
        number=number,
        kind=term(finding.kind),
        severity=term(finding.severity),
        confidence=term(finding.confidence),
    )
    if number <= _OPEN:
        yield f"### {plain(page.say(head))}"
        yield ""
        yield f"**{plain(words.title)}**"
        yield ""
        yield from _details(finding, same, words.explanation, words.advice, short, page)
    else:
        summary = f"{page.say(head)}: {words.title}"
        yield from folded(summary, _details(finding, same, words.explanation, words.advice, short, page))
    yield ""


def _details(
    finding: Finding, same: Sequence[Finding], explanation: str, advice: Sequence[str], short: Shortener, page: Page
) -> Iterator[str]:
    yield plain(explanation)
    yield ""
    if len(same) > 1:
        names = page.few([each.processes[0].id for each in same], _ROWS)
        yield f"{plain(page.say(said('alike')))}: {plain(names)}"
        yield ""
    if finding.threads:
        yield f"{plain(page.say(said('threads')))}: {plain(page.numbers([mark(track) for _, track in finding.threads], 24))}"
        yield ""
    proofs = find_proofs(finding)
    if proofs:
        yield from block(_quoted(proofs[:_PROOFS], short, page))
        yield ""
    for at, step in enumerate(advice, 1):
        yield f"{at}. {plain(step)}"


def _quoted(proofs: Sequence[Proof], short: Shortener, page: Page) -> Iterator[str]:
    for proof in proofs:
        quote, shows = proof.quote, page.say(who_shows(proof))
        yield f"{short(quote.source)}:{quote.line}  {shows}".rstrip()
        yield f"    {quote.text.strip()}"


def _rest(analysis: Analysis, page: Page) -> Iterator[str]:
    rest = [finding for same in analysis.alike[_FINDINGS:] for finding in same]
    if rest:
        yield plain(page.rest(rest))
        yield ""


def _pools(analysis: Analysis, page: Page) -> Iterator[str]:
    pools = [(process, pool) for process, _ in worst_first(analysis) for pool in sorted(process.pools, key=lambda pool: not pool.exhausted)]
    if not pools:
        return
    heads = [said("process"), said("pool"), said("workers"), said("idle"), said("moving"), said("blocked"), said("state")]
    rows = (
        [
            plain(process.id),
            plain(page.catalog.of_profile(pool.name)),
            *(str(count) for count in (len(pool.workers), pool.idle, pool.progressing, pool.blocked)),
            plain(page.say(pool_state(pool))),
        ]
        for process, pool in pools[:_ROWS]
    )
    yield from folded(page.say(said("pools")), table([plain(page.say(head)) for head in heads], rows))
    yield ""


def _inputs(analysis: Analysis, short: Shortener, page: Page) -> Iterator[str]:
    placed = [(process, each) for process, _ in worst_first(analysis) for each in process.inputs.placements]
    if not placed:
        return
    heads = [said("process"), said("source"), said("format"), said("threads"), said("lines not read")]
    rows = (
        [
            plain(process.id),
            code(short(each.dump.source), in_table=True),
            each.dump.format,
            str(len(each.dump.threads)),
            str(each.dump.lines["unparsed"]),
        ]
        for process, each in placed[:_ROWS]
    )
    yield from folded(page.say(said("inputs")), table([plain(page.say(head)) for head in heads], rows))
