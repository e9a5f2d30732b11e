"""What a reader makes of a text, and how the reader of a format is found.

A reader is a function `read(data: bytes) -> ParsedText`.  It is imported when its format is met, and not before.
"""

from __future__ import annotations

import importlib

from stackan.model.columns import Columns
from stackan.model.formats import format_of
from stackan.model.printed import Facts
from stackan.model.records import NamedTuple


class ParsedText(NamedTuple):
    """The result of a reader."""

    columns: Columns
    facts: tuple[Facts, ...]  # of each snapshot in the text
    snapshots: tuple[int, ...] = ()  # rows of the threads with which the second and further snapshots begin
    counted: int = 0  # how many threads the text counts, where it does not list them


def read(format: str, data: bytes, source: str) -> ParsedText:
    """Read a text whose format has a reader; some tell by a text's name whose it is, and have a `read_named`."""
    row = format_of(format)
    reader = importlib.import_module(f"stackan.parsing.{row.family}.{row.reader}")
    reading: ParsedText = reader.read_named(data, source) if hasattr(reader, "read_named") else reader.read(data)
    return reading
