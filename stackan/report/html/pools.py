"""Processes, those alike together, with their pools as bars."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.process import Pool, Process
from stackan.model.said import said, said_of
from stackan.model.track import STUCK
from stackan.report.html.markup import Markup, element
from stackan.report.html.report import Report, parted
from stackan.report.processes import fold_processes, head_of, pool_state, sizes

_GROUPS = 40
_POOLS = 40
_MEMBERS = 200
_WIDTH, _HEIGHT = 480, 18
# What workers do, with the fill of their part of a bar; the letter tells them apart without colors.
_PARTS = (("stuck", "#c2410c"), ("blocked", "#e0a100"), ("moving", "#1d6fb8"), ("idle", "#c3c9d1"), ("unknown", "#ffffff"))
_WORDS = {
    "stuck": said("stuck"),
    "blocked": said("blocked"),
    "moving": said("moving"),
    "idle": said("idle"),
    "unknown": said("unknown"),
}


def processes(report: Report) -> Markup | None:
    if not report.analysis.processes:
        return None
    groups = fold_processes(report.analysis)
    shown, _ = parted(groups, _GROUPS)
    hidden = sum(len(members) for members, _ in groups[len(shown) :])
    more = said_of(
        hidden,
        "... and {count} more process; --format json has all of them.",
        "... and {count} more processes; --format json has all of them.",
    )
    return element(
        "section",
        element("h2", report.say(said("processes and pools"))),
        *(_group(members, verdict, report) for members, verdict in shown),
        report.note(hidden, more),
        id="pools",
    )


def _group(members: Sequence[Process], verdict: str, report: Report) -> Markup:
    process, page = members[0], report.page
    names = page.few([each.id for each in members], _MEMBERS) if len(members) > 1 else None
    pools, hidden = parted(sorted(process.pools, key=lambda pool: not pool.exhausted), _POOLS)
    return element(
        "div",
        element("h3", page.say(head_of(members, verdict, page))),
        element("p", names) if names else None,
        element("p", page.say(said("shown: {name}", name=process.id))) if names else None,
        element("p", page.say(sizes(process, page))),
        *(element("p", page.say(said("note: {note}", note=note)), class_="note") for note in process.inputs.warnings),
        _table(pools, process, report) if pools else None,
        report.note(hidden, _more(hidden)),
        class_="process",
    )


def _more(hidden: int) -> str:
    return said_of(
        hidden, "... and {count} more pool; --format json has all of them.", "... and {count} more pools; --format json has all of them."
    )


def _table(pools: Sequence[Pool], process: Process, report: Report) -> Markup:
    heads = [said("pool"), said("workers"), said("what they do"), said("state")]
    most = max(len(pool.workers) for pool in pools)
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", *(element("th", report.say(head), scope="col") for head in heads))),
            element("tbody", *(_pool(pool, most, report) for pool in pools)),
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=report.say(said("pools of process {name}", name=process.id)),
    )


def _pool(pool: Pool, most: int, report: Report) -> Markup:
    counts = _counts(pool)
    words = report.page.listed(said("{count} {what}", count=counts[kind], what=_WORDS[kind]) for kind, _ in _PARTS if counts[kind])
    name = element("th", report.page.catalog.of_profile(pool.name), scope="row", title=report.page.speech.sentence(pool.evidence))
    number = element("td", f"{len(pool.workers):,}", class_="number")
    bar = element("td", _bar(counts, most, words), element("br"), element("small", words))
    return element("tr", name, number, bar, element("td", report.say(pool_state(pool))), class_="exhausted" if pool.exhausted else None)


def _counts(pool: Pool) -> dict[str, int]:
    """How many workers do what; each counts once."""
    stuck = min(sum(track.progress == STUCK for track in pool.workers), pool.blocked)
    counts = {"stuck": stuck, "blocked": pool.blocked - stuck, "moving": pool.progressing, "idle": pool.idle}
    return {**counts, "unknown": max(len(pool.workers) - sum(counts.values()), 0)}


def _bar(counts: dict[str, int], most: int, words: str) -> Markup:
    total = max(sum(counts.values()), 1)
    width = max(_WIDTH * total / max(most, 1), 24)
    parts, at = [], 0.0
    for kind, fill in _PARTS:
        if counts[kind]:
            part = width * counts[kind] / total
            parts.append(_part(kind, fill, at, part))
            at += part
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=str(_WIDTH),
        height=str(_HEIGHT),
        role="img",
        aria_label=words,
        class_="bar",
    )


def _part(kind: str, fill: str, left: float, width: float) -> Markup:
    return element(
        "rect",
        x=f"{left:.1f}",
        y="1",
        width=f"{width:.1f}",
        height=str(_HEIGHT - 2),
        fill=fill,
        stroke="#4a5560",
        stroke_dasharray="3 2" if kind == "unknown" else None,
        class_=f"part {kind}",
    )
