"""The threads of a case as columns for the page's program: every text stands there once, and threads refer to it by number.

A case may have 100,000 threads; as one object each they would be ten times as large, and as slow to open.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from stackan.escapes import shorten
from stackan.model.place import StackMeaning, fact_of
from stackan.model.process import Process
from stackan.report.html.report import Report, parted, time_of
from stackan.report.membership import pools_of
from stackan.report.processes import head_of, progress_of, stance

Item = TypeVar("Item")
_ABSENT = -1
_LONGEST = 2000  # characters of a name: C++ has longer ones, which nobody reads to the end


class Table(Generic[Item]):
    """Distinct items, in the order in which they were first asked for."""

    def __init__(self, make: Callable[[Item], Any], key: Callable[[Item], Hashable] = lambda item: item) -> None:
        self.rows: list[Any] = []
        self._make = make
        self._key = key
        self._numbers: dict[Hashable, int] = {}

    def number(self, item: Item) -> int:
        key = self._key(item)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.rows)
            self.rows.append(self._make(item))
        return number


class Rows:
    """All processes of a case as columns, and the tables that these refer to."""

    def __init__(self, report: Report, box_of: Mapping[int, int], findings_of: Mapping[int, list[int]]) -> None:
        self._report = report
        self._box_of = box_of
        self._findings_of = findings_of
        self._pools = pools_of(report.analysis.processes)
        self._names = Table[str](lambda name: shorten(name, _LONGEST))
        self._texts = Table[str](str)
        self._places = Table[StackMeaning](self._place, _look)
        self._known: dict[int, int] = {}  # equal places are mostly the same object

    def document(self) -> dict[str, Any]:
        verdicts = zip(self._report.analysis.processes, self._report.analysis.verdicts)
        processes = [self._process(process, verdict) for process, verdict in verdicts]
        return {"processes": processes, "places": self._places.rows, "names": self._names.rows, "texts": self._texts.rows}

    def _process(self, process: Process, verdict: str) -> dict[str, Any]:
        report, page = self._report, self._report.page
        dumps = process.dumps
        times = {id(placed.dump): time_of(placed) for placed in process.inputs.placements}
        columns: dict[str, list[Any]] = {
            key: [] for key in ("number", "name", "mark", "label", "pool", "progress", "note", "box", "findings")
        }
        places: list[list[int]] = [[] for _ in dumps]
        lines: list[list[int]] = [[] for _ in dumps]
        for track in process.tracks:
            number = track.shown if track.shown is not None else -track.newest.line
            name, mark = track.name or "", report.mark(track)
            columns["number"].append(number)
            columns["name"].append(self._texts.number(name))
            columns["mark"].append(self._texts.number(_pattern(mark, str(number))))
            columns["label"].append(self._texts.number(_pattern(report.label(track), mark, name)))
            columns["pool"].append(
                self._texts.number(page.catalog.of_profile(pool.name) if (pool := self._pools.get(id(track))) is not None else "")
            )
            columns["progress"].append(self._texts.number(progress_of(track)))
            columns["note"].append(self._texts.number(page.speech.title(track.note)))
            columns["box"].append(self._box_of.get(id(track), _ABSENT))
            columns["findings"].append(self._texts.number(" ".join(map(str, self._findings_of.get(id(track), ())))))
            for column, line in zip(places, lines):
                column.append(_ABSENT)
                line.append(0)
            for index, sighting in track.sightings:
                if index < len(dumps):
                    places[index][-1] = self._number_of(sighting.place)
                    lines[index][-1] = sighting.line
        return {
            "id": process.id,
            "head": page.say(head_of([process], verdict, page)),
            "snapshots": [{"name": report.short(dump.source), "source": dump.source, "time": times.get(id(dump), "")} for dump in dumps],
            "places": places,
            "lines": lines,
            **columns,
        }

    def _number_of(self, place: StackMeaning) -> int:
        number = self._known.get(id(place))
        if number is None:
            number = self._known[id(place)] = self._places.number(place)
        return number

    def _place(self, place: StackMeaning) -> list[Any]:
        """[frames, innermost first; how many are the wait's own; the first that only starts the thread; verb; what it does; why]"""
        page = self._report.page
        frames = [self._names.number(name) for name in place.names]
        words = (page.say(stance(place)), page.speech.sentence(fact_of(place)))
        return [frames, place.wait_frames, place.first_start_frame, place.verb, *map(self._texts.number, words)]


def _pattern(words: str, *parts: str) -> str:
    r"""The words with \1 in the place of the first part, \2 of the second: so most threads have the same (web/src/model.ts fills it in)."""
    for at, part in enumerate(parts, 1):
        words = words.replace(part, chr(at), 1) if part else words
    return words


def _look(place: StackMeaning) -> Hashable:
    """All of a place that the page shows."""
    return place.names, place.wait_frames, place.first_start_frame, place.verb, place.state, place.reason


def findings_of(report: Report) -> dict[int, list[int]]:
    """{id of a track: the numbers of the findings that are about it}"""
    found: dict[int, list[int]] = {}
    for number, same in enumerate(report.analysis.alike, 1):
        for finding in same:
            for _, track in finding.threads:
                numbers = found.setdefault(id(track), [])
                if numbers[-1:] != [number]:
                    numbers.append(number)
    return found


def titles(report: Report, most: int) -> Iterator[list[Any]]:
    """[number, title] of each finding that the page has."""
    for number, same in enumerate(parted(report.analysis.alike, most)[0], 1):
        yield [number, report.page.speech.title(same[0].title)]
