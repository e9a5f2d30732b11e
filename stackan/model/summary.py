"""A snapshot in numbers: the summary of a dump that is not held in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan.model.brief import brief
from stackan.model.records import NamedTuple

if TYPE_CHECKING:
    from stackan.model.dump import Dump

MOST_LINES, MOST_CHARACTERS = 20, 120  # of unparsed text


@brief
class Summary(NamedTuple):
    source: str
    format: str
    threads: int
    frames: int
    stacks: int  # distinct ones
    lines: dict[str, int]  # of the whole text, by kind
    unparsed: list[tuple[int, str]]  # (line, beginning of its text) of the first ones


def summarize(dump: Dump) -> Summary:
    unparsed = [(line, text[:MOST_CHARACTERS]) for line, text in dump.unparsed[:MOST_LINES]]
    return Summary(dump.source, dump.format, len(dump.threads), len(dump.frames), len(dump.stacks), dump.lines, unparsed)
