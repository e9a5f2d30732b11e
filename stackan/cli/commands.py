"""From a call's words to the command that they mean, with only the chosen command's options made and its module imported."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

from stackan.cli.common import add_language
from stackan.cli.help import Help, complaint
from stackan.cli.language import in_language
from stackan.cli.printing import complain, say
from stackan.cli.streams import output
from stackan.escapes import shorten
from stackan.model.said import said

# name → (module, one line of help); a sub-command's module is imported when it is chosen.
COMMANDS = {
    "analyze": ("stackan.cli.analyze", said("Read dumps, folders and archives; print the verdict.")),
    "compare": ("stackan.cli.analyze", said("The same for snapshots given in order, whatever their names say.")),
    "collect": ("stackan.cli.collect", said("Take snapshots of live processes into one archive, with the owners of their locks.")),
    "logs": ("stackan.cli.logs", said("Read servers' logs alone; print their faults and one time line.")),
    "batch": ("stackan.cli.batch", said("Analyze many archives; write what is found into a store of Parquet tables.")),
    "similar": ("stackan.cli.similar", said("Find the cases of a store whose stuck threads look like this one's.")),
    "note": ("stackan.cli.note", said("Note what is known of a case of a store, such as what has resolved it.")),
    "query": ("stackan.cli.query", said("Ask a store of many cases a question in SQL.")),
    "parse": ("stackan.cli.parse", said("One dump as JSON, newline-delimited JSON, folded stacks, or a summary.")),
    "redact": ("stackan.cli.redact", said("Write dumps and logs without what must not leave the house.")),
    "rescue": ("stackan.cli.rescue", said("Check, show or use the emergency channel of a DolphinDB server that hangs.")),
    "profiles": ("stackan.cli.profiles", said("List, show and check profiles: what stackan knows of a server's threads.")),
    "completion": ("stackan.cli.completion", said("Print what completes commands and options in a shell.")),
    "man": ("stackan.cli.manpage", said("Print the manual page.")),
}

_UNUSABLE = 2
_LONGEST_COMPLAINT = 500  # characters; an argument may have megabytes


def run(arguments: Sequence[str], language: str) -> int:
    """Run a command, which answers in this language; returns its exit status.

    Raises what it raises, and SystemExit where nothing is to be run (`--help`) or the words make no sense.
    """
    chosen = next((word for word in arguments if word in COMMANDS), None)
    parser = make_parser(language, chosen, others=chosen not in arguments[:1])
    options, rest = parser.parse_known_args(arguments)
    if rest:
        parser.refuse(rest)
    if options.version:
        from stackan.cli.version import print_version

        return print_version()
    if options.command is None:
        complain(parser.format_usage().rstrip())
        say(said("say what to do, for example: stackan analyze snap1.txt snap2.txt"), language)
        return _UNUSABLE
    options.language = language
    status: int = options.run(options)
    return status


def make_parser(language: str, *chosen: str | None, others: bool = True) -> Parser:
    """The whole parser, in which only the options of chosen commands are made: to make those of all takes as long as many a call.

    Without the `others` it knows no more than these: a call that begins with its command says nothing to any other.
    """
    parser = Parser(language, prog="stackan", description=said("What a hung native server waits for, from its thread dumps."))
    parser.add_argument("-V", "--version", action="store_true", help=said("print the version and which scanner is in use"))
    add_language(parser)
    # With `prog` given, argparse need not lay out a usage line now.
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="stackan", parser_class=_Command)
    for name, (module, about) in COMMANDS.items():
        if not others and name not in chosen:
            continue
        command = commands.add_parser(name, language=language, command=name, help=about, description=about)
        if name in chosen:
            import_module(module).add_options(command, name)
    parser.commands = commands.choices
    return parser


class Parser(argparse.ArgumentParser):
    """A parser that prints where everything else is printed, in one language, without colors of its own (Python 3.14 has them)."""

    def __init__(self, language: str, command: str | None = None, **settings: Any) -> None:
        super().__init__(**settings, formatter_class=functools.partial(Help, language=language), exit_on_error=False)
        self.language = language
        self.command = command
        self.commands: Mapping[str, Parser] = {}
        self.color = False
        self.suggest_on_error = False  # from Python 3.14 on: it would speak English, and of choices only

    def print_help(self, file: object = None) -> None:
        with output(None) as stream:
            stream.write(self.format_help())

    def format_help(self) -> str:
        from stackan.cli.help import format_about

        return f"{super().format_help()}\n{format_about(self.command, self.language)}"

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        try:
            return super().parse_known_args(args, namespace)
        except argparse.ArgumentError as error:
            first, *others = [*(args or ()), ""]
            command = next((word for word in others if word in self.commands), None)
            known = first.partition("=")[0] in self._option_string_actions  # so its value is wrong, not its place
            if command is not None and first.startswith("-") and not known:
                self.error(said("options of a command stand behind it: `stackan {command} {option}`", command=command, option=first))
            self.error(complaint(error.message, error.argument_name))

    def refuse(self, words: Sequence[str]) -> NoReturn:
        """Say that these words mean nothing, and what may have been meant."""
        from stackan.cli.meant import tell_unknown

        self.error(tell_unknown(words, self))

    def error(self, message: str) -> NoReturn:
        trouble = shorten(in_language(complaint(message), self.language), _LONGEST_COMPLAINT)
        line = said("{program}: error: {trouble}", program=self.prog, trouble=trouble)
        more = said("`{program} --help` tells of all options", program=self.prog)
        complain(self._brief_usage(), in_language(more, self.language), in_language(line, self.language))  # what is wrong stands last
        raise SystemExit(_UNUSABLE)

    def _brief_usage(self) -> str:
        """What a call needs, on one line: all that there may be would push the complaint out of sight."""
        formatter = self._get_formatter()
        formatter.add_usage(None, [each for each in self._actions if each.required or not each.option_strings], [])
        return " ".join([*formatter.format_help().split(), "[OPTION ...]"])


class _Command(Parser):
    """The parser of one sub-command, which refuses by itself what it does not know: its own usage helps, not that of all commands."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        options, rest = super().parse_known_args(args, namespace)
        if "inputs" in options:  # argparse takes those in one row; `snap1.txt --quiet snap2.txt` leaves the second
            options.inputs += [word for word in rest if not _is_option(word)]
            rest = [word for word in rest if _is_option(word)]
        if rest:
            self.refuse(rest)
        return options, []


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"
