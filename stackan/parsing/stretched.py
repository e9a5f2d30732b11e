"""Dumps of several formats in one text, as `pstack 17; jstack 17` writes them: each stretch is read by its own format.

Who reads one format takes lines of another for noise or for a thread's details.  So the stretches are found by the threads that have
frames: where those of two formats do not overlap, a text goes from one to the next behind the last frame of a run, and a reader is given
the stretches of its own format alone, the others blank, so that lines and bytes keep their places.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise

from stackan.model.columns import Columns
from stackan.model.frames import frame_stop
from stackan.model.records import NamedTuple

_BLANKED = bytes(byte if byte in b"\r\n" else 32 for byte in range(256))


class Stretch(NamedTuple):
    """A part of a text that holds dumps of one format."""

    format: str
    start: int
    stop: int


class _Thread(NamedTuple):
    start: int
    stop: int  # of its last frame
    format: str


def find_stretches(data: bytes, readings: Mapping[str, Columns]) -> list[Stretch]:
    """The stretches of a text, by the readings of all of it; empty if they cannot be told apart, or only one format has threads."""
    threads = sorted(thread for format, columns in readings.items() for thread in _threads(data, format, columns))
    reached = 0
    for thread in threads:
        if thread.start < reached:
            return []
        reached = thread.stop
    runs = [list(run) for _, run in groupby(threads, key=lambda thread: thread.format)]
    if len({run[0].format for run in runs}) < 2:
        return []
    cuts = [0]
    for before, after in pairwise(runs):
        gap = range(before[-1].stop, after[0].start)
        cuts.append(_border(data, gap, readings[before[0].format], readings[after[0].format]))
    return [Stretch(run[0].format, start, stop) for run, start, stop in zip(runs, cuts, [*cuts[1:], len(data)])]


def blank_others(data: bytes, stretches: Iterable[Stretch], format: str) -> bytes:
    """The text in which only the stretches of a format are left."""
    return b"".join(
        data[each.start : each.stop] if each.format == format else data[each.start : each.stop].translate(_BLANKED) for each in stretches
    )


def _threads(data: bytes, format: str, columns: Columns) -> Iterable[_Thread]:
    for row, (first, frames) in enumerate(zip(columns.thread_first, columns.thread_frames)):
        if frames:
            ends = (frame_stop(data, columns, frame) for frame in (first, first + frames - 1))  # be they printed either way round
            yield _Thread(columns.thread_start[row], max(ends), format)


def _border(data: bytes, gap: range, before: Columns, after: Columns) -> int:
    """Where the next format's dump begins: its first line behind the last that only the other one knows, or a time right before it."""
    ours, theirs = _within(before.note_start, gap), _within(after.note_start, gap)
    last = max(set(ours).difference(theirs), default=gap.start - 1)
    start = min((start for start in (*theirs, *_within(after.thread_start, gap)) if start > last), default=gap.stop)
    line = data.rfind(b"\n", gap.start, max(gap.start, start - 1)) + 1
    return line if line > max(last, gap.start) and _is_time(data[line:start]) else start


def _within(starts: array[int], gap: range) -> array[int]:
    return starts[bisect_left(starts, gap.start) : bisect_left(starts, gap.stop)]


def _is_time(line: bytes) -> bool:
    """`2026-11-21 06:22:11`, `Sat Nov 21 06:22:11 UTC 2026`"""
    return len(line) < 60 and re.search(rb"\b\d\d:\d\d:\d\d\b", line) is not None
