"""The threads of each process, those with one stack together: what a page shows of them without its program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stackan.model.place import StackMeaning
from stackan.model.process import Process
from stackan.model.said import said, said_of
from stackan.model.track import Track
from stackan.report.html.markup import Markup, element
from stackan.report.html.report import Report
from stackan.report.page import threads_of
from stackan.report.processes import SEEMS_IDLE, progress_of, stance
from stackan.report.terms import term

_GROUPS = 60  # of the whole page
_NAMED = 100  # threads of a group
_FRAMES = 60
_ORDER = ("stuck", "spinning", "unknown", "vanished", "appeared", "progressing", SEEMS_IDLE, "idle")


class _Group(NamedTuple):
    process: Process
    progress: str
    place: StackMeaning
    tracks: list[Track]


def stacks(report: Report) -> Markup | None:
    """The gravest and largest groups first; of the rest the number."""
    if not report.analysis.processes:
        return None
    groups = _groups(report.analysis.processes)
    hidden = len(groups) - _GROUPS
    more = said_of(
        hidden, "... and {count} more stack; --format json has all of them.", "... and {count} more stacks; --format json has all of them."
    )
    return element(
        "section",
        element("h2", report.say(said("stacks"))),
        *(_shown(group, report) for group in groups[:_GROUPS]),
        element("p", report.say(more), class_="note") if hidden > 0 else None,
        id="stacks",
    )


def _groups(processes: Sequence[Process]) -> list[_Group]:
    found: dict[tuple[str, str, tuple[str, ...]], _Group] = {}
    for process in processes:
        for track in process.tracks:
            progress = progress_of(track)
            key = (process.id, progress, track.place.names)
            found.setdefault(key, _Group(process, progress, track.place, [])).tracks.append(track)
    return sorted(found.values(), key=lambda group: (_ORDER.index(group.progress), -len(group.tracks)))


def _shown(group: _Group, report: Report) -> Markup:
    place, page = group.place, report.page
    several = len(report.analysis.processes) > 1
    home = page.say(said("process {name}", name=group.process.id)) if several else ""
    head = page.listed(each for each in (term(group.progress), threads_of(len(group.tracks)), stance(place), home) if each)
    tracks = group.tracks[:_NAMED]
    hidden = len(group.tracks) - len(tracks)
    names = [element("span", str(track.shown or track.key), " ", id=report.anchors[id(track)]) for track in tracks]
    return element(
        "details",
        element("summary", element("span", "", class_=f"dot {group.progress.replace(' ', '-')}"), head),
        element("p", *names, f"+ {hidden:,}" if hidden else None, class_="numbers"),
        element("pre", "", *_frames(place, report), tabindex="0"),
        open=group.progress in ("stuck", "spinning"),
        class_="stack",
    )


def _frames(place: StackMeaning, report: Report) -> list[Markup]:
    """Innermost first; the frames of the wait and of the thread's start are set back."""
    lines = []
    for at, name in enumerate(place.names[:_FRAMES]):
        part = "wait" if at < place.wait_frames else "start" if at >= place.first_start_frame else "own"
        lines.append(element("span", f"#{at:<3} {name}", class_=f"frame {part}"))
        lines.append(Markup("\n"))
    if len(place.names) > _FRAMES:
        lines.append(element("span", report.say(said("... {count} more", count=len(place.names) - _FRAMES)), class_="frame"))
    return lines
