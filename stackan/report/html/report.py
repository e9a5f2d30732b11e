"""What all sections of a page need: the analysis, its words, short names of inputs, and an anchor for each thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.analysis import Analysis
from stackan.model.labels import label, mark
from stackan.model.process import Process
from stackan.model.track import Track
from stackan.report.html.markup import Markup, element, joined
from stackan.report.page import Page
from stackan.report.sources import Shortener

_LINKED = 200  # threads that are named one by one


class Report:
    """One page about one analysis."""

    def __init__(self, analysis: Analysis, language: str) -> None:
        self.analysis = analysis
        self.page = Page(language, whole=True)
        self.short = Shortener(analysis)
        self.anchors = dict(_anchors(analysis))  # {id of a track: its anchor}

    def say(self, words: str) -> str:
        return self.page.say(words)

    def thread(self, track: Track) -> Markup:
        """A link to a thread by its number."""
        shown = mark(track) or label(track)
        return element("a", shown, href=f"#{self.anchors[id(track)]}")

    def threads(self, tracks: Sequence[Track]) -> Markup:
        """Links to threads, of many the first."""
        named = joined(Markup(f"{self.thread(track)} ") for track in tracks[:_LINKED])
        hidden = len(tracks) - _LINKED
        return joined([named, f"+ {hidden:,}"]) if hidden > 0 else named


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
