"""Bytes → dumps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from stackan import backend
from stackan.collector import collector_paused
from stackan.errors import InputError
from stackan.manual import page
from stackan.model.columns import UNKNOWN, Columns
from stackan.model.dump import Dump
from stackan.model.formats import FORMATS
from stackan.model.said import in_a_row, said, said_of
from stackan.parsing.detect import Detected, detect, detect_all
from stackan.parsing.gdb.cut import count_numbered
from stackan.parsing.gdb.excerpts import is_excerpt
from stackan.parsing.gdb.facts import read_facts
from stackan.parsing.others import find_others
from stackan.parsing.parsed import read
from stackan.parsing.prepare import REPAIRS_AFTER_SCAN, Text, mend, prepare, tell
from stackan.parsing.printed import assign_owners
from stackan.parsing.refused.magic import name_of_binary, name_of_document
from stackan.parsing.snapshots import drop_quotations, find_pieces, is_repeated, process_ids

ASK_FOR = said(
    "give the output of pstack, gdb's `thread apply all bt`, eu-stack, jstack, py-spy, or of another tool that {page} names",
    page=page("formats/README.md"),
)

_LOOK_AT_ITS_END = said("see at its end whether its tool could finish, and take it again if not")


@collector_paused()
def parse_all(data: bytes, source: str = "-") -> list[Dump]:
    """Every snapshot that a text holds, in its order (two dumps may be appended to one file).

    Raises InputError if the text is no dump, or one that stackan only knows by name.
    """
    binary = name_of_binary(data)
    if binary is not None:
        raise InputError(_refuse(source, binary))
    text = prepare(data)
    found = detect(text.data)
    if found is None:
        raise InputError(_say_what_it_is(data, text.data, source))
    if found.format in FORMATS:
        return _read_each(*_read(text, source, found), source, found)
    raise InputError(_refuse(source, found.format, found.reason))


def _read(text: Text, source: str, found: Detected) -> tuple[list[Dump], Text]:
    """The snapshots of one format in a text, and the text as it was mended for that."""
    return scan_dumps(text, source, found) if found.grammar is not None else (read_dumps(text, source, found), text)


def _read_each(dumps: list[Dump], text: Text, source: str, found: Detected) -> list[Dump]:
    """The same, and the snapshots of other formats in it, if their stretches can be told apart; else a note names them: see others.py."""
    if not len(dumps[0].columns.unparsed_start):
        return dumps
    others = [format for format in find_others(dumps[0]) if format in FORMATS and FORMATS[format].reader]
    if not others:
        return dumps
    from stackan.parsing.stretched import blank_others, find_stretches

    readings = {found.format: dumps[0].columns, **{format: read(format, text.data, source).columns for format in others}}
    stretches = find_stretches(text.data, readings)
    each: list[Dump] = []
    whole = text.data if text.original is None else text.original
    try:
        for format in dict.fromkeys(stretch.format for stretch in stretches):
            part = text._replace(data=blank_others(text.data, stretches, format), original=whole)
            named = found if format == found.format else next(one for one in detect_all(part.data) if one.format == format)
            each += _read(part, source, named)[0]
    except (InputError, StopIteration):
        return dumps
    return sorted(each, key=lambda dump: dump.columns.thread_start[dump.first_thread]) if each else dumps


def _refuse(source: str, name: str, reason: str = "") -> str:
    """Of a file that is known by name and not read: what it is, and what to take instead."""
    from stackan.parsing.refused.instead import INSTEAD

    what, advice = INSTEAD.get(name) or (said("a {format} text", format=name), ASK_FOR)
    if not reason:
        return said("{source}: this is {what}, which stackan does not read; {advice}", source=source, what=what, advice=advice)
    return said(
        "{source}: this is {what} ({reason}), which stackan does not read; {advice}", source=source, what=what, reason=reason, advice=advice
    )


def _say_what_it_is(original: bytes, data: bytes, source: str) -> str:
    """Of a text that is no dump."""
    from stackan.parsing.failures import read_failure, tell_failures

    document = name_of_document(original) or ("process-id" if _is_process_id(data) else None)
    if document is not None:
        return _refuse(source, document)
    failure = read_failure(data)
    if failure is not None:
        return tell_failures([source], failure)
    return said("{source}: no thread dump; {advice}", source=source, advice=ASK_FOR)


def _say_why_no_thread(data: bytes, source: str, refusals: Sequence[str]) -> str:
    """Of a text with a debugger's words, and no thread of which it shows a frame."""
    from stackan.parsing.failures import read_failure, refused, tell_failures

    failure = refused(refusals) or read_failure(data)
    if failure is not None:
        return tell_failures([source], failure)
    return said("{source}: no thread with a frame was found in it; {advice}", source=source, advice=_LOOK_AT_ITS_END)


def _is_process_id(data: bytes) -> bool:
    """`4242`, and nothing else: what `echo $! > dump.txt` writes."""
    text = data[:64].strip()
    return len(data) <= 64 and text.isdigit() and len(text) <= 7  # a pid has 22 bits (include/linux/threads.h of the kernel)


