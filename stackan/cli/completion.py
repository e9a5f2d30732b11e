"""`stackan completion`: the script by which a shell completes commands, options and their values, made from the parser.

A shell reads it once; to complete a word starts no program.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import pairwise

from stackan.cli.common import add_output
from stackan.cli.endings import note_ending
from stackan.cli.streams import output
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.cli.grammar import Command, Option


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help=said("the shell that reads it"))
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stackan.cli.grammar import read_grammar

    note_ending(options)
    write = {"bash": bash, "zsh": zsh, "fish": fish}[options.shell]
    with output(options.output) as stream:
        stream.writelines(line + "\n" for line in write(read_grammar(options.language)))
    return 0


def bash(grammar: tuple[Command, ...]) -> Iterator[str]:
    """https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html; where it finds nothing, bash completes files."""
    program, *commands = grammar
    yield "# stackan completion bash: source it, or put it where bash-completion finds it"
    yield "_stackan() {"
    yield '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="" each'
    yield '    if [[ $word == "=" ]]; then word=""; elif [[ $before == "=" ]]; then before="${COMP_WORDS[COMP_CWORD-2]}"; fi'
    yield '    for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield f'        case "$each" in {"|".join(one.name for one in commands)}) command="$each"; break;; esac'
    yield "    done"
    yield "    COMPREPLY=()"
    yield '    case "$command:$before" in'
    for command in grammar:
        for option in command.options:
            if option.value:
                pattern = "|".join(f"{command.name}:{name}" for name in option.names)
                yield f"        {pattern}) {_bash_values(option)} return;;"
        for first, second in pairwise(command.words):  # `profiles show` is followed by a name
            if first.choices:
                yield f"        {'|'.join(f'{command.name}:{choice}' for choice in first.choices)}) {_bash_values(second)} return;;"
    yield "    esac"
    yield '    case "$command" in'
    for command in grammar:
        chosen = command.words[0].choices if command.words else ()
        names = [name for option in command.options for name in option.names]
        words = [one.name for one in commands] if command is program else list(chosen)
        found = f"        {command.name or chr(34) * 2}) if [[ $word == -* ]]; then {_compgen(names)}"
        yield f"{found}; else {_compgen(words)}; fi;;" if words else f"{found}; fi;;"
    yield "    esac"
    yield "}"
    yield "complete -o default -F _stackan stackan"


def _bash_values(option: Option) -> str:
    values = _values(option)
    return f"{_compgen(values)};" if values else ""


def _compgen(words: list[str]) -> str:
    return f"""COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$word"))"""


def zsh(grammar: tuple[Command, ...]) -> Iterator[str]:
    """https://zsh.sourceforge.io/Doc/Release/Completion-System.html, `_arguments`"""
    program, *commands = grammar
    yield "#compdef stackan"
    yield "# stackan completion zsh: as a file named _stackan in a folder of $fpath"
    yield "_stackan() {"
    yield "    local context state state_descr line"
    yield "    typeset -A opt_args"
    yield "    _arguments -C \\"
    yield from (f"        {spec} \\" for option in program.options for spec in _zsh_specs(option))
    yield "        '1: :->command' '*:: :->rest'"
    yield "    case $state in"
    yield "    command)"
    yield "        local -a commands"
    yield "        commands=("
    yield from (f"            {_quoted(f'{one.name}:{one.about}')}" for one in commands)
    yield "        )"
    yield "        _describe command commands;;"
    yield "    rest)"
    yield "        case $line[1] in"
    for command in commands:
        yield f"        {command.name})"
        yield "            _arguments \\"
        yield from (f"                {spec} \\" for option in command.options for spec in _zsh_specs(option))
        yield f"                {' '.join(_zsh_word(word, at) for at, word in enumerate(command.words, 1))};;"
    yield "        esac;;"
    yield "    esac"
    yield "}"
    yield 'if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _stackan "$@"; else compdef _stackan stackan; fi'


def _zsh_specs(option: Option) -> Iterator[str]:
    others = "" if option.several else f"({' '.join(option.names)})"
    about = option.about.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    for name in option.names:
        inline = ("=" if name.startswith("--") else "+") if option.value else ""
        value = f":{option.value.replace(':', ' ')}:{_zsh_values(option)}" if option.value else ""
        yield _quoted(f"{'*' if option.several else others}{name}{inline}[{about}]{value}")


def _zsh_word(word: Option, at: int) -> str:
    return _quoted(f"{'*' if word.several else at}:{word.value.replace(':', ' ')}:{_zsh_values(word)}")


def _zsh_values(option: Option) -> str:
    values = _values(option)
    if values:
        files = " _files" if option.kind == "profile" else ""
        return f"({' '.join(values)})" if not files else f"{{compadd {' '.join(values)};{files}}}"
    return {"file": "_files", "folder": "_files -/"}.get(option.kind, "")


def fish(grammar: tuple[Command, ...]) -> Iterator[str]:
    """https://fishshell.com/docs/current/completions.html"""
    _, *commands = grammar
    names = " ".join(one.name for one in commands)
    yield "# stackan completion fish: as ~/.config/fish/completions/stackan.fish"
    at_first = f"not __fish_seen_subcommand_from {names}"
    yield f"complete -c stackan -n {_quoted(at_first)} -f"
    for command in commands:
        yield f"complete -c stackan -n {_quoted(at_first)} -a {command.name} -d {_quoted(command.about)}"
    for command in grammar:
        here = f"__fish_seen_subcommand_from {command.name}" if command.name else at_first
        for word in command.words[:1]:
            if word.choices:
                none_yet = f"{here}; and not __fish_seen_subcommand_from {' '.join(word.choices)}"
                yield f"complete -c stackan -n {_quoted(none_yet)} -f -a {_quoted(' '.join(word.choices))}"
        for first, second in pairwise(command.words):
            behind = f"{here}; and __fish_seen_subcommand_from {' '.join(first.choices)}"
            yield f"complete -c stackan -n {_quoted(behind)} -a {_quoted(' '.join(_values(second)))}"
        for option in command.options:
            yield f"complete -c stackan -n {_quoted(here)}{_fish_option(option)} -d {_quoted(option.about)}"


def _fish_option(option: Option) -> str:
    words = [f" -s {name[1:]}" if not name.startswith("--") else f" -l {name[2:]}" for name in option.names]
    values = _values(option)
    if option.value:
        words.append(" -r" if option.kind in ("file", "folder", "profile") and not option.choices else " -x")
    if option.kind == "folder":
        words.append(" -f -a '(__fish_complete_directories)'")
    elif values:
        words.append(f" -a {_quoted(' '.join(values))}")
    return "".join(words)


def _values(option: Option) -> list[str]:
    """The words that may stand behind an option; besides these a profile may be a file."""
    if option.kind == "profile":
        from stackan.cli.grammar import profile_names

        return profile_names()
    return list(option.choices)


def _quoted(text: str) -> str:
    """A word of a shell's, in single quotes; zsh's and fish's descriptions are one line."""
    return "'" + " ".join(text.split()).replace("\\", "\\\\").replace("'", "'\\''") + "'"
