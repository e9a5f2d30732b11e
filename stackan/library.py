"""The doors of the library: they take whatever a caller has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from stackan.errors import InputError, UsageError
from stackan.model.case import Case
from stackan.model.dump import Dump
from stackan.model.said import said, said_of
from stackan.parsing import parse_all
from stackan.reading import Input, Skipped, given_of, read, source_of

if TYPE_CHECKING:
    from stackan.model.analysis import Analysis
    from stackan.model.watch import Watch
    from stackan.reading import Limits


def parse(given: Input) -> Dump:
    """One snapshot, from bytes, from a file that is open, or from the path of one (compressed files and members of archives, too).

    If the text holds several snapshots, the first is given and `Dump.warnings` says so; `load` gives all.
    Raises InputError if it is no dump that stackan reads.
    """
    found: list[Dump] = []
    named = given_of(given)
    for item in read([named]):
        if isinstance(item, Skipped):
            raise InputError(said("{source}: {reason}", source=item.source, reason=item.reason))
        found += parse_all(item.data, item.source)
        break
    if not found:
        raise InputError(said("{source}: no thread dump in it", source=source_of(named)))
    from stackan.pipeline.tables import TABLES

    dump = found[0]
    dump.tables = TABLES
    if len(found) > 1:
        dump.warnings.append(
            said_of(
                len(found) - 1,
                "one more snapshot follows in this text; stackan.load gives all",
                "{count} more snapshots follow in this text; stackan.load gives all",
            )
        )
    return dump


def analyze(
    given: Case | Input | Dump | Iterable[Input | Dump],
    *more: Input | Dump | Iterable[str],
    profiles: Iterable[str] = (),
    limits: Limits | None = None,
    given_order: bool = False,
    follow_links: bool = False,
    watch: Watch | None = None,
) -> Analysis:
    """Conclude what can be concluded about a case, or about all that `load` would make one of; `profiles` are further profile files.

    The same dumps give the same analysis, in whatever order they were read (unless they come in a `given_order`).  Behind a case,
    profiles may be given without their name.  `watch` is told how far this has come.
    Raises what `load` raises, and ProfileError.
    """
    from stackan.pipeline import analyze as conclude
    from stackan.pipeline import load

    if isinstance(given, Case):
        if limits is not None or given_order or follow_links:
            raise UsageError(said("limits, given_order and follow_links are for reading; give them to stackan.load, which makes the case"))
        if len(more) > 1 or any(isinstance(each, (Case, Dump, bytes, bytearray, memoryview)) for each in more):
            raise UsageError(said("a case is analyzed by itself; give all inputs to one stackan.load"))
        return conclude(given, cast("Iterable[str]", more[0]) if more and not profiles else profiles, watch)
    inputs = [each for part in (given, *more) for each in _each(part)]
    case = load(*inputs, limits=limits, given_order=given_order, follow_links=follow_links, watch=watch)
    return conclude(case, profiles, watch)


def _each(given: object) -> Iterable[Input | Dump]:
    """The inputs of a list, or one by itself: a text, or an open file, is no list of its parts."""
    if isinstance(given, Case):
        raise UsageError(said("a case is analyzed by itself; give all inputs to one stackan.load"))
    alone = isinstance(given, (str, bytes, bytearray, memoryview, Dump)) or hasattr(given, "read") or hasattr(given, "__fspath__")
    several = not alone and isinstance(given, Iterable)
    return cast("Iterable[Input | Dump]", given if several else [given])  # what is no input, `load` refuses
