"""The texts that argparse prints by itself, in the language of the call: usage, help, and errors of options.

argparse asks gettext, for the whole program; so its words are taken from what it hands over instead.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

from stackan.cli.language import in_language
from stackan.model.said import said

_WIDTH = 80  # to ask for the terminal's, argparse would import shutil for every option, used or not
_STATUS = 7  # columns before the meaning of an exit status
_BUILT_IN = (
    said("positional arguments"),
    said("options"),
    said("show this help message and exit"),
)


def _tell_choice(value: str, choices: str) -> str:
    """Of a word that is none of those that there are; a file's name in the place of a command is told as such."""
    from stackan.cli.meant import tell_choice

    return tell_choice(value, choices)


_OWN = {each.english: each for each in _BUILT_IN}
_COMPLAINTS: tuple[tuple[str, Callable[..., str]], ...] = (
    ("the following arguments are required: (?P<names>.*)", lambda names: said("these arguments are required: {names}", names=names)),
    ("unrecognized arguments: (?P<words>.*)", lambda words: said("unrecognized arguments: {words}", words=words)),
    ("expected one argument", lambda: said("expected one argument")),
    ("expected at least one argument", lambda: said("expected at least one argument")),
    (
        r"(?:invalid choice:|unknown parser) (?P<value>.*) \((?:choose from|choices:) (?P<choices>.*)\)",
        _tell_choice,
    ),
    ("not allowed with argument (?P<name>.*)", lambda name: said("not allowed with argument {name}", name=name)),
    (
        "ambiguous option: (?P<option>.*) could match (?P<matches>.*)",
        lambda option, matches: said("ambiguous option: {option} could match {matches}", option=option, matches=matches),
    ),
    ("ignored explicit argument (?P<value>.*)", lambda value: said("ignored explicit argument {value}", value=value)),
)


class WrongValue(argparse.ArgumentTypeError):
    """An option's value that cannot be taken; argparse keeps of an error no more than its `str`."""

    def __str__(self) -> str:
        text: str = self.args[0]
        return text


def complaint(message: str, name: str | None = None) -> str:
    """The complaint of argparse about a call, or its argument of this name, as a sentence that other languages have, too."""
    if type(message) is str:
        for pattern, words in _COMPLAINTS:
            found = re.fullmatch(pattern, message, re.DOTALL)
            if found is not None:
                message = words(**found.groupdict())
                break
    return said("argument {name}: {trouble}", name=name, trouble=message) if name else message


def help_of(action: argparse.Action, language: str) -> str:
    """What help says of an option."""
    return in_language(_OWN.get(action.help or "", action.help or ""), language)


def format_about(command: str | None, language: str) -> str:
    """The end of a command's help."""
    from stackan.cli.abouts import about
    from stackan.manual import page

    told = about(command)
    lines = [in_language(said("exit status:"), language)]
    for status, means in told.statuses:
        first, *rest = _wrapped(in_language(means, language), _WIDTH - _STATUS)
        lines += [f"  {status:<{_STATUS - 2}}{first}", *(" " * _STATUS + line for line in rest)]
    lines += ["", in_language(said("examples:"), language), *(f"  {example}" for example in told.examples)]
    lines += ["", in_language(said("more: {page}", page=page(told.page)), language)]
    return "".join(f"{line}\n" for line in lines)


def _wrapped(text: str, width: int) -> list[str]:
    from stackan.report.layout import wrap

    return list(wrap(text, width))


class Help(argparse.HelpFormatter):
    """Help in a language."""

    def __init__(self, prog: str, language: str) -> None:
        super().__init__(prog, width=_WIDTH)
        self._language = language

    def _say(self, text: str) -> str:
        return in_language(_OWN.get(text, text), self._language)

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, self._say(said("usage:")) + " " if prefix is None else prefix)

    def add_text(self, text: str | None) -> None:
        super().add_text(text if text is None else self._say(text))

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading if heading is None else self._say(heading))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return help_of(action, self._language) or None

    def _split_lines(self, text: str, width: int) -> list[str]:
        return _wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))
