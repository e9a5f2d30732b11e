"""Options that sub-commands share, and notes that they give."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from stackan.cli.help import WrongValue
from stackan.cli.language import in_language
from stackan.cli.printing import say
from stackan.errors import UsageError
from stackan.model.languages import LANGUAGES, NAMED
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.redact import Redactor

_DIGITS = 18  # of a number that anybody means; Python refuses to read some thousands
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


def add_profiles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help=said("a profile of your own, or one that comes with stackan, for every process whatever is seen in it"),
    )


def add_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--open", action="store_true", help=said("write the page (`--format html`) and open it in the browser; without -o to a new file")
    )


def add_redact(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--redact",
        action="store_true",
        help=said("replace strings, numbers, statements, hosts, users, folders and addresses before anything is concluded"),
    )


def redactor(options: argparse.Namespace) -> Redactor | None:
    """What replaces, if `--redact` asks for it."""
    if not options.redact:
        return None
    if "-" in options.inputs:
        raise UsageError(said("--redact reads its inputs twice: give files in the place of standard input"))
    from stackan.redact import Redactor

    return Redactor()


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
    if not digits.isdecimal() or len(digits) > _DIGITS or int(digits) == 0:
        raise WrongValue(said("{text} is no size: give a number of bytes, or one with K, M or G", text=repr(text)))
    return int(digits) * unit


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
