"""`stackan parse`: dumps → JSON, newline-delimited JSON, folded stacks, speedscope's file, an Arrow or Parquet table, or a summary."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from stackan.cli.common import add_format, add_inputs, add_output, note_slow_scanner, note_waiting
from stackan.cli.endings import settle_format
from stackan.cli.language import in_language
from stackan.cli.progress import watched
from stackan.cli.streams import binary_output, output
from stackan.escapes import shown
from stackan.model.said import row, said, said_of

if TYPE_CHECKING:
    from stackan.cli.printing import SafeText
    from stackan.model.dump import Dump
    from stackan.model.summary import Summary
    from stackan.reading import Limits

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
    parser.add_argument("--explain", action="store_true", help=said("say of each input which format it is in, and why"))
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stackan.reading import Limits

    settle_format(options)
    note_slow_scanner(options)
    note_waiting(options)
    limits = Limits.up_to(options.max_bytes) if options.max_bytes else Limits()
    if options.format == "summary" and not options.explain:
        summaries = find_summaries(options.inputs, limits)
        with output(options.output, options.inputs) as stream:
            for summary in summaries:
                write_summary(summary, stream, options.language)
        return 0
    from stackan.pipeline import load

    with watched(options.inputs, options.quiet, options.language) as watch:
        case = load(*options.inputs, limits=limits, watch=watch)
    if options.format in ("arrow", "parquet") and not options.explain:
        from stackan.report import arrow

        with binary_output(options.output, options.inputs) as file:
            arrow.write(case.dumps, options.format, file)
        return 0
    if options.format == "speedscope" and not options.explain:
        from stackan.report import speedscope

        with output(options.output, options.inputs) as stream:
            speedscope.write(case.dumps, stream)
        return 0
    write = {"json": write_json, "ndjson": write_ndjson, "folded": write_folded}.get(options.format)
    with output(options.output, options.inputs) as stream:
        for dump in case.dumps:
            if options.explain or write is None:
                explain(dump, stream, options.language)
            else:
                write(dump, stream)
    return 0


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


def write_json(dump: Dump, stream: SafeText) -> None:
    """One document for each snapshot."""
    from stackan.report.json import layout

    document = {**_head(dump), "threads": list(_threads(dump)), "unparsed": [{"line": line, "text": text} for line, text in dump.unparsed]}
    for piece in layout(document, opened=2):
        stream.write(piece)
    stream.write("\n")


def write_ndjson(dump: Dump, stream: SafeText) -> None:
    """One line for each thread."""
    import json

    for thread in _threads(dump):
        stream.write(json.dumps({"source": dump.source, **thread}))
        stream.write("\n")


def write_folded(dump: Dump, stream: SafeText) -> None:
    """`outermost;…;innermost COUNT` for each distinct stack, as flame-graph tools and speedscope read it."""
    counts: dict[int, int] = {}
    for node in dump.thread_nodes():
        if node >= 0:
            counts[node] = counts.get(node, 0) + 1
    for node, number in counts.items():
        frames = ";".join(map(_folded, reversed(dump.stack(node))))
        stream.write(f"{frames} {number}\n")


def _folded(name: str) -> str:
    """A function's name as one frame of a folded stack, which ends at a semicolon and lies on one line."""
    return shown(name.replace(";", ":")) or "??"


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


def _head(dump: Dump) -> dict[str, Any]:
    return {"source": dump.source, "format": dump.format, "pid": dump.facts.pid, "lines": dump.lines, "warnings": dump.warnings}


def _threads(dump: Dump) -> Iterator[dict[str, Any]]:
    for thread in dump.threads:
        frames = [frame._asdict() for frame in dump.frames_of(thread.row)]
        for frame in frames:
            del frame["row"]
            frame["pc"] = f"{frame['pc']:#x}" if frame["pc"] is not None else None
        yield {
            "number": thread.number,
            "lwp": thread.lwp,
            "pthread": thread.pthread,
            "name": thread.name,
            "line": thread.line,
            "frames": frames,
        }
