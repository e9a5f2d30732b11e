"""What may have been meant by a word that means nothing.  Imported when there is one."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from stackan.model.meant import closest
from stackan.model.said import Said, said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.cli.commands import Parser

_COMMANDS = "analyze"  # is among the choices only where a command is to be chosen
_REPORT = "markdown"  # is among the choices only where a report's format is to be chosen
_OF_PARSE = frozenset(("ndjson", "folded", "speedscope", "summary", "arrow", "parquet"))


def tell_choice(value: str, choices: str) -> str:
    """`invalid choice: 'jsn'; did you mean json?`, of what argparse says: `'text', 'json'`, or `text, json` in some versions."""
    word, known = value.strip("'\""), re.findall(r"[\w.+-]+", choices)
    if _COMMANDS in known and os.path.exists(word):
        return said("{word} is no command, but there is a file or a folder of that name; did you mean: `stackan analyze {word}`", word=word)
    if _REPORT in known and word in _OF_PARSE:
        return said("invalid choice: {value}; dumps are written so by `stackan parse --format {word}`", value=value, word=word)
    meant = closest(word, known)
    if meant is not None:
        return said("invalid choice: {value}; did you mean {meant}? (choose from {choices})", value=value, meant=meant, choices=choices)
    return said("invalid choice: {value} (choose from {choices})", value=value, choices=choices)


def tell_unknown(words: Sequence[str], parser: Parser) -> Said:
    """Words that a parser doesn't know: the first of them that looks like an option, or that a command knows, is told with that."""
    given = " ".join(words)
    for word in words:
        name = word.partition("=")[0]
        of_command = next((command for command, each in parser.commands.items() if name in each._option_string_actions), None)
        if of_command is not None:
            return said(
                "unrecognized arguments: {words}; options of a command stand behind it: `stackan {command} {name}`",
                words=given,
                command=of_command,
                name=name,
            )
        meant = closest(name, (each for each in parser._option_string_actions if each.startswith("--"))) if name.startswith("-") else None
        if meant is not None:
            return said("unrecognized arguments: {words}; did you mean {meant}?", words=given, meant=meant)
    return said("unrecognized arguments: {words}", words=given)
