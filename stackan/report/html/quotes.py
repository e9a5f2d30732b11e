"""The lines of each thread in its source text, and all that was concluded about it: for the gravest, as much as a page can carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackan.escapes import shorten, shown_lines
from stackan.model.dump import Dump
from stackan.model.process import Process
from stackan.model.track import IDLE, STUCK, Track
from stackan.report.explain import Explainer
from stackan.report.html.report import Report, every_thread, parted

EXPLAINED = 2500  # threads
_ENDS = 200  # frames at either end of a stack
_BYTES = 6 << 20  # of all reasons, and of all lines, before they are compressed
_LINES = 300  # of one thread in one snapshot
_LONGEST = 2000  # characters of a line
_SPLIT = 256 << 20  # bytes of a text that is split into lines, where its threads are not found by their place in it


def quotes(report: Report) -> dict[str, Any]:
    """{"explained": {number of a thread: lines}, "quoted": {number of a thread: [[snapshot, first line, text, lines left out], …]}}"""
    explainer = Explainer(report.analysis, report.page, _ENDS)
    source = _Source()
    explained: dict[str, list[str]] = {}
    quoted: dict[str, list[list[Any]]] = {}
    room_for_reasons = room_for_lines = _BYTES
    for at, process, track in _gravest_first(report):
        if len(explained) >= EXPLAINED or room_for_reasons <= 0:
            break
        lines = explained[str(at)] = [line for line in explainer.explain(process, track) if line]
        room_for_reasons -= sum(map(len, lines))
        if room_for_lines > 0:
            texts = list(_texts(track, process, source))
            room_for_lines -= sum(len(text) for _, _, text, _ in texts)
            quoted[str(at)] = texts
    return {"explained": explained, "quoted": quoted}


def _gravest_first(report: Report) -> Iterator[tuple[int, Process, Track]]:
    """Threads of findings, then those that are stuck, then one of each stack, then the others, each with its number in the case."""
    every = list(enumerate(every_thread(report.analysis)))
    about = {id(track): rank for rank, each in reversed(list(enumerate(report.analysis.findings))) for _, track in each.threads}
    seen: set[tuple[str, ...]] = set()
    ranked = []
    for at, (process, track) in every:
        ranked.append((_rank(track, about.get(id(track)), track.place.names not in seen), at, process, track))
        seen.add(track.place.names)
    ranked.sort(key=lambda each: (each[0], each[1]))
    return ((at, process, track) for _, at, process, track in ranked)


def _rank(track: Track, finding: int | None, first: bool) -> tuple[int, int]:
    """`finding` is the gravest that is about the thread, `first` whether it is the first with its stack."""
    if first:
        return (0, finding) if finding is not None else (1, 0)
    if finding is not None:
        return 2, finding
    return (3, 0) if track.progress == STUCK else (5, 0) if track.progress == IDLE else (4, 0)


def _texts(track: Track, process: Process, source: _Source) -> Iterator[list[Any]]:
    for index, sighting in track.sightings:
        if index < len(process.dumps):
            line, text, hidden = source.quote(sighting.dump, sighting.thread)
            if text:
                yield [index, line, text, hidden]


class _Source:
    """The texts of dumps, to quote from."""

    def __init__(self) -> None:
        self._lines: dict[int, list[bytes]] = {}

    def quote(self, dump: Dump, thread: int) -> tuple[int, str, int]:
        """(number of the first line, lines, how many more there are) of a thread."""
        columns = dump.columns
        start, stop = columns.thread_start[thread], columns.thread_stop[thread]
        first = columns.thread_line[thread]
        if dump.numbers is None and dump.original is dump.data:
            lines = dump.data[start:stop].split(b"\n")
        elif len(dump.original) > _SPLIT:
            return first, "", 0
        else:  # the text was mended, so that the thread stands in the original by its lines only
            every = self._lines.setdefault(id(dump.original), [])
            if not every:
                every += dump.original.split(b"\n")
            last = dump.line_number(max(stop - 1, start))
            lines = every[first - 1 : last]
        while lines and not lines[-1].strip():
            lines.pop()
        some, hidden = parted(lines, _LINES)
        text = "\n".join(shorten(line.decode("utf-8", "replace").rstrip("\r"), _LONGEST) for line in some)
        return first, shown_lines(text), hidden  # it may be copied to a terminal
