"""From a call's words to the command that they mean, with only the chosen command's options made and its module imported."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from stackan.cli.common import output
from stackan.cli.printing import complain, say
from stackan.escapes import shorten

# name → (module, one line of help); a sub-command's module is imported when it is chosen.
COMMANDS = {
    "analyze": ("stackan.cli.analyze", "read dumps, folders and archives; print the verdict"),
    "compare": ("stackan.cli.analyze", "the same for snapshots given in order, whatever their names say"),
    "parse": ("stackan.cli.parse", "one dump as JSON, newline-delimited JSON, folded stacks, or a summary"),
    "profiles": ("stackan.cli.profiles", "list, show and check profiles: what stackan knows of a server's threads"),
}

_UNUSABLE = 2
_LONGEST_COMPLAINT = 500  # characters; an argument may have megabytes


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns its exit status.

    Raises what it raises, and SystemExit where nothing is to be run (`--help`) or the words make no sense.
    """
    parser = _parser(arguments)
    options = parser.parse_args(arguments)
    if options.version:
        return _print_version()
    if options.command is None:
        complain(parser.format_usage().rstrip())
        say("say what to do, for example: stackan analyze snap1.txt snap2.txt")
        return _UNUSABLE
    status: int = options.run(options)
    return status


def _print_version() -> int:
    from stackan import backend
    from stackan._version import __version__

    with output(None) as stream:
        stream.write(f"stackan {__version__} ({backend.name()} scanner, Python {sys.version.split()[0]})\n")
    return 0


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The whole parser, in which only the chosen sub-command's options are made."""
    parser = _Parser(prog="stackan", description="What a hung native server waits for, from its thread dumps.", formatter_class=_formatter)
    parser.add_argument("--version", action="store_true", help="print the version and which scanner is in use")
    # With `prog` given, argparse need not lay out a usage line now.
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="stackan", parser_class=_Command)
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, (module, about) in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".", formatter_class=_formatter)
        if name == chosen:
            import_module(module).add_options(command, name)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that prints where everything else is printed, without colors of its own (Python 3.14 has them)."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.color = False

    def print_help(self, file: object = None) -> None:
        with output(None) as stream:
            stream.write(self.format_help())

    def error(self, message: str) -> NoReturn:
        complain(*self.format_usage().splitlines(), f"{self.prog}: error: {shorten(message, _LONGEST_COMPLAINT)}")
        raise SystemExit(_UNUSABLE)


class _Command(_Parser):
    """The parser of one sub-command, which refuses by itself what it does not know: its own usage helps, not that of all commands."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        options, rest = super().parse_known_args(args, namespace)
        if "inputs" in options:  # argparse takes those in one row; `snap1.txt --quiet snap2.txt` leaves the second
            options.inputs += [word for word in rest if not _is_option(word)]
            rest = [word for word in rest if _is_option(word)]
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return options, []


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Help at a fixed width: to ask for the terminal's, argparse would import shutil for every option, used or not."""
    return argparse.HelpFormatter(prog, width=80)
