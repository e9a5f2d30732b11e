"""Keeping the index of a store up with its parts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from stackan.errors import UsageError
from stackan.likeness.looks import Look, look_of
from stackan.likeness.segments import Segment, segments, write_segment
from stackan.store.arrow import parquet_of, read
from stackan.store.parts import merged_parts
from stackan.store.place import ENDING, Held, Place

_FULL = 200_000  # cases of a segment that stays as it is
_MANY = 8  # small segments that are made one
_TRIES = 5
_COLUMNS = ["case_id", "case", "sha256", "verdict", "headline", "taken_at", "signature", "analyzed_at", "failure"]
T = TypeVar("T")


def ask_index(place: Place, ask: Callable[[list[Segment]], T]) -> T:
    """What is to be asked of a store's index, asked again where another call has just made its segments one.

    Raises UsageError where the store is damaged.
    """
    for _ in range(_TRIES - 1):
        with contextlib.suppress(FileNotFoundError):
            return ask(up_to_date(place))
    return ask(up_to_date(place))


def up_to_date(place: Place) -> list[Segment]:
    """The segments of a store, after what was written since the last call has been indexed: in memory where the store may only be read.

    Raises UsageError where the store is damaged.
    """
    known = segments(place)
    found = _apart([segment for segment in known if segment.is_current])
    files = {path: _parts_of(place, path) for path in place.list("cases")}
    missing = set[str]().union(*files.values()).difference(*(segment.parts for segment in found))
    small = [segment for segment in found if segment.size < _FULL]
    doubled = [segment for segment in found if any(segment is not each and segment.parts & each.parts for each in found)]
    if not missing and len(small) <= _MANY and not doubled and len(found) == len(known):
        return found
    again = [*(small if len(small) >= _MANY else ()), *doubled]
    kept = [segment for segment in found if segment not in again]
    parts = missing.union(*(segment.parts for segment in again))

    def indexed(where: Place) -> list[Segment]:
        return [*kept, *(write_segment(where, held, cases) for held, cases in _batches(place, files, parts, kept))]

    try:
        found = indexed(place)
        needed = {segment.name for segment in found}
        for segment in known:
            if segment.name not in needed:
                segment.remove()
    except (OSError, UsageError):  # what is not to be read fails once more
        return indexed(Held(place.name))
    return found


def _apart(found: Sequence[Segment]) -> list[Segment]:
    """Segments without those whose parts are all in another one: of calls at the same time, or of one that was killed while it merged."""
    return [segment for segment in found if not any(segment.parts < each.parts for each in found)]


def _batches(
    place: Place, files: dict[str, set[str]], parts: set[str], kept: Sequence[Segment]
) -> Iterator[tuple[set[str], list[tuple[dict[str, Any], Look]]]]:
    """The cases of some parts, in segments' worth; `files`: the parts in each file of `cases`, `kept`: segments that have others.

    A case that has failed is like none, and may be tried again: it is not indexed.
    """
    told: set[str] = set()
    rows: dict[str, dict[str, Any]] = {}
    for path, held in files.items():
        if held.isdisjoint(parts):
            continue
        told |= held & parts
        known = _ids_of(kept) if held - parts else frozenset()  # of a merged file, some of whose parts are indexed
        rows.update((row["case_id"], row) for row in _read(place, path, _COLUMNS) if row["failure"] is None and row["case_id"] not in known)
        if len(rows) >= _FULL:
            yield told, list(_looks(place, rows))
            told, rows = set(), {}
    if told:
        yield told, list(_looks(place, rows))


def _ids_of(kept: Sequence[Segment]) -> frozenset[str]:
    """Of the cases that are indexed; one that could not be analyzed may have been since."""
    return frozenset(case.case_id for segment in kept for case in segment.all_cases() if case.verdict is not None)


def _looks(place: Place, rows: dict[str, dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Look]]:
    """Cases with their looks."""
    stacks: dict[str, list[dict[str, Any]]] = {}
    for path in place.list("signatures"):
        if rows.keys().isdisjoint(row["case_id"] for row in _read(place, path, ["case_id"])):
            continue
        for row in _read(place, path, ["case_id", "progress", "names", "count"]):
            if row["case_id"] in rows:
                stacks.setdefault(row["case_id"], []).append(row)
    for case_id, row in rows.items():
        yield row, look_of(stacks.get(case_id, ()))


def _parts_of(place: Place, path: str) -> set[str]:
    """The parts that are in a file: those that were merged into it, or itself."""
    return set(merged_parts(place, path)) or {path.rpartition("/")[2].removesuffix(ENDING)}


def _read(place: Place, path: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    with parquet_of(place, path) as file:
        found: list[dict[str, Any]] = read(file, columns).to_pylist()
    return found
