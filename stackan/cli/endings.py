"""The format that the ending of a result's name asks for: `-o verdict.json`."""

from __future__ import annotations

import argparse
import os

from stackan.cli.printing import say
from stackan.errors import UsageError
from stackan.model.said import row, said

_FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".folded": "folded",
    ".speedscope.json": "speedscope",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".parquet": "parquet",
    ".csv": "csv",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".graphml": "graphml",
}
# Endings that promise something which no command writes; any other says nothing: `report.2024-06-07`, `case.out`.
_OTHERS = frozenset((
    *(".tsv", ".xml", ".yaml", ".yml", ".toml", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".rtf", ".rst", ".svg", ".png", ".jpg"),
    *(".gz", ".xz", ".bz2", ".zst", ".zip", ".tar", ".tgz", ".7z"),
))  # fmt: skip


def settle_format(options: argparse.Namespace) -> None:
    """Give `options.format` its value: the one that was asked for, that of the ending, or the first of the command's.

    Where an ending promises another format than the result has, a note says so.  A drawing has endings of its own.
    Raises UsageError where `--open` stands beside what asks for something else than the page.
    """
    _settle(options)
    instead = getattr(options, "explain", None) or getattr(options, "graph", None)
    if getattr(options, "open", False) and (instead or options.format != "html"):
        raise UsageError(
            said(
                "--open opens the page: leave out what asks for something else, "
                "be it --format, --explain, --graph or the ending of the result's name"
            )
        )


def _settle(options: argparse.Namespace) -> None:
    ending = _ending_of(options.output or "")
    implied = _FORMATS.get(ending)
    instead = getattr(options, "explain", None) or getattr(options, "graph", None)
    if options.format is not None:
        return
    if not instead and implied in options.formats:
        options.format = implied
        return
    if getattr(options, "open", False):
        options.format = "html"
        return
    options.format = options.formats[0]
    if not instead and implied in getattr(options, "drawings", ()):
        options.graph = implied
        return
    written = getattr(options, "graph", None) or ("text" if instead else options.format)
    if (implied not in (None, written) or ending in _OTHERS) and not options.quiet:
        say(_say_otherwise(options, written, instead=bool(instead)), options.language)


def _ending_of(name: str) -> str:
    """`.json` of `verdict.json`, but all of `.speedscope.json`, as its viewer calls its files."""
    name = name.lower()
    return next((ending for ending in _FORMATS if ending.count(".") > 1 and name.endswith(ending)), os.path.splitext(name)[1])


def note_ending(options: argparse.Namespace) -> None:
    """Say of a command that writes plain text only that the ending of a result's name promises another format."""
    ending = _ending_of(options.output or "")
    if (_FORMATS.get(ending, "text") != "text" or ending in _OTHERS) and not options.quiet:
        say(said("{path}: is written as text, whatever its ending says", path=options.output), options.language)


def _say_otherwise(options: argparse.Namespace, written: str, *, instead: bool) -> str:
    if instead:
        return said("{path}: is written as {format}, whatever its ending says", path=options.output, format=written)
    return said(
        "{path}: is written as {format}, whatever its ending says; the formats of this command are {formats}",
        path=options.output,
        format=written,
        formats=row(options.formats),
    )
