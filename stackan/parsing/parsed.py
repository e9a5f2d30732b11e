"""What a reader makes of a text, and how the reader of a format is found.

A reader is a function `read(data: bytes) -> ParsedText`.  It is imported when its format is met, and not before.
"""

from __future__ import annotations

import importlib
from typing import NamedTuple

from stackan.model.columns import Columns
from stackan.model.dump import Facts
from stackan.model.formats import format_of


class ParsedText(NamedTuple):
    """The result of a reader."""

    columns: Columns
    facts: tuple[Facts, ...]  # of each snapshot in the text
    snapshots: tuple[int, ...] = ()  # rows of the threads with which the second and further snapshots begin
    counted: int = 0  # how many threads the text counts, where it does not list them


def read(format: str, data: bytes) -> ParsedText:
    """Read a text whose format has a reader."""
    row = format_of(format)
    reading: ParsedText = importlib.import_module(f"stackan.parsing.{row.family}.{row.reader}").read(data)
    return reading
