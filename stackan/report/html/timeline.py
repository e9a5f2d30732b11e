"""What the logs tell, beside the snapshots: episodes of fault handling, events in their order, and a drawing of both."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.clock import iso_of, seconds_of
from stackan.model.event import FAULTS
from stackan.model.said import said, said_of
from stackan.report.html.markup import Markup, element
from stackan.report.html.report import Report
from stackan.report.story import Row, clock, episode_words, event_words, fold, lacking_words

SHOWN = 400  # events
_TICKS = 2000  # marks in the drawing
_WIDTH, _LEFT, _LANE = 860, 8, 26


def timeline(report: Report) -> Markup | None:
    story = report.analysis.story
    if not story.timeline and not story.episodes and not story.lacking:
        return None
    rows = fold(story.timeline)
    return element(
        "section",
        element("h2", report.say(said("time line"))),
        _drawing(report, rows),
        _episodes(report),
        _table(rows, report) if rows else None,
        *(element("p", report.say(lacking_words(each)), class_="note") for each in story.lacking),
        id="timeline",
    )


def _episodes(report: Report) -> Markup | None:
    episodes = report.analysis.story.episodes
    if not episodes:
        return None
    items = [element("li", episode_words(episode, report.page)) for episode in episodes[:SHOWN]]
    return element("div", element("h3", report.say(said("fault handling"))), element("ul", *items))


def _table(rows: Sequence[Row], report: Report) -> Markup:
    hidden = max(len(rows) - SHOWN, 0)
    begin = SHOWN * 2 // 3 if hidden else SHOWN
    shown = [*rows[:begin], *rows[begin + hidden :]]  # the end tells how it went out
    body = [_event(row, report) for row in shown]
    if hidden:
        words = said_of(hidden, "... and {count} more event (--format json)", "... and {count} more events (--format json)")
        body.insert(begin, element("tr", element("td", report.say(words), colspan="4")))
    heads = [said("time"), said("event"), said("what it means"), said("where")]
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", *(element("th", report.say(head), scope="col") for head in heads))),
            element("tbody", *body),
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=report.say(said("time line")),
    )


def _event(row: Row, report: Report) -> Markup:
    log, event = row.first
    place = f"{report.short(log.source)}:{event.line}"
    if row.others:
        place = report.say(said_of(row.others, "{place} and {count} more log", "{place} and {count} more logs", place=place))
    return element(
        "tr",
        element("td", element("time", clock(event.time) or ""), class_="time"),
        element("td", event_words(row, report.page)),
        element("td", report.page.speech.text((event.means,))),
        element("td", place, class_="place", title=event.text),
        class_="fault" if event.kind in FAULTS or event.kind == "halt" else None,
    )


def _drawing(report: Report, rows: Sequence[Row]) -> Markup | None:
    """A lane each for episodes, faults, other events and snapshots, from the first moment to the last."""
    story = report.analysis.story
    marks = [(at, row) for row in rows[:_TICKS] if (at := seconds_of(row.first.event.time)) is not None]
    bands = [(seconds_of(each.start), seconds_of(each.end), each) for each in story.episodes[:SHOWN]]
    taken = [
        (at, process)
        for process, cover in story.covers.items()
        for when in (cover.first, cover.last)
        if (at := seconds_of(when)) is not None
    ]
    times = [at for at, _ in marks] + [at for at, _ in taken] + [at for begin, end, _ in bands for at in (begin, end) if at is not None]
    if len(times) < 2 or max(times) == min(times):
        return None
    first, last = min(times), max(times)

    def x(at: float) -> float:
        return _LEFT + (at - first) / (last - first) * (_WIDTH - 2 * _LEFT)

    lanes = [said("fault handling"), said("faults"), said("other events"), said("snapshots")]
    drawn = [
        element("text", report.say(words), x=str(_LEFT), y=str(13 + at * 2 * _LANE), font_size="11", fill="#444c56")
        for at, words in enumerate(lanes)
    ]
    for begin, end, episode in bands:
        left, right = x(first if begin is None else begin), x(last if end is None else end)
        tip = element("title", episode_words(episode, report.page))
        drawn.append(_mark("rect", tip, "episode", x=left, y=18, width=max(right - left, 2), height=_LANE - 6, fill="#b9a7e8"))
    for at, row in marks:
        event = row.first.event
        grave = event.kind in FAULTS or event.kind == "halt"
        tip = element("title", f"{clock(event.time)} {report.page.term(event.kind)}")
        top, style, fill = (18 + 2 * _LANE, "grave", "#c2410c") if grave else (18 + 4 * _LANE, "event", "#1d6fb8")
        drawn.append(_mark("rect", tip, style, x=x(at) - 1, y=top, width=2.5, height=_LANE - 6, fill=fill))
    for at, process in taken:
        tip = element("title", report.say(said("process {name}", name=process)))
        drawn.append(_mark("circle", tip, "snapshot", cx=x(at), cy=28 + 6 * _LANE, r=5, fill="#0f7b53"))
    begin_words, end_words = (clock(iso_of(at)) or "" for at in (first, last))
    height = 8 * _LANE + 8
    drawn.append(element("text", begin_words, x=str(_LEFT), y=str(height - 2), font_size="11", fill="#444c56"))
    drawn.append(element("text", end_words, x=str(_WIDTH - _LEFT), y=str(height - 2), font_size="11", fill="#444c56", text_anchor="end"))
    svg = element(
        "svg",
        *drawn,
        viewBox=f"0 0 {_WIDTH} {height}",
        width=str(_WIDTH),
        height=str(height),
        role="img",
        aria_label=report.say(said("time line")),
        class_="times",
        font_family="system-ui, sans-serif",
    )
    return element("div", svg, class_="wide", tabindex="0", role="region", aria_label=report.say(said("time line")))


def _mark(shape: str, tip: Markup, style: str, fill: str, **place: float) -> Markup:
    return element(shape, tip, class_=f"moment {style}", fill=fill, **{name: f"{value:.1f}" for name, value in place.items()})
