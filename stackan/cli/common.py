"""Options and doors that sub-commands share."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any, BinaryIO, TextIO, cast

from stackan.cli.help import WrongValue
from stackan.cli.language import in_language
from stackan.cli.printing import SafeText, is_standard_output, say, standard_output
from stackan.errors import UsageError
from stackan.model.languages import LANGUAGES, NAMED
from stackan.model.said import said

_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def add_inputs(parser: argparse.ArgumentParser, what: str = said("dumps, folders or archives; - is standard input")) -> None:
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help=what)
    parser.add_argument(
        "--max-bytes",
        type=size,
        metavar="N",
        help=said("how large one decompressed input may be (default 4G)"),
    )


def add_result_format(parser: argparse._ActionsContainer) -> None:
    """Add `--format` of a command that gives a verdict."""
    about = said("how to write the result (default: by the ending of -o, else text)")
    add_format(parser, ("text", "json", "html", "markdown"), about)


def add_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--open", action="store_true", help=said("write the page (`--format html`) and open it in the browser; without -o to a new file")
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help=said("write the result to a file instead of standard output"))
    parser.add_argument("-q", "--quiet", action="store_true", help=said("no notes on standard error"))
    add_language(parser)


def add_format(parser: argparse._ActionsContainer, formats: Sequence[str], about: str) -> None:
    """Add `--format`; without it the ending of the result's name decides, or else the first format is taken (`settle_format`)."""
    parser.add_argument("-f", "--format", choices=tuple(formats), help=about)
    parser.set_defaults(formats=tuple(formats))


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add `--lang`; its value is known before the options are read, so that it counts for their errors, too."""
    parser.add_argument(
        "--lang",
        choices=tuple(NAMED),
        metavar=f"{{{','.join(LANGUAGES)}}}",
        default=argparse.SUPPRESS,
        help=said("the language of what a person reads (default: that of the locale)"),
    )


def size(text: str) -> int:
    """`64M` → bytes."""
    unit = _UNITS.get(text[-1:].upper(), 1)
    digits = text[:-1] if unit > 1 else text
    if not digits.isdigit() or int(digits) == 0:
        raise WrongValue(said("{text} is no size: give a number of bytes, or one with K, M or G", text=repr(text)))
    return int(digits) * unit


@contextlib.contextmanager
def output(path: str | None, inputs: Sequence[str] = ()) -> Iterator[SafeText]:
    """The stream for the result: a file that is put in its place when it is whole, or standard output.

    Raises UsageError where that cannot be written, or where the file is one of those that were read.
    """
    with _naming(path), _opened(path, inputs, "w") as file:
        stream = SafeText(cast("TextIO", file))
        yield stream
        stream.flush()


@contextlib.contextmanager
def binary_output(path: str | None, inputs: Sequence[str] = ()) -> Iterator[BinaryIO]:
    """The same for a result that is no text, which a terminal doesn't get."""
    with _naming(path), _opened(path, inputs, "wb") as file:
        if file.isatty():
            raise UsageError(said("this format is no text for a terminal: give a file to -o"))
        yield cast("BinaryIO", file)
        file.flush()


@contextlib.contextmanager
def _opened(path: str | None, inputs: Sequence[str], mode: str) -> Iterator[IO[Any]]:
    if path is None or is_standard_output(path):
        stream = standard_output()
        yield stream.buffer if mode == "wb" else stream
        return
    from stackan.cli.target import replacing

    _spare_inputs(path, inputs)
    with replacing(path, mode) as file:
        yield file


def _spare_inputs(path: str, inputs: Sequence[str]) -> None:
    """Raise UsageError if a result's path is one of the inputs, lies in one, or leads to one."""
    if not os.path.exists(path):
        return
    from stackan.reading import find_same

    same = find_same(path, inputs)
    if same is not None:
        if same == path:
            raise UsageError(said("{path}: is one of the inputs, which would be lost; give another file to -o", path=path))
        raise UsageError(said("{path}: is the input {name}, which would be lost; give another file to -o", path=path, name=same))


@contextlib.contextmanager
def _naming(path: str | None) -> Iterator[None]:
    """Name the output in an error of the system's, which names a file that it cannot open, but none that it cannot write."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename not in (None, path):
            raise
        reason = error.strerror or str(error)
        if path is None:
            raise UsageError(said("standard output: cannot be written ({reason}); give a file with -o", reason=reason)) from error
        raise UsageError(said("{path}: cannot be written ({reason}); give another file to -o", path=path, reason=reason)) from error


def note_waiting(options: argparse.Namespace) -> None:
    """Say that a terminal is read, where somebody sits at it and nothing seems to happen."""
    if "-" in options.inputs and not options.quiet and sys.stdin is not None and sys.stdin.isatty():
        waits = said("reading standard input, which is this terminal: paste the text, and end it with Ctrl-D on a line of its own")
        say(waits, options.language)


def note_slow_scanner(options: argparse.Namespace) -> None:
    """Say once that the native scanner is missing."""
    from stackan import backend

    notice = backend.notice()
    if notice and not options.quiet:
        say(in_language(notice, options.language).removeprefix("stackan: "), options.language)
