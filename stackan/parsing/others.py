"""Dumps of other formats that are in a text beside the one that was read, as `pstack 17; jstack 17` writes them into one file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from stackan.model.dump import Dump
from stackan.model.formats import FORMATS
from stackan.model.said import row, said
from stackan.parsing.detect import detect_all
from stackan.parsing.stretches import LOOK_AT, spans

# The scanner reads these in one text.
_SCANNED = tuple(row.name for row in FORMATS.values() if row.grammar is not None)


def tell_others(dump: Dump) -> list[str]:
    """A sentence about them, if there are any.

    They are looked for where lines of the text are unknown in the format of `dump`; the text far before it was looked at when
    the format was recognized.
    """
    others = find_others(dump)
    if not others:
        return []
    return [
        said(
            "{source}: read as {format}, but {others} is in it, too, and is not read (lines from {line} on): "
            "give each dump as a file of its own",
            source=dump.source,
            format=dump.format,
            others=row(others),
            line=dump.unparsed[0][0],
        )
    ]


def find_others(dump: Dump) -> list[str]:
    """Their formats."""
    known = _SCANNED if dump.format in _SCANNED else (dump.format,)
    return sorted({found.format for stretch in _unknown(dump) for found in detect_all(stretch)}.difference(known))


def _unknown(dump: Dump) -> Iterator[bytes]:
    """The stretches of a text in which lines are left over."""
    data, left = dump.data, dump.columns.unparsed_start
    for start, stop in spans(data, max(dump.columns.thread_start[0] - LOOK_AT, 0)):
        if bisect_left(left, start) < bisect_left(left, stop):
            yield data[start:stop]
