"""What the logs of a case tell together, in the text report: the times in which faults were handled, and one time line over all nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stackan.model.analysis import Analysis
from stackan.model.clock import seconds_of
from stackan.model.event import Episode, Lacking, Logged, Node
from stackan.model.records import NamedTuple
from stackan.model.said import row, said, said_of
from stackan.model.spans import spoken
from stackan.report.layout import columns, safe
from stackan.report.page import Page
from stackan.report.sources import Shortener
from stackan.report.terms import term

if TYPE_CHECKING:
    from stackan.model.log import Log

_SHOWN_EPISODES = 12
_SHOWN_LACKING = 12
_SKEW = 3  # seconds that clocks may be apart: within them several logs tell of the same
_TIME = len("2024-05-12 10:03:17")
_WHAT = 40  # columns
# Commands to all living nodes, one line for each of them: they are one step.
_OF_ALL = frozenset(("handling-started", "handling-phase", "handling-rolled-back", "handling-over", "rejoin"))


class Row(NamedTuple):
    """An event of the time line, with those of other logs that tell the same."""

    first: Logged
    others: int


def render_episodes(episodes: Sequence[Episode], page: Page) -> Iterator[str]:
    """`2024-05-12 10:03:17 to 10:09:57 (6 min): fault of DSC2[2], last phase redo`"""
    for episode in episodes[:_SHOWN_EPISODES]:
        yield from page.indented(episode_words(episode, page), 3, 6)
    if len(episodes) > _SHOWN_EPISODES:
        hidden = len(episodes) - _SHOWN_EPISODES
        yield page.line(said_of(hidden, "... and {count} more (--format json)", "... and {count} more (--format json)"), 3)


def episode_words(episode: Episode, page: Page) -> str:
    """One time in which a fault was handled, as a clause."""
    begin, end = seconds_of(episode.start), seconds_of(episode.end)
    known = {"begin": clock(episode.start), "end": clock(episode.end), "nodes": row(map(_name, episode.failed)) or said("a node")}
    if begin is not None and end is not None:
        text = said("{begin} to {end} ({span}): fault of {nodes}", **known, span=spoken(max(int(end - begin), 0)))
    else:
        text = said("{begin}, and no end in these logs: fault of {nodes}", **known)
    parts = [text]
    if episode.phase is not None:
        parts.append(said("last phase {phase}", phase=term(episode.phase)))
    if episode.restarted:
        parts.append(said_of(episode.restarted, "begun again once", "begun again {count} times"))
    if episode.halted:
        parts.append(said("{nodes} halted meanwhile", nodes=row(map(_name, episode.halted))))
    return page.catalog.clause.join(map(page.say, parts))


def render_timeline(timeline: Sequence[Logged], short: Shortener, page: Page, most: int) -> Iterator[str]:
    """`2024-05-12 10:03:17  instance-fault DSC2[2]  dsc0/dm_CSS0_202405.log:18 and 1 more log`"""
    rows = fold(timeline)
    hidden = max(len(rows) - most, 0)
    begin = most * 2 // 3 if hidden else most
    shown = [*rows[:begin], *rows[begin + hidden :]]  # the end tells how it went out
    words = [event_words(each, page) for each in shown]
    width = min(max(map(columns, words), default=0), _WHAT)
    for at, (each, what) in enumerate(zip(shown, words)):
        if hidden and at == begin:
            yield page.line(said_of(hidden, "... and {count} more event (--format json)", "... and {count} more events (--format json)"), 3)
        log, event = each.first
        time = (clock(event.time) or "").ljust(_TIME)
        told = safe(f"   {time}  {what}{' ' * max(width - columns(what), 0)}  ")
        place = page.path(f"{short(log.source)}:{event.line}", columns(told))
        if each.others:
            place = page.say(said_of(each.others, "{place} and {count} more log", "{place} and {count} more logs", place=place))
        yield told + place


def fold(timeline: Sequence[Logged]) -> list[Row]:
    """Events that several logs tell of within some seconds, once: by the log that has them first; so is a phase that goes on."""
    rows: list[Row] = []
    recent: dict[tuple[object, ...], tuple[int, float]] = {}
    logs: list[set[int]] = []
    step = -1  # the newest row about handling
    for logged in timeline:
        event, at = logged.event, seconds_of(logged.event.time)
        key = event.kind, event.phase, () if event.kind in _OF_ALL else event.nodes
        row, last = recent.get(key, (-1, 0.0))
        if event.kind in ("handling-phase", "handling-over", "rejoin") and step >= 0 and row == step:
            logs[row].add(id(logged.log))
            rows[row] = rows[row]._replace(others=len(logs[row]) - 1)
            continue
        if row >= 0 and at is not None and at - last <= _SKEW and (event.kind in _OF_ALL or id(logged.log) not in logs[row]):
            logs[row].add(id(logged.log))
            rows[row] = rows[row]._replace(others=len(logs[row]) - 1)
            recent[key] = row, at
            continue
        if at is not None:
            recent[key] = len(rows), at
        if event.kind in _OF_ALL or event.kind in ("instance-fault", "group-fault"):
            step = len(rows)
        rows.append(Row(logged, 0))
        logs.append({id(logged.log)})
    return rows


def event_words(told: Row, page: Page) -> str:
    """`handling-phase (redo) DSC2[2] ×3`"""
    event = told.first.event
    nodes = "" if event.kind in _OF_ALL else "".join(f" {_name(node)}" for node in event.nodes[:3])
    often = f" ×{event.times}" if event.times > 1 and event.kind not in _OF_ALL else ""
    kind = said("{kind} ({phase})", kind=term(event.kind), phase=term(event.phase)) if event.phase else term(event.kind)
    return f"{page.say(kind)}{nodes}{often}"


def render_lacking(lacking: Sequence[Lacking], page: Page) -> Iterator[str]:
    """Logs that are not there and would tell more."""
    for each in lacking[:_SHOWN_LACKING]:
        yield from page.indented(lacking_words(each), 3, 6)
    if len(lacking) > _SHOWN_LACKING:
        hidden = len(lacking) - _SHOWN_LACKING
        yield page.line(said_of(hidden, "... and {count} more log", "... and {count} more logs"), 3)


def lacking_words(each: Lacking) -> str:
    """A log that is not there, or not whole, as a sentence."""
    known = {"kind": each.kind, "node": _name(each.node) if each.node is not None else None}
    end, fault = seconds_of(each.ends), seconds_of(each.fault)
    if end is not None and fault is not None:
        known |= {"end": clock(each.ends), "span": spoken(int(fault - end))}
        if each.node is None:
            return said("not whole: the log of {kind} ends at {end}, {span} before the fault", **known)
        return said("not whole: the {kind} log of {node} ends at {end}, {span} before the fault", **known)
    if each.node is None:
        return said("not here: the log of {kind}", **known)
    return said("not here: the {kind} log of {node}", **known)


def render_inputs(analysis: Analysis, short: Shortener, page: Page) -> Iterator[str]:
    """Each log with what it is and the time that it covers."""
    for log in analysis.logs:
        yield from page.indented(log_words(log, short(log.source)), 3, 6)


def log_words(log: Log, name: str) -> str:
    """`dsc0/dm_CSS0_202405.log: dmcss, 2024-05-12 10:03:17 to 2024-05-12 10:09:57, 12 events`"""
    extent = log.extent
    if extent is None:
        waits = said_of(len(log.waits), "{count} wait", "{count} waits")
        return said("{name}: {kind}, {waits} for latches in its last list", name=name, kind=log.kind, waits=waits)
    events = said_of(len(log.events), "{count} event", "{count} events")
    if extent.first is None:
        return said("{name}: {kind}, {events}", name=name, kind=log.kind, events=events)
    span = {"begin": clock(extent.first), "end": clock(extent.last)}
    return said("{name}: {kind}, {begin} to {end}, {events}", name=name, kind=log.kind, events=events, **span)


def clock(time: str | None) -> str | None:
    """`2024-05-12 10:03:17` of a printed time."""
    return time.partition(".")[0].replace("T", " ") if time is not None else None


def _name(node: Node) -> str:
    if node.site is None:
        return node.name or "EP"
    return f"{node.name or 'EP'}[{node.site}]"
