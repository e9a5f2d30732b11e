"""The inverted index of a store, as sorted Parquet files beside its tables.

A segment is the index of some parts of the store: four files with one name, that of `indexed` last, which makes it count.

    postings     token << 32 | number of a case, sorted: the cases of a token stand in a row, and a file's statistics say where;
                 its signature and its bytes have a token each, too
    vocabulary   token << 32 | how many cases have it, sorted
    frames_named token of a frame and its name, sorted by token
    indexed      a row for each case, by number: what it is called, and its look

Nothing is ever changed; new parts get a new segment, and many small ones are made one again.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from stackan.likeness.looks import Look, exact_token, tokens_of
from stackan.model.records import NamedTuple
from stackan.store.arrow import PARTS, compute, open_parquet, pa, pq
from stackan.store.place import ENDING, Place

POSTINGS, VOCABULARY, NAMED, INDEXED = "postings", "vocabulary", "frames_named", "indexed"
_GROUP = 1 << 14  # values that are read at once
_CASES = 1 << 8  # rows of `indexed` that are read at once
_MADE, _VERSION = b"stackan.index", b"2"  # another one where what is in a segment changes
_TEXTS = ("case_id", "case", "sha256", "verdict", "headline", "taken_at", "signature", "analyzed_at")
_INDEXED = pa.schema([*((name, pa.string()) for name in _TEXTS), ("look", pa.binary())])
_NAMED = pa.schema([("token", pa.uint32()), ("name", pa.string())])


class Known(NamedTuple):
    """A case as the index has it. stacks: its frames as tokens. analyzed_at: ISO-8601, so that the later is the greater."""

    case_id: str
    case: str
    sha256: str | None
    verdict: str | None
    headline: str | None
    taken_at: str | None
    signature: str | None
    analyzed_at: str | None
    stacks: tuple[tuple[int, ...], ...]


class Brief(NamedTuple):
    """A case as far as it is counted. number: in its segment."""

    number: int
    case: str
    sha256: str | None
    signature: str | None
    analyzed_at: str | None


def write_segment(place: Place, parts: Collection[str], cases: Iterable[tuple[dict[str, Any], Look]]) -> Segment:
    """Index some cases, which are all of these parts. Raises OSError.

    A case is given as its row of the table `cases` and its look.
    """
    postings, found, names = array("Q"), Counter[int](), dict[int, str]()
    columns: dict[str, list[Any]] = {name: [] for name in _INDEXED.names}
    for number, (row, look) in enumerate(cases):
        tokens = tokens_of(look.stacks)
        if row["signature"]:
            tokens.add(exact_token(row["signature"]))
        postings.extend([token << 32 | number for token in tokens])
        found.update(tokens)
        if row["sha256"]:
            postings.append(exact_token(row["sha256"]) << 32 | number)
        for stack, each in zip(look.stacks, look.names):
            names.update(zip(stack, each))
        for name in _TEXTS:
            columns[name].append(_text(row.get(name)))
        columns["look"].append(_packed(look.stacks))
    name = hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:32]
    place.put(f"{POSTINGS}/{name}{ENDING}", _sorted(postings))
    place.put(f"{VOCABULARY}/{name}{ENDING}", _sorted(array("Q", [token << 32 | count for token, count in found.items()])))
    named = sorted(names)
    place.put(f"{NAMED}/{name}{ENDING}", _bytes(pa.table([named, [names[token] for token in named]], schema=_NAMED), _GROUP))
    indexed = pa.table(list(columns.values()), schema=_INDEXED.with_metadata({PARTS: " ".join(sorted(parts)).encode(), _MADE: _VERSION}))
    place.put(f"{INDEXED}/{name}{ENDING}", _bytes(indexed, _CASES))
    return Segment(place, name)


def _text(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value


def _sorted(values: array[int]) -> bytes:
    """Numbers of 64 bits as a Parquet file of one column."""
    column = _column(values)
    table = pa.table({"value": column.take(compute.sort_indices(column))})
    return _bytes(table, _GROUP, use_dictionary=False, column_encoding={"value": "DELTA_BINARY_PACKED"})


def _column(values: array[int]) -> Any:
    """Numbers as Arrow has them, by the same memory: for a list it would first look for pandas, which takes a quarter of a second."""
    return pa.Array.from_buffers({"Q": pa.uint64(), "I": pa.uint32()}[values.typecode], len(values), [None, pa.py_buffer(values)])


def _bytes(table: Any, group: int, **how: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=group, **how)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _packed(stacks: Sequence[Sequence[int]]) -> bytes:
    """Stacks as numbers of 32 bits: of each its length, and its frames."""
    numbers = array("I")
    for stack in stacks:
        numbers.append(len(stack))
        numbers.extend(stack)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(data: bytes) -> tuple[tuple[int, ...], ...]:
    numbers, stacks, at = array("I", data), [], 0
    if sys.byteorder == "big":
        numbers.byteswap()
    while at < len(numbers):
        end = at + 1 + numbers[at]
        stacks.append(tuple(numbers[at + 1 : end]))
        at = end
    return tuple(stacks)


class Segment:
    """One segment, read where it is asked."""

    def __init__(self, place: Place, name: str) -> None:
        self.name = name
        self._place = place
        self._files: dict[str, Any] = {}
        self._known_ranges: dict[str, list[tuple[int, int]]] = {}

    @cached_property
    def parts(self) -> frozenset[str]:
        """The parts of the store that it indexes."""
        return frozenset((self._indexed.schema_arrow.metadata or {}).get(PARTS, b"").decode().split())

    @property
    def is_current(self) -> bool:
        """Whether it is as this version makes it."""
        return bool((self._indexed.schema_arrow.metadata or {}).get(_MADE) == _VERSION)

    @cached_property
    def size(self) -> int:
        """How many cases it has."""
        return int(self._indexed.metadata.num_rows)

    def counts_of(self, tokens: Collection[int]) -> dict[int, int]:
        """{token: in how many cases it is}, of those that are in any."""
        found = ((token, list(self._values(VOCABULARY, token, 1))) for token in tokens)
        return {token: counts[0] for token, counts in found if counts}

    def cases_of(self, token: int, most: int) -> list[int]:
        """The numbers of the first cases that have a token."""
        return self._values(POSTINGS, token, most)

    def names_of(self, tokens: Collection[int]) -> dict[int, str]:
        """{token of a frame: its name}"""
        wanted = sorted(tokens)
        groups = [
            group for group, (first, last) in enumerate(self._ranges(NAMED)) if bisect_left(wanted, first) < bisect_left(wanted, last + 1)
        ]
        table = self._file(NAMED).read_row_groups(groups, use_threads=False)
        table = table.filter(compute.is_in(table["token"], _column(array("I", wanted))))
        return dict(zip(table["token"].to_pylist(), table["name"].to_pylist()))

    def cases(self, numbers: Collection[int]) -> dict[int, Known]:
        """{number: the case}"""
        return {number: _known(row) for number, row in self._rows(numbers, [*_TEXTS, "look"])}

    def briefs(self, numbers: Collection[int]) -> list[Brief]:
        """The same cases in brief, which is read faster."""
        columns = [name for name in Brief._fields if name != "number"]
        return [Brief(number, **row) for number, row in self._rows(numbers, columns)]

    def _rows(self, numbers: Collection[int], columns: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        groups = {group: at for at, group in enumerate(sorted({number // _CASES for number in numbers}))}
        if not groups:
            return
        table = self._indexed.read_row_groups(list(groups), columns=columns, use_threads=False)
        ordered = sorted(numbers)
        places = array("Q", [groups[number // _CASES] * _CASES + number % _CASES for number in ordered])
        yield from zip(ordered, table.take(_column(places)).to_pylist())

    def all_cases(self) -> Iterator[Known]:
        for group in range(self._indexed.num_row_groups):
            yield from map(_known, self._indexed.read_row_group(group, use_threads=False).to_pylist())

    def remove(self) -> None:
        for table in (INDEXED, NAMED, VOCABULARY, POSTINGS):
            self._place.remove(f"{table}/{self.name}{ENDING}")

    def _values(self, table: str, token: int, most: int) -> list[int]:
        """The first lower halves of a column's values whose upper half is the token."""
        low, high = token << 32, (token + 1) << 32
        ranges = self._ranges(table)
        found: list[int] = []
        for group in range(max(bisect_left(ranges, (low,)) - 1, 0), len(ranges)):
            first, last = ranges[group]
            if first >= high or len(found) >= most:
                break
            if last >= low:
                values = self._group(table, group)
                begin = bisect_left(values, low)
                end = min(bisect_left(values, high), begin + most - len(found))
                found += [value & 0xFFFFFFFF for value in values[begin:end]]
        return found

    def _group(self, table: str, group: int) -> memoryview:
        column = self._file(table).read_row_group(group, use_threads=False)["value"].chunk(0)
        return memoryview(column.buffers()[1]).cast("B")[column.offset * 8 : (column.offset + len(column)) * 8].cast("Q")

    def _ranges(self, table: str) -> list[tuple[int, int]]:
        """The least and the greatest value of the first column in each row group."""
        known = self._known_ranges.get(table)
        if known is None:
            metadata = self._file(table).metadata
            groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
            found = [group.column(0).statistics for group in groups if group.num_rows]  # a table without rows has an empty group
            known = self._known_ranges[table] = [(each.min, each.max) for each in found]
        return known

    @property
    def _indexed(self) -> Any:
        return self._file(INDEXED)

    def _file(self, table: str) -> Any:
        found = self._files.get(table)
        if found is None:
            found = self._files[table] = open_parquet(self._place, f"{table}/{self.name}{ENDING}")
        return found


def segments(place: Place) -> list[Segment]:
    """The segments that are whole."""
    return [Segment(place, path.rpartition("/")[2].removesuffix(ENDING)) for path in place.list(INDEXED)]


def _known(row: dict[str, Any]) -> Known:
    return Known(stacks=_unpacked(row.pop("look")), **row)
