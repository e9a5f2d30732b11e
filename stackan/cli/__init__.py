"""The command line: one parser, one place that turns errors into a sentence and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from stackan.errors import StackanError

# name → (module, one line of help); a sub-command's module is imported when it is chosen.
COMMANDS = {
    "analyze": ("stackan.cli.analyze", "read dumps, folders and archives; print the verdict"),
    "compare": ("stackan.cli.analyze", "the same for snapshots given in order, whatever their names say"),
    "parse": ("stackan.cli.parse", "one dump as JSON, newline-delimited JSON, folded stacks, or a summary"),
    "profiles": ("stackan.cli.profiles", "list, show and check profiles: what stackan knows of a server's threads"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser(arguments)
    options = parser.parse_args(arguments)
    if options.command is None and not options.version:
        parser.print_usage(sys.stderr)
        print("stackan: say what to do, for example: stackan analyze snap1.txt snap2.txt", file=sys.stderr)
        return 2
    try:
        status: int = _print_version() if options.version else options.run(options)
    except StackanError as error:
        print(f"stackan: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough (| head)
        return 141
    except KeyboardInterrupt:
        print("stackan: interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        print(
            f"stackan: {error.filename or 'input or output'}: {error.strerror or error}; check the path, its rights and the free space",
            file=sys.stderr,
        )
        return 2
    return status


def _print_version() -> int:
    from stackan import backend
    from stackan._version import __version__
    from stackan.cli.common import output

    with output(None) as stream:
        stream.write(f"stackan {__version__} ({backend.name()} scanner, Python {sys.version.split()[0]})\n")
    return 0


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The whole parser, in which only the chosen sub-command's options are made."""
    parser = argparse.ArgumentParser(
        prog="stackan", description="What a hung native server waits for, from its thread dumps.", formatter_class=_formatter
    )
    parser.add_argument("--version", action="store_true", help="print the version and which scanner is in use")
    # With `prog` given, argparse need not lay out a usage line now.
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="stackan", parser_class=_Command)
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, (module, about) in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".", formatter_class=_formatter)
        if name == chosen:
            from importlib import import_module

            import_module(module).add_options(command, name)
    return parser


class _Command(argparse.ArgumentParser):
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
