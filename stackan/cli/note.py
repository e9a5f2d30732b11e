"""`stackan note`: what is known of a case, for whoever meets its like."""

from __future__ import annotations

import argparse

from stackan.cli.common import add_language
from stackan.cli.language import in_language
from stackan.cli.streams import output
from stackan.errors import UsageError
from stackan.model.said import said


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("case", metavar="CASE", help=said("a case of the store, by its whole name, or by how that ends"))
    parser.add_argument("--store", required=True, metavar="DIR", help=said("the folder, or URL, of a result store"))
    parser.add_argument("--resolved-by", metavar="TEXT", help=said("what has resolved it"))
    parser.add_argument("--text", metavar="TEXT", help=said("anything else that helps"))
    add_language(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit status 0: noted; 2 comes from errors."""
    if not (options.resolved_by or options.text):
        raise UsageError(said("say what is to be noted: --resolved-by or --text"))
    from stackan.store.datasets import store_of
    from stackan.store.notes import add_note

    note = add_note(store_of(options.store), options.case, options.text, options.resolved_by)
    with output(None) as stream:
        stream.write(in_language(said("{case}: noted", case=note.case), options.language) + "\n")
    return 0
