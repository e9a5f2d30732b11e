"""The threads of each process, those with one stack together: what a page shows of them without its program."""

from __future__ import annotations

from stackan.model.place import StackMeaning
from stackan.model.said import said, said_of
from stackan.report.html.markup import Markup, element
from stackan.report.html.report import Report, parted
from stackan.report.html.stacked import GROUPS, NAMED, Group
from stackan.report.page import threads_of
from stackan.report.processes import stance
from stackan.report.terms import term

_FRAMES = 60


def stacks(report: Report) -> Markup | None:
    """The gravest and largest groups first; of the rest the number."""
    if not report.analysis.processes:
        return None
    groups, hidden = parted(report.groups, GROUPS)
    more = said_of(
        hidden, "... and {count} more stack; --format json has all of them.", "... and {count} more stacks; --format json has all of them."
    )
    return element(
        "section",
        element("h2", report.say(said("stacks"))),
        *(_shown(group, report) for group in groups),
        report.note(hidden, more),
        id="stacks",
    )


def _shown(group: Group, report: Report) -> Markup:
    place, page = group.place, report.page
    several = len(report.analysis.processes) > 1
    home = page.say(said("process {name}", name=group.process.id)) if several else ""
    head = page.listed(each for each in (term(group.progress), threads_of(len(group.tracks)), stance(place), home) if each)
    tracks, hidden = parted(group.tracks, NAMED)
    names = [element("span", report.mark(track), " ", id=report.anchors[id(track)]) for track in tracks]
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
    shown, hidden = parted(place.names, _FRAMES)
    for at, name in enumerate(shown):
        part = "wait" if at < place.wait_frames else "start" if at >= place.first_start_frame else "own"
        lines.append(element("span", f"#{at:<3} {name}", class_=f"frame {part}"))
        lines.append(Markup("\n"))
    if hidden:
        lines.append(element("span", report.say(said("... {count} more", count=hidden)), class_="frame"))
    return lines