def read_dumps(text: Text, source: str, found: Detected) -> list[Dump]:
    """The snapshots of a text that a reader in plain Python knows."""
    data = text.data
    reading = read(found.format, data, source)
    columns = reading.columns
    if not columns.thread_lwp:
        raise InputError(
            said(
                "{source}: {reason}, but no thread with a frame was found in it; {advice}",
                source=source,
                reason=found.reason,
                advice=_LOOK_AT_ITS_END,
            )
        )
    warnings: list[str] = []
    if reading.counted > len(columns.thread_lwp):
        words = said("{source}: it counts {counted} threads, of which {shown} are shown, fewer of each stack alike", source=source,
                     counted=reading.counted, shown=len(columns.thread_lwp))  # fmt: skip
        warnings.append(words)
    text.renumber(columns)
    numbers = text.renumbering()
    told = [text.renumbered(facts) for facts in reading.facts]
    rows = [0, *reading.snapshots, len(columns.thread_lwp)]
    bounds = [0, *(columns.thread_start[row] for row in reading.snapshots), len(data)]
    return [
        Dump(
            data,
            columns,
            source=source,
            format=found.format,
            reason=in_a_row([found.reason, *tell(text)]),
            facts=facts,
            threads=range(*piece),
            warnings=warnings,
            original=text.original,
            numbers=numbers,
            text=part,
        )
        for facts, piece, part in zip(told, itertools.pairwise(rows), itertools.pairwise(bounds), strict=True)
    ]


def scan_dumps(text: Text, source: str, found: Detected) -> tuple[list[Dump], Text]:
    """The snapshots of a text that the scanner reads, and the text as it was mended."""
    assert found.grammar is not None
    text, columns = scan_whole(text, found.grammar)
    data = text.data
    if UNKNOWN in columns.thread_lwp:
        from stackan.parsing.gdb.sessions import settle

        settle(data, columns)
    text.renumber(columns)
    pieces, borders = find_pieces(data, columns)
    facts = read_facts(data, columns)
    tabled = not {"table", "beside"}.isdisjoint(text.cures)
    if tabled:
        facts = facts._replace(tabled=True)
    if not columns.thread_lwp or not len(columns.frame_call):
        raise InputError(_say_why_no_thread(data, source, facts.refusals))
    warnings: list[str] = [said("the debugger reported: {words}", words=words) for words in facts.refusals[:3]]
    if tabled:
        warnings.append(_say_innermost(text))
    unquoted = drop_quotations(data, columns, pieces)
    if len(unquoted) < len(pieces):
        warnings.append(said("a mail quotes a snapshot that the text itself holds, too; it counts once"))
    kept = unquoted[:1]
    for before, piece in itertools.pairwise(unquoted):
        # pstack prints no words of its own, so two of its dumps in one file may well be equal: all threads stand still.
        if found.format != "gdb" or not is_repeated(data, columns, before, piece):
            kept.append(piece)
    if len(kept) < len(unquoted):
        warnings.append(said("one snapshot is in the text twice, as when gdb logs to the file that also holds its output; it counts once"))
    bounds = [0, *(columns.thread_start[piece.start] for piece in kept[1:]), len(data)]
    numbers, printed = text.renumbering(), assign_owners(facts.printed, [columns.thread_line[piece.start] for piece in kept])
    numbered = [0] * (len(kept) - 1) + [count_numbered(data, columns, kept[-1]) if not tabled else 0]
    pids = process_ids(data, columns, kept, borders, facts.pid)
    dumps = [
        Dump(
            data,
            columns,
            source=source,
            format=found.format,
            reason=in_a_row([found.reason, *tell(text)]),
            facts=facts._replace(pid=pid, printed=words, numbered=count, excerpt=is_excerpt(columns, piece)),
            threads=piece,
            warnings=warnings,
            original=text.original,
            numbers=numbers,
            text=part,
        )
        for piece, part, pid, words, count in zip(kept, itertools.pairwise(bounds), pids, printed, numbered, strict=True)
    ]
    return dumps, text


def _say_innermost(text: Text) -> str:
    """Of a text in which rows were made threads, each a header and a frame."""
    single = sum(header == frame for header, frame in itertools.pairwise(text.numbers or ()))
    return said_of(
        single,
        "of one thread only the innermost frame was printed, as by `info threads`; `thread apply all bt` prints all of them",
        "of {count} threads only the innermost frame was printed, as by `info threads`; `thread apply all bt` prints all of them",
    )


def scan_whole(text: Text, grammar: int) -> tuple[Text, Columns]:
    """Scan a text, and once more after each repair that the scan shows to be needed."""
    columns = backend.scan(text.data, grammar)
    for shows, cure in REPAIRS_AFTER_SCAN:
        if shows(text.data, columns):
            text = mend(text, cure)
            columns = backend.scan(text.data, grammar)
    return text, columns
