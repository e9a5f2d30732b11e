"""`stackan parse`: dumps → JSON, newline-delimited JSON, folded stacks, speedscope's file, an Arrow or Parquet table, or a summary."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from stackan.cli.common import add_format, add_inputs, add_output, add_redact, note_slow_scanner, note_waiting, redactor
from stackan.cli.endings import settle_format
from stackan.cli.language import in_language
from stackan.cli.printing import SafeText
from stackan.cli.progress import watched
from stackan.cli.spared import without_numpy
from stackan.cli.streams import binary_output, output
from stackan.collector import collector_paused
from stackan.errors import UsageError
from stackan.model.said import row, said, said_of

if TYPE_CHECKING:
    from stackan.model.dump import Dump
    from stackan.model.folding import Stacks
    from stackan.model.summary import Summary
    from stackan.reading import Limits
    from stackan.report.page import Stream

ROOTS = ("process", "pool", "thread")
_LINES = {  # kinds of lines, as a dump counts them
    "threads": said("threads"),
    "frames": said("frames"),
    "continuations": said("continuations"),
    "locals": said("locals"),
    "noise": said("noise"),
    "blank": said("blank"),
    "unparsed": said("unparsed"),
}


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    add_inputs(parser)
    add_format(
        parser,
        ("json", "ndjson", "folded", "speedscope", "summary", "arrow", "parquet"),
        said("how to write the dump (default: by the ending of -o, else json); arrow and parquet need pyarrow"),
    )
    parser.add_argument("--root", choices=ROOTS, help=said("what each stack of the format folded stands on, before its outermost frame"))
    parser.add_argument("--explain", action="store_true", help=said("say of each input which format it is in, and why"))
    add_redact(parser)
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stackan.reading import Limits

    settle_format(options)
    if options.root and (options.format != "folded" or options.explain):
        raise UsageError(said("--root is for the format folded: leave it out, or give `--format folded`"))
    note_slow_scanner(options)
    note_waiting(options)
    limits = Limits.up_to(options.max_bytes) if options.max_bytes else Limits()
    if options.format == "summary" and not (options.explain or options.redact):
        summaries = find_summaries(options.inputs, limits)
        with output(options.output, options.inputs) as stream:
            for summary in summaries:
                write_summary(summary, stream, options.language)
        return 0
    if not (options.explain or options.redact):
        passing = find_passing(options, limits)
        if passing is not None:
            with output(options.output, options.inputs) as stream:
                passing(stream)
            return 0
    with collector_paused():  # it would look at all that is read again and again
        write_whole(options, limits)
    return 0


def write_whole(options: argparse.Namespace, limits: Limits) -> None:
    """Read all inputs, and write what is asked for."""
    from stackan.pipeline import load

    with watched(options.inputs, options.quiet, options.language) as watch:
        case = load(*options.inputs, limits=limits, watch=watch, redactor=redactor(options))
    if options.explain:
        with output(options.output, options.inputs) as stream:
            for dump in case.dumps:
                explain(dump, stream, options.language)
    elif options.format == "summary":  # of texts that were redacted, and so read whole
        from stackan.model.summary import summarize

        with output(options.output, options.inputs) as stream:
            for dump in case.dumps:
                write_summary(summarize(dump), stream, options.language)
    elif options.format in ("arrow", "parquet"):
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # else memory is made ready that only long work repays
        with without_numpy():
            from stackan.report import arrow

        with binary_output(options.output, options.inputs) as file:
            arrow.write(case.dumps, options.format, file)
    elif options.root:
        from stackan.pipeline import analyze
        from stackan.report.roots import find_stacks

        stacks = find_stacks(analyze(case), options.root)
        with output(options.output, options.inputs) as stream:
            write_folded(stacks, stream)
    else:
        with output(options.output, options.inputs) as stream:
            write_dumps(case.dumps, options.format, stream)


def write_dumps(dumps: Sequence[Dump], format: str, stream: Stream) -> None:
    """Write whole dumps as one of the formats that are text."""
    if format == "json":
        write_json(dumps, stream)
    elif format == "ndjson":
        write_ndjson(dumps, stream)
    elif format == "folded":
        from stackan.model.folding import stacks_of

        write_folded(map(stacks_of, dumps), stream)
    else:
        from stackan.report import speedscope

        speedscope.write(dumps, stream)


def find_passing(options: argparse.Namespace, limits: Limits) -> Callable[[Stream], None] | None:
    """A way to write one file that needs not be held, where there is one; None else."""
    if options.root or len(options.inputs) > 1 or options.format not in ("folded", "ndjson"):
        return None
    from stackan import overview

    if options.format == "folded":
        stacks = overview.find_stacks(options.inputs[0], limits)
        return partial(write_folded, [stacks]) if stacks is not None else None
    dumps = overview.find_threads(options.inputs[0], limits)
    return partial(write_ndjson, dumps) if dumps is not None else None


def find_summaries(inputs: Sequence[str], limits: Limits) -> list[Summary]:
    """Of one file while it is read, where that can be; else of whole dumps."""
    from stackan.model.summary import summarize as summarize_dump
    from stackan.overview import summarize

    found = summarize(inputs[0], limits) if len(inputs) == 1 else None
    if found is None:
        from stackan.pipeline import load

        found = [summarize_dump(dump) for dump in load(*inputs, limits=limits).dumps]
    return found


def explain(dump: Dump, stream: SafeText, language: str) -> None:
    stream.write(f"{dump.source}: {dump.format}: {in_language(dump.reason, language)}\n")


def write_json(dumps: Iterable[Dump], stream: Stream) -> None:
    """One document for each snapshot."""
    from stackan.report.dump_json import DumpWriter

    write = DumpWriter().document
    for dump in dumps:
        _put(write(dump), stream)


def write_ndjson(dumps: Iterable[Dump], stream: Stream) -> None:
    """One line for each thread."""
    from stackan.report.dump_json import DumpWriter

    write = DumpWriter().lines
    for dump in dumps:
        _put(write(dump), stream)


def write_folded(texts: Iterable[Stacks], stream: Stream) -> None:
    """`outermost;…;innermost COUNT` for each distinct stack of each snapshot."""
    from stackan.report.folded import fold

    _put(fold(texts), stream)


def _put(pieces: Iterable[bytes | str], stream: Stream) -> None:
    """Write what is printable; bytes are ASCII."""
    for piece in pieces:
        if isinstance(piece, str):
            stream.write(piece)
        elif isinstance(stream, SafeText):
            stream.write_ascii(piece)
        else:
            stream.write(piece.decode("ascii"))


def write_summary(summary: Summary, stream: SafeText, language: str) -> None:
    """One line for each snapshot, and one for each line that could not be read."""
    lines = row(said("{number} {kind}", number=number, kind=_LINES[kind]) for kind, number in summary.lines.items() if number)
    head = said(
        "{source}: {format}, {threads}, {frames}, {stacks}; lines: {lines}",
        source=summary.source,
        format=summary.format,
        threads=said_of(summary.threads, "{count} thread", "{count} threads"),
        frames=said_of(summary.frames, "{count} frame", "{count} frames"),
        stacks=said_of(summary.stacks, "{count} distinct stack", "{count} distinct stacks"),
        lines=lines,
    )
    stream.write(in_language(head, language) + "\n")
    for line, text in summary.unparsed:
        stream.write("  " + in_language(said("line {line} could not be read: {text}", line=line, text=repr(text)), language) + "\n")
