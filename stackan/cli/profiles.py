"""`stackan profiles`: list, show and check what stackan knows of servers' threads."""

from __future__ import annotations

import argparse
import os

from stackan.cli.common import add_output
from stackan.cli.endings import note_ending
from stackan.cli.language import in_language
from stackan.cli.streams import output
from stackan.errors import UsageError
from stackan.model.said import said, said_of


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("action", choices=("list", "show", "check"), help=said("list all, show one, or check a file of your own"))
    parser.add_argument("name", nargs="?", help=said("a profile's name (show) or a file (check)"))
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stackan.classify.profiles import check_references, profile_files, read_profile, tell_unknown

    note_ending(options)
    if options.action != "list" and not options.name:
        example = "mariadb" if options.action == "show" else "mine.toml"
        raise UsageError(
            said("profiles {action}: say which, for example: stackan profiles {action} {example}", action=options.action, example=example)
        )
    with output(options.output, [options.name] if options.action == "check" else []) as stream:
        if options.action == "list":
            for path in profile_files():
                profile = read_profile(path)
                rules = sum(len(rows) for rows in profile.values() if isinstance(rows, list) and rows and isinstance(rows[0], dict))
                number = in_language(said_of(rules, "{count} rule", "{count} rules"), options.language)
                title = profile.get(f"title_{options.language}", profile.get("title", ""))
                stream.write(f"{profile['name']:12} {number:>9}  {title}\n")
        elif options.action == "show":
            found = [path for path in profile_files() if os.path.basename(path) == f"{options.name}.toml"]
            if not found:
                raise UsageError(tell_unknown(options.name))
            with open(found[0], encoding="utf-8") as file:
                stream.write(file.read())
        else:
            profile = read_profile(options.name)
            check_references([(options.name, profile)])
            sound = said("{path}: profile {name} is well-formed", path=options.name, name=profile["name"])
            stream.write(in_language(sound, options.language) + "\n")
    return 0
