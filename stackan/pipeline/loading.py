"""Paths → Case: dumps, and the texts beside them that say more than a dump does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from stackan.errors import InputError, UsageError
from stackan.model.case import Case
from stackan.model.dump import Dump
from stackan.model.natural import natural_key
from stackan.parsing import ASK_FOR, detect, parse_all, tell_others
from stackan.reading import Blob, Budget, Limits, Skipped, read, require

if TYPE_CHECKING:
    from stackan.model.counters import Table
    from stackan.model.link import Descriptors
    from stackan.model.log import Log


def load(*paths: str | os.PathLike[str], limits: Limits | None = None, given_order: bool = False) -> Case:
    """Read dumps, and what lies beside them, from files, folders, archives or standard input (`-`).

    That is logs that say who waits for whom, counters of what each thread has used, and tables that say who is at the other end
    of a connection or a pipe.  A file that the caller names has to be one of these; what else lies in a folder or an archive is
    passed over.
    Raises InputError where a named input is missing or may not be read, or no input holds a dump.
    """
    for path in paths:
        if not isinstance(path, (str, os.PathLike)):
            raise UsageError(f"load takes paths, not {type(path).__name__}; stackan.parse takes bytes")
    found = _Found([], [], [], [])
    warnings: list[str] = []
    others: list[str] = []
    budget = Budget(limits or Limits())
    require(paths)  # a mistyped name shows before the others are read for nothing
    for path in dict.fromkeys(os.fspath(path) for path in paths):  # a file that is named twice is no second snapshot
        try:
            for item in read([path], budget):
                if isinstance(item, Skipped):
                    warnings.append(f"{item.source}: {item.reason}")
                else:
                    said = _read(item, warnings, others, alone=item.named and len(paths) == 1)
                    if said.dumps:
                        budget.keep(len(item.data))
                    found.add(said)
                del item  # so that its text does not stay while the next one is read
        except InputError as error:
            if len(paths) == 1:
                raise
            warnings.append(str(error))
        if budget.spent:
            break  # which the last warning says
    if not found.dumps:
        raise InputError(_say_what_lacks(paths, warnings, found))
    if others:
        warnings.append(f"passed over, as no thread dump stands in them: {', '.join(sorted(others, key=natural_key))}")
    return Case(found.dumps, warnings, given_order, found.logs, found.tables, found.descriptors)


class _Found(NamedTuple):
    """What texts say."""

    dumps: list[Dump]
    logs: list[Log]
    tables: list[Table]  # of counters
    descriptors: list[Descriptors]

    @property
    def beside(self) -> bool:
        """Whether they say anything that is no dump."""
        return bool(self.logs or self.tables or self.descriptors)

    def add(self, other: _Found) -> None:
        self.dumps.extend(other.dumps)
        self.logs.extend(other.logs)
        self.tables.extend(other.tables)
        self.descriptors.extend(other.descriptors)


def _say_what_lacks(paths: Sequence[str | os.PathLike[str]], warnings: Sequence[str], found: _Found) -> str:
    if found.logs:
        return f"{found.logs[0].source}: a log of a server, but no thread dump beside it; {ASK_FOR}"
    if found.tables:
        return f"{found.tables[0].source}: counters of threads, but no thread dump beside them; {ASK_FOR}"
    if found.descriptors:
        return f"{found.descriptors[0].source}: a table of descriptors, but no thread dump beside it; {ASK_FOR}"
    if warnings:
        return warnings[0]
    return f"{os.fspath(paths[0])}: no thread dump in it; {ASK_FOR}" if paths else "no input"


def _read(item: Blob, warnings: list[str], others: list[str], alone: bool) -> _Found:
    """The snapshots of one text, what it says as a log, what it counts, and what descriptors it lists.

    What is none of these becomes a warning, unless it is all that the caller gave.
    """
    dumps: list[Dump] = []
    trouble: InputError | None = None
    known = item.named or detect(item.data) is not None
    if known:
        try:
            dumps = parse_all(item.data, item.source)
        except InputError as error:
            trouble = error.with_traceback(None)  # which holds this frame, and so the text, in a cycle
    if _is_clean(dumps):
        beside: tuple[list[Log], list[Table], list[Descriptors]] = ([], [], [])
    else:
        beside = (_read_log(item), _read_counters(item), _read_descriptors(item))
        warnings += tell_others(dumps[0]) if dumps else []
    found = _Found(dumps, *beside)
    if trouble is not None and not found.beside:
        if alone:
            raise trouble
        warnings.append(str(trouble))
    if not known and not found.beside:
        others.append(item.source)
    for dump in dumps:
        dump.taken_at, dump.written = item.taken_at, item.written
    return found


def _is_clean(dumps: Sequence[Dump]) -> bool:
    """Whether a text holds dumps and nothing else: neither logs nor tables need to be looked for between their lines."""
    return bool(dumps) and not any(dump.lines["unparsed"] for dump in dumps)


def _read_log(item: Blob) -> list[Log]:
    from stackan.faultlogs import read_log

    log = read_log(item.data, item.source)
    return [log] if log is not None else []


def _read_counters(item: Blob) -> list[Table]:
    from stackan.counters import read_counters

    return read_counters(item.data, item.source)


def _read_descriptors(item: Blob) -> list[Descriptors]:
    from stackan.peers import read_descriptors

    found = read_descriptors(item.data, item.source)
    return [found] if found is not None else []
