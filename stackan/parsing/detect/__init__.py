"""The tool that wrote a text, recognized by its content, with the reason in words.

Each family of formats has a file that knows its marks: `recognize(stretch)` gives each format with the reason, the most specific
first.  It is imported when all families before it have not known the stretch: a plain gdb dump loads one.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from stackan.model.columns import EU_STACK, GDB
from stackan.parsing.detect import gdb
from stackan.parsing.stretches import stretches

# In this order: the most specific marks first.
DUMPS = ("python", "go", "unixes", "windows", "lldb", "macos", "crashes", "java")
# Reports of a crash and frames without a header are what a text is where no stretch of it is a dump.
REMAINS = ("reports", "bare")

# The formats that the scanner reads: how it has to take their frames.
DIALECTS = {"gdb": GDB, "pstack": GDB, "eu-stack": EU_STACK, "pt-eustack-resolver": GDB}


class Detected(NamedTuple):
    format: str  # a name of model/formats.py, or that of a format that is known but not read
    dialect: int | None  # how the scanner has to take its frames; None where it is not the scanner's
    reason: str


def detect(data: bytes) -> Detected | None:
    """The format of a text, or None if nothing in it looks like threads or a debugger's words.

    Of several formats it is the first that the text shows.  A file that holds only a debugger's refusal is gdb's: the caller reads
    what it says.
    """
    return next(_dumps(data), None) or next(_remains(data), None)


def detect_early(head: bytes) -> Detected | None:
    """The format of a text that begins so (LOOK_AT bytes), if what follows cannot change it."""
    return next(_ask(("gdb",), head), None)


def detect_all(stretch: bytes) -> Iterator[Detected]:
    """Every format of dumps that a stretch of a text shows."""
    return _ask(("gdb", *DUMPS), stretch)


def _dumps(data: bytes) -> Iterator[Detected]:
    spoken = False
    for stretch in stretches(data):
        yield from map(_named, gdb.recognize(stretch, spoken))
        yield from _ask(DUMPS, stretch)
        spoken = spoken or gdb.speaks(stretch)


def _remains(data: bytes) -> Iterator[Detected]:
    for stretch in stretches(data):
        yield from _ask(REMAINS, stretch)


def _ask(families: tuple[str, ...], stretch: bytes) -> Iterator[Detected]:
    for family in families:
        yield from map(_named, import_module(f"{__name__}.{family}").recognize(stretch))


def _named(found: tuple[str, str]) -> Detected:
    writer, reason = found
    return Detected("eu-stack" if writer == "pt-eustack-resolver" else writer, DIALECTS.get(writer), reason)
