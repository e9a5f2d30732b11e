"""What the logs tell, beside the snapshots: episodes of fault handling, events in their order, and a drawing of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.clock import iso_of, seconds_of
from stackan.model.event import FAULTS, Episode, Event
from stackan.model.records import NamedTuple
from stackan.model.said import said, said_of
from stackan.report.html.markup import Markup, element
from stackan.report.html.report import Report, parted
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
    shown, hidden = parted(episodes, SHOWN)
    items = [element("li", episode_words(episode, report.page)) for episode in shown]
    more = said_of(hidden, "... and {count} more (--format json)", "... and {count} more (--format json)")
    return element("div", element("h3", report.say(said("fault handling"))), element("ul", *items), report.note(hidden, more))


def _table(rows: Sequence[Row], report: Report) -> Markup:
    _, hidden = parted(rows, SHOWN)
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
        class_="fault" if _is_grave(event) else None,
    )


class _Scale(NamedTuple):
    """The time that a drawing covers."""

    first: float
    last: float

    def x(self, at: float | None, default: float) -> float:
        return _LEFT + ((default if at is None else at) - self.first) / (self.last - self.first) * (_WIDTH - 2 * _LEFT)


class _Shot(NamedTuple):
    """A snapshot, and the moments between which it was taken."""

    first: float
    last: float
    process: str
    number: int


def _drawing(report: Report, rows: Sequence[Row]) -> Markup | None:
    """A lane each for episodes, faults, other events and snapshots, from the first moment to the last."""
    episodes, episodes_left = parted(report.analysis.story.episodes, SHOWN)
    timed = [(at, row.first.event) for row in rows if (at := seconds_of(row.first.event.time)) is not None]
    events, events_left = parted(timed, _TICKS)
    shots = list(_taken(report))
    taken, taken_left = parted(shots, _TICKS)
    times = [at for at, _ in events] + [at for shot in taken for at in (shot.first, shot.last)]
    times += [at for episode in episodes for when in (episode.start, episode.end) if (at := seconds_of(when)) is not None]
    if len(set(times)) < 2:
        return None
    scale = _Scale(min(times), max(times))
    lanes = [said("fault handling"), said("faults"), said("other events"), said("snapshots")]
    height = 2 * _LANE * len(lanes) + 8
    svg = element(
        "svg",
        *(_words(report.say(words), _LEFT, _top(at) - 5) for at, words in enumerate(lanes)),
        *(_band(episode, scale, report) for episode in episodes),
        *(_tick(event, at, scale, report) for at, event in events),
        *(_shot(shot, scale, report) for shot in taken),
        _words(clock(iso_of(scale.first)) or "", _LEFT, height - 2),
        _words(clock(iso_of(scale.last)) or "", _WIDTH - _LEFT, height - 2, text_anchor="end"),
        viewBox=f"0 0 {_WIDTH} {height}",
        width=str(_WIDTH),
        height=str(height),
        role="img",
        aria_label=report.say(said("time line")),
        class_="times",
        font_family="system-ui, sans-serif",
    )
    label = report.say(said("time line, drawn"))
    left = episodes_left + events_left + taken_left
    return element(
        "div",
        element("div", svg, class_="wide", tabindex="0", role="region", aria_label=label),
        report.note(left, said("Of so many moments the drawing has the first; not drawn: {count}.", count=left)),
        _undated(report),
    )


def _taken(report: Report) -> Iterator[_Shot]:
    """Every snapshot of which it is known when it was taken, by the clock of the logs."""
    for process, moments in report.analysis.story.taken.items():
        for number, moment in enumerate(moments, 1):
            if moment is not None and (first := seconds_of(moment[0])) is not None and (last := seconds_of(moment[1])) is not None:
                yield _Shot(first, last, process, number)


def _undated(report: Report) -> Markup | None:
    count = sum(moments.count(None) for moments in report.analysis.story.taken.values())
    words = said_of(
        count,
        "{count} snapshot is not drawn: nothing tells when it was taken by the clock of the logs.",
        "{count} snapshots are not drawn: nothing tells when they were taken by the clock of the logs.",
    )
    return report.note(count, words)


def _top(lane: int) -> int:
    return 18 + lane * 2 * _LANE


def _words(words: str, x: float, y: float, **more: object) -> Markup:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", font_size="11", fill="#444c56", **more)


def _band(episode: Episode, scale: _Scale, report: Report) -> Markup:
    left, right = scale.x(seconds_of(episode.start), scale.first), scale.x(seconds_of(episode.end), scale.last)
    tip = element("title", episode_words(episode, report.page))
    return _mark("rect", tip, "episode", x=left, y=_top(0), width=max(right - left, 2), height=_LANE - 6, fill="#b9a7e8")


def _tick(event: Event, at: float, scale: _Scale, report: Report) -> Markup:
    tip = element("title", f"{clock(event.time)} {report.page.term(event.kind)}")
    lane, style, fill = (1, "grave", "#c2410c") if _is_grave(event) else (2, "event", "#1d6fb8")
    return _mark("rect", tip, style, x=scale.x(at, at) - 1, y=_top(lane), width=2.5, height=_LANE - 6, fill=fill)


def _shot(shot: _Shot, scale: _Scale, report: Report) -> Markup:
    name, number = said("process {name}", name=shot.process), said("snapshot {number}", number=shot.number)
    span = " – ".join(dict.fromkeys(clock(iso_of(at)) or "" for at in (shot.first, shot.last)))
    tip = element("title", f"{span} {report.page.listed((name, number))}")
    if shot.first == shot.last:
        return _mark("circle", tip, "snapshot", cx=scale.x(shot.first, 0), cy=_top(3) + 10, r=5, fill="#0f7b53")
    left, right = scale.x(shot.first, 0), scale.x(shot.last, 0)
    return _mark("rect", tip, "snapshot", x=left, y=_top(3) + 5, width=max(right - left, 2), height=10, rx=5, fill="#0f7b53")


def _is_grave(event: Event) -> bool:
    return event.kind in FAULTS or event.kind == "halt"


def _mark(shape: str, tip: Markup, style: str, fill: str, **place: float) -> Markup:
    return element(shape, tip, class_=f"moment {style}", fill=fill, **{name: f"{value:.1f}" for name, value in place.items()})
