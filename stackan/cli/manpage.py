"""`stackan man`: the manual page, made from the parser."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from stackan.cli.common import add_output
from stackan.cli.language import in_language
from stackan.cli.streams import output
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.cli.abouts import About
    from stackan.cli.grammar import Command, Option

_ENVIRONMENT = (
    ("LC_ALL, LC_MESSAGES, LANG, LANGUAGE", said("the language, where --lang names none")),
    ("COLUMNS", said("the width of a report, from 80 to 140")),
    ("NO_COLOR", said("neither colors nor links")),
    ("FORCE_COLOR", said("colors in a pipe, too")),
    ("STACKAN_TRACEBACK", said("a file for the details of an internal error")),
)


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stackan.cli.grammar import read_grammar

    with output(options.output) as stream:
        stream.writelines(line + "\n" for line in page(read_grammar(options.language), options.language))
    return 0


def page(grammar: tuple[Command, ...], language: str) -> Iterator[str]:
    """https://man7.org/linux/man-pages/man7/groff_man.7.html"""
    from stackan._version import __version__
    from stackan.cli.abouts import about

    def say(text: str) -> str:
        return _roff(in_language(text, language))

    program, *commands = grammar
    yield f'.TH STACKAN 1 "" "stackan {_roff(__version__)}"'
    yield f".SH {say(said('NAME'))}"
    yield f"stackan \\- {_roff(program.about)}"
    yield f".SH {say(said('SYNOPSIS'))}"
    yield ".nf"
    for command in commands:
        yield f"{_bold('stackan ' + command.name)} {_roff(_words(command))}"
    yield ".fi"
    yield f".SH {say(said('OPTIONS'))}"
    yield from _options(program)
    for command in commands:
        yield f".SH {_roff(f'stackan {command.name}'.upper())}"
        yield _roff(command.about)
        yield from _options(command)
        yield from _end(about(command.name), say)
    yield f".SH {say(said('ENVIRONMENT'))}"
    for name, means in _ENVIRONMENT:
        yield from (".TP", _bold(name), say(means))
    yield f".SH {say(said('SEE ALSO'))}"
    yield f"{_bold('gdb')}(1), {_bold('pstack')}(1), {_bold('eu-stack')}(1)"


def _words(command: Command) -> str:
    """`[OPTION]... INPUT...`"""
    words = (f"{word.value}{'...' if word.several else ''}" for word in command.words)
    return " ".join(["[OPTION]...", *words])


def _options(command: Command) -> Iterator[str]:
    for word in command.words:
        yield from (".TP", f"\\fI{_roff(word.value)}\\fR", _roff(word.about))
    for option in command.options:
        yield from (".TP", _names(option), _roff(option.about))


def _names(option: Option) -> str:
    value = f" \\fI{_roff(option.value)}\\fR" if option.value else ""
    return ", ".join(f"{_bold(name)}{value}" for name in option.names)


def _end(told: About, say: Callable[[str], str]) -> Iterator[str]:
    yield ".PP"
    yield say(said("exit status:"))
    for status, means in told.statuses:
        yield from (".TP", _bold(str(status)), say(means))
    yield ".PP"
    yield say(said("examples:"))
    yield from (".RS", ".nf", *map(_roff, told.examples), ".fi", ".RE")


def _bold(text: str) -> str:
    return f"\\fB{_roff(text)}\\fR"


def _roff(text: str) -> str:
    """Text in which nothing is a request or an escape: `\\` begins one anywhere, a period or an apostrophe in front of a line."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return plain if plain[:1] not in (".", "'") else f"\\&{plain}"
