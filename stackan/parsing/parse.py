"""Bytes → dumps."""

from __future__ import annotations

import itertools
from bisect import bisect_left

from stackan import backend
from stackan.errors import InputError
from stackan.model.columns import UNKNOWN, Columns
from stackan.model.dump import Dump
from stackan.parsing.detect import Detected, detect
from stackan.parsing.facts import read_facts
from stackan.parsing.readers import READERS, read

ASK_FOR = "give the output of pstack, gdb's `thread apply all bt`, or eu-stack"


def parse_all(data: bytes, source: str = "-") -> list[Dump]:
    """Every snapshot that a text holds, in its order (two dumps may be appended to one file).

    Raises InputError if the text is no dump, or one that stackan only knows by name.
    """
    original = data
    if b"\x1b" in data:
        data = drop_escapes(data)
    found = detect(data)
    if found is None:
        raise InputError(f"{source}: no thread dump; {ASK_FOR}")
    if found.dialect is not None:
        return scan_dumps(data, source, found, original)
    if found.format in READERS:
        return read_dumps(data, source, found, original)
    raise InputError(f"{source}: this is a {found.format} text ({found.reason}), which stackan does not read; {ASK_FOR}")


def read_dumps(data: bytes, source: str, found: Detected, original: bytes) -> list[Dump]:
    """The snapshots of a text that a reader in plain Python knows; `original` is the text with a terminal's escapes."""
    reading = read(found.format, data)
    columns = reading.columns
    if not columns.thread_lwp:
        raise InputError(f"{source}: {found.reason}, but no thread; the dump was cut short or its tool failed")
    rows = [0, *reading.snapshots, len(columns.thread_lwp)]
    bounds = [0, *(columns.thread_start[row] for row in reading.snapshots), len(data)]
    return [
        Dump(
            data,
            columns,
            source=source,
            format=found.format,
            reason=found.reason,
            facts=facts,
            threads=range(*piece),
            original=original,
            text=text,
        )
        for facts, piece, text in zip(reading.facts, itertools.pairwise(rows), itertools.pairwise(bounds), strict=True)
    ]


def scan_dumps(data: bytes, source: str, found: Detected, original: bytes) -> list[Dump]:
    """The snapshots of a text that the scanner reads; `original` is the text with a terminal's escapes."""
    assert found.dialect is not None
    columns = backend.scan(data, found.dialect)
    facts = read_facts(data, columns)
    if not columns.thread_lwp or not len(columns.frame_site):
        if facts.refusals:
            raise InputError(
                f"{source}: the debugger could not look at the process (it says: {facts.refusals[0]}); "
                "take the dump as its user or as root, with no other debugger attached"
            )
        raise InputError(f"{source}: no thread with a frame stands in it; the dump was cut short or its tool failed")
    warnings = [f"the debugger reported: {words}" for words in facts.refusals[:3]]
    pieces = split_snapshots(columns, 1 if is_stray(columns) else 0)
    kept = pieces[:1]
    for before, piece in itertools.pairwise(pieces):
        # pstack prints no words of its own, so two of its dumps in one file may well be equal: everything stands still.
        if found.format != "gdb" or not is_repeated(data, columns, before, piece):
            kept.append(piece)
    if len(kept) < len(pieces):
        warnings.append("one snapshot stands in the text twice, as when gdb logs to the file that also holds its output; it counts once")
    bounds = [0, *(columns.thread_start[piece.start] for piece in kept[1:]), len(data)]
    return [
        Dump(
            data,
            columns,
            source=source,
            format=found.format,
            reason=found.reason,
            facts=facts,
            threads=piece,
            warnings=warnings,
            original=original,
            text=text,
        )
        for piece, text in zip(kept, itertools.pairwise(bounds), strict=True)
    ]


def is_repeated(data: bytes, columns: Columns, before: range, piece: range) -> bool:
    """Whether a snapshot is only the one before it, printed again: the same text, and no word of a debugger between them."""
    starts, stops = columns.thread_start, columns.thread_stop
    first, last = (starts[before.start], stops[before.stop - 1]), (starts[piece.start], stops[piece.stop - 1])
    noted = bisect_left(columns.note_start, first[1]) < bisect_left(columns.note_start, last[0])
    return not noted and data[first[0] : first[1]].strip() == data[last[0] : last[1]].strip()


def drop_escapes(data: bytes) -> bytes:
    """The text without what a terminal would obey: colors, cursor movements, window titles.  Lines stay lines."""
    import re

    return re.sub(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\n]*\x07|[@-Z\\^_])", b"", data).replace(b"\n\r", b"\n")


def is_stray(columns: Columns) -> bool:
    """Whether the first thread is only the current frame that gdb prints on opening a core, before the first header:

    #0  0x00007f8af7709545 in __GI___clock_nanosleep (clock_id=clock_id@entry=0, …
    [Current thread is 1 (Thread 0x7f8af7637740 (LWP 17540))]

    It is a frame of the text, but no thread.
    """
    return len(columns.thread_lwp) > 1 and columns.thread_frames[0] == 1 and columns.thread_lwp[0] == UNKNOWN != columns.thread_lwp[1]


def split_snapshots(columns: Columns, first: int = 0) -> list[range]:
    """Where one snapshot ends and the next begins: at the first thread whose LWP was seen before.

    A block that is printed twice in a row (gdb's `set logging` to the file that holds its output too) is no new snapshot.
    """
    pieces: list[range] = []
    start = first
    seen: set[int] = set()
    before = UNKNOWN
    for index in range(first, len(columns.thread_lwp)):
        lwp = columns.thread_lwp[index]
        if lwp != UNKNOWN and lwp != before and lwp in seen:
            pieces.append(range(start, index))
            start, seen = index, set()
        seen.add(lwp)
        before = lwp
    pieces.append(range(start, len(columns.thread_lwp)))
    return pieces
