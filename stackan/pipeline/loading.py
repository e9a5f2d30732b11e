"""Paths → Case: dumps, and the texts beside them that say more than a dump does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stackan.errors import InputError
from stackan.model.case import Case
from stackan.model.dump import Dump
from stackan.model.natural import natural_key
from stackan.model.records import NamedTuple
from stackan.model.said import first_of, row, said
from stackan.model.watch import LEARNING, REDACTING
from stackan.parsing import ASK_FOR, detect, parse_all, tell_others
from stackan.pipeline.copied import Copied
from stackan.pipeline.failed import read_failed, tell_failed, tell_reasons, tell_trouble
from stackan.pipeline.once import Once, say_again
from stackan.pipeline.passing import hold_small, is_log, read_passing, say_untold
from stackan.pipeline.tables import TABLES
from stackan.reading import Blob, Budget, Given, Input, Limits, Passing, Skipped, Visits, given_of, read_or_pass, require, source_of

if TYPE_CHECKING:
    from stackan.model.counters import Table
    from stackan.model.link import Descriptors
    from stackan.model.listing import Listing
    from stackan.model.log import Log
    from stackan.model.process_list import ProcessList
    from stackan.model.rewriter import Rewriter
    from stackan.model.watch import Watch
    from stackan.parsing.failures import Failure


_LISTED = 8
_LOGS = said("give logs of DMSERVER, DMCSS, DMCSSM, DMASM, DolphinDB or InnoDB")


def load(
    *inputs: Input | Dump,
    limits: Limits | None = None,
    given_order: bool = False,
    follow_links: bool = False,
    watch: Watch | None = None,
    redactor: Rewriter | None = None,
) -> Case:
    """Read dumps, and the files beside them, from files, folders, archives, their members (`case.zip!snap1.txt`) or standard input (`-`).

    In the place of a path may stand bytes, a file that is open for reading, or a dump of `parse`.

    Those are logs that say which thread waits for which, or what happened to a server, counters of what each thread has used, and tables
    that show the process at the other end of a connection or a pipe.  Logs of what happened may be larger than any other text, and may
    come without dumps.  A file that the caller names has to be one of these; other files in a folder or an archive are skipped.  A file
    that comes again, under another name or as a copy, is read once.  Links that lead out of a folder are followed only with
    `follow_links`.  `watch` is told how far this has come.
    With a `redactor` the texts are read twice, and taken with what it replaces replaced.
    Raises InputError where a named input is missing or may not be read, or no input holds a dump or a log of what happened.
    """
    warnings: list[str] = []
    given = [each if isinstance(each, Dump) else given_of(each, at if len(inputs) > 1 else None) for at, each in enumerate(inputs, 1)]
    found = _find(given, limits, follow_links, _read, warnings, watch, redactor)
    if not found.dumps and not any(log.extent is not None for log in found.logs):
        first, *others = tell_reasons(found.failed) or [_say_what_lacks(given, warnings, found)]
        raise InputError(first, notes=(*others, *(each for each in warnings if each != first)))
    _date(found)
    warnings += tell_failed(found.failed)
    if found.others:
        sources = row(sorted(found.others, key=natural_key))
        warnings.append(said("skipped, as no thread dump is in them: {sources}", sources=sources))
    failed = [source for source, failure in found.failed if failure.is_of_a_process]
    return Case(
        found.dumps, warnings, given_order, found.logs, found.tables, found.descriptors, found.listings, found.process_lists, failed
    )


def _date(found: Found) -> None:
    """What a capture says of the time of its dumps goes before what its archive says."""
    moments = {folder: time for each in found.process_lists for folder, time in each.moments.items()}
    for dump in found.dumps if moments else ():
        dump.captured_at = moments.get(dump.source[: max(map(dump.source.rfind, "/!"))])
        dump.taken_at = dump.captured_at or dump.taken_at


def load_logs(
    *inputs: Input,
    limits: Limits | None = None,
    follow_links: bool = False,
    watch: Watch | None = None,
    redactor: Rewriter | None = None,
) -> Case:
    """Read servers' logs alone; whatever else lies among them is passed over.

    Raises InputError where a named input is missing or may not be read, or no input is a log.
    """
    warnings: list[str] = []
    given = [given_of(each, at if len(inputs) > 1 else None) for at, each in enumerate(inputs, 1)]
    found = _find(given, limits, follow_links, _read_log_alone, warnings, watch, redactor)
    if not found.logs:
        source = source_of(given[0]) if given else "-"
        if found.passed:
            raise InputError(said("{source}: a thread dump, and no log of a server; `stackan analyze` reads dumps", source=found.passed[0]))
        raise InputError(warnings[0] if warnings else said("{source}: no log of a server in it; {advice}", source=source, advice=_LOGS))
    if found.others:
        sources = first_of(sorted(found.others, key=natural_key), _LISTED)
        warnings.append(said("skipped, as no log of a server is in them: {sources}", sources=sources))
    return Case([], warnings, False, found.logs)


_Reader = Callable[["Blob", bool], "Found"]


def _find(
    given: Sequence[str | Given | Dump],
    limits: Limits | None,
    follow_links: bool,
    read_one: _Reader,
    warnings: list[str],
    watch: Watch | None,
    redactor: Rewriter | None,
) -> Found:
    """All that texts say, each text once; what could not be read is added to the warnings."""
    once, budget = Once(), Budget(limits or Limits(), passes=is_log if redactor is None else None, watch=watch)
    names = list(dict.fromkeys(given))
    require([name for name in names if not isinstance(name, Dump)])  # a mistyped name shows before the others are read for nothing
    if redactor is not None:
        _learn(redactor, [name for name in names if not isinstance(name, Dump)], limits, follow_links, watch)
    visits, copied = Visits([name for name in names if isinstance(name, str)], follow_links), Copied()

    def take(item: Blob | Passing | Skipped) -> None:
        if redactor is not None and isinstance(item, Blob):
            item = item._replace(source=redactor.name(item.source), data=redactor.redact(item.data, watch))
        if isinstance(item, Passing):
            log, doubts = read_passing(item)
            warnings.extend(doubts)
            if log is not None:
                log.taken_at, log.stamped = item.item.taken_at, item.item.stamped
                once.add_log(log, _of_logs([log]))
        elif isinstance(item, Skipped):
            source = item.source if redactor is None else redactor.name(item.source)
            warnings.append(said("{source}: {reason}", source=source, reason=item.reason))
        elif not once.has(item):
            content = read_one(item, item.named and len(given) == 1)
            if content.dumps:
                budget.keep(len(item.data))
            once.add(item, content)
        if watch is not None:
            watch.source, watch.texts = item.source, watch.texts + 1

    for name in names:
        if isinstance(name, Dump):
            once.found.append(_of_dumps([name]))
            continue
        try:
            for item in hold_small(read_or_pass([name], budget, visits=visits)):
                if not copied.take(item):
                    take(item)
                del item  # so that its text does not stay while the next one is read
        except InputError as error:
            if len(given) == 1:
                raise
            warnings.append(error.args[0])
        if budget.spent:
            break  # which the last warning says
    for text in copied.texts():
        take(text)
    found = _joined(once.found)
    warnings += copied.note() if found.dumps else []
    warnings += found.troubles
    again = [*visits.again, *once.again]
    if again:
        warnings.append(say_again(again))
    return found


def _learn(redactor: Rewriter, names: Sequence[str | Given], limits: Limits | None, follow_links: bool, watch: Watch | None) -> None:
    """Show all texts to what replaces: an address in the last one decides where those of the first come to lie."""
    paths = [name for name in names if isinstance(name, str)]
    if watch is not None:
        watch.begin(LEARNING)
    for name in names:
        go_back = bool if isinstance(name, str) else name.place()
        try:
            for item in read_or_pass([name], Budget(limits or Limits(), watch=watch), visits=Visits(paths, follow_links)):
                if isinstance(item, Blob):
                    redactor.learn(item.source, item.data, watch)
        except InputError:
            pass  # said when it is read
        go_back()
    if watch is not None:
        watch.begin(REDACTING)


class Found(NamedTuple):
    """The contents of texts."""

    dumps: list[Dump]
    logs: list[Log]
    tables: list[Table]  # of counters
    descriptors: list[Descriptors]
    listings: list[Listing]
    troubles: list[str]  # with texts that were named, or that seemed to be dumps
    others: list[str]  # texts that say nothing
    passed: list[str]  # dumps, where logs alone are read
    process_lists: list[ProcessList]  # of processes
    failed: list[tuple[str, Failure]]  # texts that say why there is no dump in them

    @property
    def beside(self) -> bool:
        """Whether they say anything that is no dump."""
        return bool(self.logs or self.tables or self.descriptors or self.listings)

    @property
    def is_empty(self) -> bool:
        return not (self.dumps or self.beside)


def _of_logs(logs: list[Log]) -> Found:
    """A text that holds these logs and, so far, nothing else."""
    return Found([], logs, [], [], [], [], [], [], [], [])


def _of_dumps(dumps: list[Dump]) -> Found:
    return Found(dumps, [], [], [], [], [], [], [], [], [])


def _joined(texts: Sequence[Found]) -> Found:
    """The contents of all texts, in order."""
    return Found(
        [dump for text in texts for dump in text.dumps],
        [log for text in texts for log in text.logs],
        [table for text in texts for table in text.tables],
        [found for text in texts for found in text.descriptors],
        [listing for text in texts for listing in text.listings],
        [trouble for text in texts for trouble in text.troubles],
        [other for text in texts for other in text.others],
        [each for text in texts for each in text.passed],
        [each for text in texts for each in text.process_lists],
        [failed for text in texts for failed in text.failed],
    )


def _say_what_lacks(given: Sequence[str | Given | Dump], warnings: Sequence[str], found: Found) -> str:
    if found.logs:
        return said(
            "{source}: a log of a server, but no thread dump beside it; `stackan logs` reads logs alone, and for their threads {advice}",
            source=found.logs[0].source,
            advice=ASK_FOR,
        )
    if found.tables:
        return said(
            "{source}: counters of threads, but no thread dump beside them; {advice}", source=found.tables[0].source, advice=ASK_FOR
        )
    if found.descriptors:
        source = found.descriptors[0].source
        return said("{source}: a table of descriptors, but no thread dump beside it; {advice}", source=source, advice=ASK_FOR)
    if found.listings:
        source = found.listings[0].source
        return said("{source}: a listing of a database's views, but no thread dump beside it; {advice}", source=source, advice=ASK_FOR)
    if warnings:
        return warnings[0]
    if not given:
        return said("no input")
    source = given[0].source if isinstance(given[0], Dump) else source_of(given[0])
    return said("{source}: no thread dump in it; {advice}", source=source, advice=ASK_FOR)


def _read(item: Blob, alone: bool) -> Found:
    """The snapshots of one text, its content as a log, its counters, and the descriptors that it lists.

    A text that is none of these becomes a trouble, unless it is all that the caller gave.
    """
    found = _of_logs([])
    trouble: InputError | None = None
    known = item.named or detect(item.data) is not None
    if known:
        try:
            found.dumps.extend(parse_all(item.data, item.source))
            found.troubles.extend(dict.fromkeys(words for dump in found.dumps if dump.traits.anonymous for words in dump.warnings))
        except InputError as error:
            trouble = error.with_traceback(None)  # which holds this frame, and so the text, in a cycle
    if not _is_clean(found.dumps):
        logs, doubts = _read_log(item)
        found.logs.extend(logs)
        found.troubles.extend(doubts)
        found.tables.extend(_read_counters(item))
        found.descriptors.extend(_read_descriptors(item))
        found.listings.extend(_read_listing(item))
        found.troubles.extend(tell_others(found.dumps[0]) if found.dumps else [])
        for dump in found.dumps:
            dump.warnings.extend(tell_trouble(dump))
    failure = read_failed(item) if found.is_empty else None
    if failure is not None:
        found.process_lists.extend(_read_process_list(item))
    if trouble is not None and not found.beside and (alone or failure is None):
        if alone:
            raise trouble
        found.troubles.append(trouble.args[0])
    elif failure is not None:
        found.failed.append((item.source, failure))
    elif not known and not found.beside and _is_of_capture(item.data):
        found.process_lists.extend(_read_manifest(item))
    elif not known and not found.beside:
        found.others.append(item.source)
    for dump in found.dumps:
        dump.taken_at, dump.written, dump.stamped = item.taken_at, item.written, item.stamped
        dump.tables = TABLES
    for log in found.logs:
        log.taken_at, log.stamped = item.taken_at, item.stamped
    return found


def _is_of_capture(text: bytes) -> bool:
    from stackan.captured.for_people import is_of_capture

    return is_of_capture(text)


def _read_manifest(item: Blob) -> list[ProcessList]:
    from stackan.captured.manifest import read_manifest

    manifest = read_manifest(item.data, item.source)
    return [manifest] if manifest is not None else []


def _read_log_alone(item: Blob, alone: bool) -> Found:
    """A text's content as a log.  One that the caller names and that is none becomes a trouble."""
    logs, doubts = _read_log(item)
    for log in logs:
        log.taken_at, log.stamped = item.taken_at, item.stamped
    found = _of_logs(logs)
    found.troubles.extend(doubts)
    is_dump = not logs and detect(item.data) is not None
    if is_dump:
        found.passed.append(item.source)
    elif item.named and not logs and not alone:
        found.troubles.append(said("{source}: no log of a server in it", source=item.source))
    elif not logs:
        found.others.append(item.source)
    return found


def _is_clean(dumps: Sequence[Dump]) -> bool:
    """Whether a text holds dumps and nothing else: neither logs nor tables need to be looked for between their lines."""
    return bool(dumps) and not any(dump.lines["unparsed"] for dump in dumps)


def _read_log(item: Blob) -> tuple[list[Log], list[str]]:
    """A text as a log, and warnings about it."""
    from stackan.faultlogs import read_log

    found = read_log(item.data, item.source)
    return ([found.log], say_untold(item.source, found.untold)) if found is not None else ([], [])


def _read_counters(item: Blob) -> list[Table]:
    from stackan.counters import read_counters

    return read_counters(item.data, item.source)


def _read_process_list(item: Blob) -> list[ProcessList]:
    from stackan.parsing.failures.process_list import read_process_list

    found = read_process_list(item.data, item.source)
    return [found] if found is not None else []


def _read_descriptors(item: Blob) -> list[Descriptors]:
    from stackan.peers import read_descriptors

    found = read_descriptors(item.data, item.source)
    return [found] if found is not None else []


def _read_listing(item: Blob) -> list[Listing]:
    from stackan.listings import read_listing

    listing = read_listing(item.data, item.source)
    return [listing] if listing is not None else []
