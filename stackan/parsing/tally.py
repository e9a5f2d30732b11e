"""Pieces of a text → its summaries, without holding it: for texts that are larger than memory should be.

The result is that of `parse_all`, or nothing: where the whole text is needed, the caller has to give it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from stackan import backend
from stackan.model.columns import KINDS, Columns
from stackan.model.folding import Stacks
from stackan.model.loads import find_far, loaded_calls
from stackan.model.summary import MOST_CHARACTERS, MOST_LINES, Summary
from stackan.parsing.detect import detect_early
from stackan.parsing.prepare import prepare

if TYPE_CHECKING:
    from stackan.backend import Tally as Scan

_LINE_BYTES = 8 * MOST_CHARACTERS  # a character has four bytes at the most


class Tally:
    """Counts a text's snapshots while it comes.

        tally = open_tally(first bytes of the text)
        while size := read into tally.space(bytes):
            tally.take(size)
        summaries = tally.end(source)

    None instead of a tally, or of summaries, says that the whole text has to be parsed.
    """

    def __init__(self, scan: Scan, format: str, grammar: int) -> None:
        self.space = scan.space
        self.grammar = grammar  # how frames are written
        self._scan = scan
        self._format = format
        self._unparsed: list[list[tuple[int, str]]] = [[]]  # of each snapshot, the first ones: (line, text)
        self._nodes = array("i")  # of each thread
        self._waiting: list[tuple[int, int, str]] = []  # those of the thread that is open: (start, line, text)

    def take(self, size: int) -> None:
        """So many bytes of the space are filled."""
        self._scan.take(size)
        self._nodes.extend(self._scan.nodes())
        self._share_out()

    def end(self, source: str) -> list[Summary] | None:
        """The summaries of the whole text, now that it has ended."""
        self._scan.end()
        self._nodes.extend(self._scan.nodes())
        self._share_out()
        lines = dict(zip(KINDS, self._scan.lines_by_kind))
        if not lines["frames"] or not self._scan.is_plain or self._shows_several_processes():
            return None
        return [
            Summary(source, self._format, *counts, lines, unparsed)
            for counts, unparsed in zip(self._scan.snapshots(), self._unparsed, strict=True)
        ]

    def stacks(self) -> Stacks:
        """The stacks of the same snapshots."""
        bounds = accumulate((threads for threads, _, _ in self._scan.snapshots()), initial=0)
        groups = [("", self._nodes[start:stop]) for start, stop in pairwise(bounds)]
        return Stacks(self._scan.functions(), *self._scan.node_columns(), groups)

    def _shows_several_processes(self) -> bool:
        if self._scan.counts_down:
            return False
        columns = Columns()
        for row, (function, location, pc) in enumerate(self._scan.calls()):
            columns.site_function.append(function)
            columns.site_location.append(location)
            columns.call_site.append(row)
            columns.call_pc.append(pc)
        return bool(find_far(columns, loaded_calls(columns)))

    def _share_out(self) -> None:
        """Each snapshot gets the unparsed lines before the next one begins."""
        unparsed = _Unparsed(self._scan)
        for start in self._scan.snapshot_starts(len(self._unparsed)):
            self._give(unparsed, start)
            self._unparsed.append([])
        open_thread = self._scan.open_thread()
        self._give(unparsed, open_thread)
        if open_thread is not None:  # with it, a snapshot may begin
            self._waiting += unparsed.before(None)
            del self._waiting[MOST_LINES:]

    def _give(self, unparsed: _Unparsed, stop: int | None) -> None:
        """Unparsed lines before `stop` are the newest snapshot's."""
        self._waiting += unparsed.before(stop)
        given = [(line, text) for start, line, text in self._waiting if stop is None or start < stop]
        del self._waiting[: len(given)]
        newest = self._unparsed[-1]
        newest += given[: MOST_LINES - len(newest)]


class _Unparsed:
    """The unparsed lines that the scanner has just found, in their order."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._starts, self._lines = scan.unparsed()
        self._at = 0

    def before(self, stop: int | None) -> list[tuple[int, int, str]]:
        """(start, line, text) of the next ones before an offset; no more than anyone asks for."""
        first = self._at
        self._at = len(self._starts) if stop is None else max(first, bisect_left(self._starts, stop))
        return [
            (self._starts[row], self._lines[row], self._text(self._starts[row])) for row in range(first, min(self._at, first + MOST_LINES))
        ]

    def _text(self, start: int) -> str:
        return self._scan.line_at(start, _LINE_BYTES).decode("utf-8", "replace").rstrip("\r")[:MOST_CHARACTERS]


def open_tally(head: bytes) -> Tally | None:
    """A tally of the text that begins so (LOOK_AT bytes of it show its format), if its kind can be counted."""
    found = detect_early(head) if prepare(head).data is head else None
    if found is None or found.grammar is None:
        return None
    scan = backend.tally(found.grammar)
    return Tally(scan, found.format, found.grammar) if scan is not None else None
