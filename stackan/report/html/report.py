"""What all sections of a page need: the analysis, its words, short names of inputs, and an anchor for each thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from stackan.model.analysis import Analysis
from stackan.model.labels import label, mark
from stackan.model.placement import Placement
from stackan.model.process import Process
from stackan.model.track import Track
from stackan.report.folding import fold
from stackan.report.html.markup import Content, Markup, element, joined
from stackan.report.html.stacked import as_text, groups_of
from stackan.report.page import Page
from stackan.report.sources import Shortener

Item = TypeVar("Item")
_LINKED = 200  # threads that are named one by one


class Report:
    """One page about one analysis."""

    def __init__(self, analysis: Analysis, language: str) -> None:
        self.analysis = analysis
        self.page = Page(language, whole=True)
        self.short = Shortener(analysis)
        self.anchors = dict(_anchors(analysis))  # {id of a track: its anchor}
        self.folded = fold(analysis)
        self.groups = groups_of(analysis.processes)
        self._as_text = {id(track) for track in as_text(self.groups)}

    def say(self, words: str) -> str:
        return self.page.say(words)

    def label(self, track: Track) -> str:
        return self.say(label(track))

    def mark(self, track: Track) -> str:
        """A thread in a row of threads: its number as the dump prints it, or its whole name where the dump gives none."""
        return mark(track) or self.label(track)

    def thread(self, track: Track) -> Markup:
        """A thread by its number, which leads to it."""
        return self.link(track, self.mark(track))

    def link(self, track: Track, content: Content) -> Markup:
        """A link to a thread; to one that does not stand on the page as text the program makes it, as it alone can show that one."""
        anchor = self.anchors[id(track)]
        if id(track) in self._as_text:
            return element("a", content, href=f"#{anchor}")
        return element("a", content, data_thread=anchor)

    def threads(self, tracks: Sequence[Track]) -> Markup:
        """Links to threads, of many the first."""
        shown, hidden = parted(tracks, _LINKED)
        named = joined(Markup(f"{self.thread(track)} ") for track in shown)
        return joined([named, f"+ {hidden:,}"]) if hidden else named

    def note(self, hidden: int, words: str) -> Markup | None:
        """What is said of those that are left out; nothing where none is."""
        return element("p", self.say(words), class_="note") if hidden else None


def parted(items: Sequence[Item], most: int) -> tuple[Sequence[Item], int]:
    """(those that the page has room for, how many it leaves out): whoever takes the ones says the other."""
    return items[:most], max(len(items) - most, 0)


def time_of(placed: Placement) -> str:
    """When a snapshot was taken, as its archive, its text or its name says; "" where none does."""
    return placed.dump.taken_at or (placed.time.value if placed.time is not None else "")


def _anchors(analysis: Analysis) -> Iterator[tuple[int, str]]:
    """`lwp-4250`; of several threads with one number, which are of several processes, `lwp-4250.2` and so on.

    The program in the page counts in the same way (web/src/model.ts).
    """
    seen: dict[str, int] = {}
    for _, track in every_thread(analysis):
        name = f"lwp-{track.shown}" if track.shown is not None else f"thread-{track.newest.line}"
        seen[name] = seen.get(name, 0) + 1
        yield id(track), name if seen[name] == 1 else f"{name}.{seen[name]}"


def every_thread(analysis: Analysis) -> Iterator[tuple[Process, Track]]:
    for process in analysis.processes:
        for track in process.tracks:
            yield process, track
