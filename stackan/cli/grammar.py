"""The commands and options of the parser, as its manual page and its completion need them: all of them, in one language."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from stackan.cli.commands import COMMANDS, Parser, make_parser
from stackan.cli.help import help_of
from stackan.cli.language import in_language
from stackan.model.records import NamedTuple

FILE, FOLDER, PROFILE, OTHER = "file", "folder", "profile", "other"  # kinds of values that no list names


class Option(NamedTuple):
    """An option, or with no names the words that stand by themselves."""

    names: tuple[str, ...]  # "-o", "--output"
    value: str  # as help names it; "" where it takes none
    choices: tuple[str, ...]
    kind: str  # of a value without choices
    several: bool
    about: str


class Command(NamedTuple):
    """A command with its options; that of no name is the program itself."""

    name: str
    about: str
    options: tuple[Option, ...]
    words: tuple[Option, ...]


def read_grammar(language: str) -> tuple[Command, ...]:
    """The program itself, then each command."""
    parser = make_parser(language, *COMMANDS)
    each = [parser, *parser.commands.values()]
    return tuple(_command(one, language) for one in each)


def profile_names() -> list[str]:
    from stackan.classify.profiles import builtin

    return sorted(profile["name"] for profile in builtin())


def _command(parser: Parser, language: str) -> Command:
    options = [_option(action, language) for action in _actions(parser)]
    return Command(
        parser.command or "",
        in_language(parser.description or "", language),
        tuple(option for option in options if option.names),
        tuple(option for option in options if not option.names),
    )


def _actions(parser: Parser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            yield action


def _option(action: argparse.Action, language: str) -> Option:
    choices: Sequence[str] = tuple(action.choices or ())
    takes = action.nargs != 0
    value = str(action.metavar or (f"{{{','.join(choices)}}}" if choices else action.dest.upper()))
    several = action.nargs in ("+", "*") or isinstance(action, argparse._AppendAction)
    about = help_of(action, language)
    return Option(tuple(action.option_strings), value if takes else "", tuple(choices), _kind(value) if takes else "", several, about)


def _kind(value: str) -> str:
    """The kind of a value, by what help calls it."""
    if "NAME|FILE" in value or value == "NAME":
        return PROFILE
    return {"FILE": FILE, "INPUT": FILE, "IN": FILE, "OUT": FILE, "DIR": FOLDER}.get(value, OTHER)
