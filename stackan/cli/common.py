"""Options and doors that sub-commands share."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any, BinaryIO, TextIO, cast

from stackan.errors import UsageError

_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="dumps, folders or archives; - is standard input")
    parser.add_argument(
        "--max-bytes",
        type=size,
        metavar="N",
        help="how large one decompressed input may be (default 4G)",
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help="write the result to a file instead of standard output")
    parser.add_argument("--quiet", action="store_true", help="no notes on standard error")


def size(text: str) -> int:
    """`64M` → bytes."""
    unit = _UNITS.get(text[-1:].upper(), 1)
    digits = text[:-1] if unit > 1 else text
    if not digits.isdigit() or int(digits) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give a number of bytes, or one with K, M or G")
    return int(digits) * unit


@contextlib.contextmanager
def output(path: str | None, inputs: Sequence[str] = ()) -> Iterator[TextIO]:
    """The stream for the result: a file, or standard output with what it cannot encode replaced."""
    with _told_where(path):
        if path is not None:
            with _opened(path, inputs, "w", "utf-8") as file:
                yield cast(TextIO, file)
            return
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        yield sys.stdout
        sys.stdout.flush()


@contextlib.contextmanager
def binary_output(path: str | None, inputs: Sequence[str] = ()) -> Iterator[BinaryIO]:
    """The stream for a result that is no text: a file, or standard output where that is no terminal."""
    with _told_where(path):
        if path is not None:
            with _opened(path, inputs, "wb") as file:
                yield cast(BinaryIO, file)
            return
        if sys.stdout.isatty():
            raise UsageError("this format is no text for a terminal: give a file to -o")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()


def _opened(path: str, inputs: Sequence[str], mode: str, encoding: str | None = None) -> IO[Any]:
    if any(os.path.exists(name) and os.path.exists(path) and os.path.samefile(name, path) for name in inputs):
        raise UsageError(f"{path}: is one of the inputs, which would be lost; give another file to -o")
    return open(path, mode, encoding=encoding)


@contextlib.contextmanager
def _told_where(path: str | None) -> Iterator[None]:
    """Name the output in an error of the system's, which names a file that it cannot open, but none that it cannot write."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename not in (None, path):
            raise
        where, instead = ("standard output", "a file with -o") if path is None else (path, "another file to -o")
        raise UsageError(f"{where}: cannot be written ({error.strerror or error}); give {instead}") from error


def wants_color(choice: str, stream: TextIO) -> bool:
    """--color always|never|auto; auto: on a terminal, unless NO_COLOR is set (no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def note(text: str, quiet: bool) -> None:
    if not quiet:
        print(f"stackan: {text}", file=sys.stderr)


def note_slow_scanner(quiet: bool) -> None:
    """Say once that the native scanner is missing."""
    from stackan import backend

    notice = backend.notice()
    if notice:
        note(notice.removeprefix("stackan: "), quiet)
