"""The tool that wrote a text, recognized by its content, with the reason in words.

Each family of formats has a module `detect` that knows its marks: `recognize(stretch)` gives each format with the reason, the most
specific first.  It is imported when all families before it have not known the stretch, and one of its words (marks.py) is in it: a
plain gdb dump loads one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module

from stackan.model.columns import GDB
from stackan.model.formats import FORMATS
from stackan.model.records import NamedTuple
from stackan.parsing.gdb import detect as gdb
from stackan.parsing.marks import asked
from stackan.parsing.stretches import stretches

FAMILIES = tuple(dict.fromkeys(row.family for row in FORMATS.values()))
# What is only known by name, and frames without a header, are what a text is where no stretch of it is a dump.
_REMAINS = ("refused.detect", "gdb.bare")

# It prints eu-stack's frames below headers like gdb's, which tell the scanner where its threads begin.
_NAMED_OTHERWISE = {"pt-eustack-resolver": "eu-stack"}


class Detected(NamedTuple):
    format: str  # a name of model/formats.py, or that of a format that is known but not read
    grammar: int | None  # how the scanner has to take its frames; None where it is not the scanner's
    reason: str


def detect(data: bytes) -> Detected | None:
    """The format of a text, or None if nothing in it looks like threads or a debugger's words.

    Of several formats it is the first that the text shows.  A file that holds only a debugger's refusal is gdb's: the caller reads
    what it says.
    """
    return next(_dumps(data), None) or next(_remains(data), None)


def detect_early(head: bytes) -> Detected | None:
    """The format of a text that begins so (LOOK_AT bytes), if what follows cannot change it."""
    return next(map(_named, gdb.recognize(head)), None)


def detect_all(stretch: bytes) -> Iterator[Detected]:
    """Every format of dumps that a stretch of a text shows."""
    return _ask(_detectors(asked(FAMILIES, stretch)), stretch)


def _dumps(data: bytes) -> Iterator[Detected]:
    first, *others = FAMILIES
    assert first == "gdb"
    spoken = False
    for stretch in stretches(data):
        yield from map(_named, gdb.recognize(stretch, spoken))
        yield from _ask(_detectors(asked(others, stretch)), stretch)
        spoken = spoken or gdb.speaks(stretch)


def _remains(data: bytes) -> Iterator[Detected]:
    for stretch in stretches(data):
        # What a session of gdb prints beside its frames is its own: the traceback of a pretty-printer that fails to load.
        yield from _ask(reversed(_REMAINS) if gdb.speaks(stretch) else _REMAINS, stretch)


def _detectors(families: Iterable[str]) -> Iterator[str]:
    return (f"{family}.detect" for family in families)


def _ask(detectors: Iterable[str], stretch: bytes) -> Iterator[Detected]:
    for detector in detectors:
        yield from map(_named, import_module(f"stackan.parsing.{detector}").recognize(stretch))


def _named(found: tuple[str, str]) -> Detected:
    writer, reason = found
    if writer in _NAMED_OTHERWISE:
        return Detected(_NAMED_OTHERWISE[writer], GDB, reason)
    row = FORMATS.get(writer)
    return Detected(writer, row.grammar if row is not None else None, reason)
