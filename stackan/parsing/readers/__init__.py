"""Readers in plain Python: one file for each format that the scanner does not read, all into the same columns.

A reader is a function `read(data: bytes) -> ParsedText`.  It is imported when its format is met, and not before.
"""

from __future__ import annotations

import importlib
from typing import NamedTuple

from stackan.model.columns import Columns
from stackan.model.dump import Facts

# {format: the module of its reader}
READERS: dict[str, str] = {
    "faulthandler": "faulthandler",
    "go": "go",
    "java-dump-file": "java_dump_file",
    "jhsdb": "jstack",
    "jstack": "jstack",
    "android-tombstone": "tombstone",
    "coredumpctl": "coredump",
    "lldb": "lldb",
    "macos-sample": "macos",
    "macos-spindump": "macos",
    "procstack": "aix",
    "py-spy": "pyspy",
    "py-spy-json": "pyspy_json",
    "pystack": "pystack",
    "solaris-pstack": "solaris",
    "vs-callstack": "visualstudio",
    "windbg": "windbg",
}


class ParsedText(NamedTuple):
    """The result of a reader."""

    columns: Columns
    facts: tuple[Facts, ...]  # of each snapshot in the text
    snapshots: tuple[int, ...] = ()  # rows of the threads with which the second and further snapshots begin


def read(format: str, data: bytes) -> ParsedText:
    """Read a text whose format is known and in READERS."""
    reading: ParsedText = importlib.import_module(f"stackan.parsing.readers.{READERS[format]}").read(data)
    return reading
