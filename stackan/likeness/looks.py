"""What a case looks like: its stacks as rows of numbers, and the tokens by which cases that share some are found.

A token is a frame, or a pair of caller and callee.  All are numbers of 32 bits: two names that share one do no harm, as a case is told by
dozens.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from stackan.model.records import NamedTuple
from stackan.store.telling import is_of_program, telling

_HANGS = ("stuck", "spinning")
_MOST_STACKS = 200
_DEEPEST = 60  # frames of a stack, from the innermost

Row = Mapping[str, Any]  # of the store's table `signatures`, as far as `progress`, `names` and `count` go


class Look(NamedTuple):
    """The distinct stacks of a case. names: each stack's, innermost first. stacks: the same as tokens of frames. counts: their threads."""

    names: tuple[tuple[str, ...], ...]
    stacks: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]


def look_of(rows: Iterable[Row]) -> Look:
    """Of the threads that hang; of all that do not idle where none does: one snapshot cannot tell."""
    rows = list(rows)
    counts: dict[tuple[str, ...], int] = {}
    for row in [row for row in rows if row["progress"] in _HANGS] or rows:
        names = tuple(row["names"])[:_DEEPEST]
        if names:
            counts[names] = counts.get(names, 0) + (row["count"] or 0)
    counts = _telling(counts)
    most = sorted(counts, key=lambda names: (-counts[names], names))[:_MOST_STACKS]
    return Look(tuple(most), tuple(tuple(map(frame_token, names)) for names in most), tuple(counts[names] for names in most))


def _telling(counts: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Stacks by the names that tell what they are about; if none does, those that name their program: other waits are like no other's."""
    told: dict[tuple[str, ...], int] = {}
    for names, count in counts.items():
        kept = telling(names)
        if kept:
            told[kept] = told.get(kept, 0) + count
    return told or {names: count for names, count in counts.items() if is_of_program(names)}


@functools.lru_cache(maxsize=1 << 18)
def frame_token(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "replace"))


def tokens_of(stacks: Iterable[tuple[int, ...]]) -> set[int]:
    """The frames of stacks, the pairs of those, and which of them are innermost."""
    return {token for stack in stacks for token in _of_stack(stack)}


def _of_stack(stack: tuple[int, ...]) -> Iterator[int]:
    yield from stack
    before = 0  # of the innermost frame, which tells most
    for frame in stack:
        yield _mixed(before, frame)
        before = frame


def exact_token(value: str) -> int:
    """Of cases that have a signature in common, as their stuck threads stand in the same places, or the SHA-256 of their bytes."""
    return _mixed(0x5EED, zlib.crc32(value.encode()))


def _mixed(one: int, other: int) -> int:
    """A number of 32 bits for two, in this order."""
    mixed = ((one * 0x9E3779B1) ^ (other * 0x85EBCA77 + 0x165667B1)) & 0xFFFFFFFFFFFFFFFF
    return ((mixed >> 16) ^ mixed) * 0xC2B2AE3D >> 8 & 0xFFFFFFFF
