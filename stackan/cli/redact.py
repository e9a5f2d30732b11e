"""`stackan redact IN OUT`: the same inputs without what must not leave the house."""

from __future__ import annotations

import argparse

from stackan.cli.common import add_language, size
from stackan.cli.language import in_language
from stackan.cli.printing import say
from stackan.cli.progress import watched
from stackan.cli.streams import output
from stackan.model.said import said, said_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.redact.rewriting import Outcome

_TOLD = 8  # inputs that were left out


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("source", metavar="IN", help=said("a dump, a log, a folder or an archive"))
    parser.add_argument("target", metavar="OUT", help=said("where to write it redacted; must not be there yet"))
    parser.add_argument(
        "--hide",
        action="append",
        default=[],
        metavar="WORD",
        help=said("a further word to replace wherever it stands alone; may be repeated"),
    )
    parser.add_argument("--max-bytes", type=size, metavar="N", help=said("how large one decompressed input may be (default 4G)"))
    parser.add_argument("--follow-links", action="store_true", help=said("follow links that lead out of a folder, too"))
    parser.add_argument("-q", "--quiet", action="store_true", help=said("no notes on standard error"))
    add_language(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit status 0: done; 2 comes from errors."""
    from stackan.reading import Limits
    from stackan.redact.rewriting import redact

    limits = Limits.up_to(options.max_bytes) if options.max_bytes else Limits()
    with watched([options.source], options.quiet, options.language) as watch:
        outcome = redact(options.source, options.target, options.hide, limits, options.follow_links, watch)
    if not options.quiet:
        _tell_left_out(outcome, options.language)
    with output(None) as stream:
        stream.write(in_language(tell(outcome, options.target), options.language) + "\n")
    return 0


def tell(outcome: Outcome, target: str) -> str:
    texts = said_of(outcome.texts, "{count} text", "{count} texts")
    values = said_of(outcome.replaced, "{count} value replaced", "{count} values replaced")
    return said(
        "{target}: {texts}, {values}; what was replaced by what stands in {listing}: keep that to yourself",
        target=target,
        texts=texts,
        values=values,
        listing=outcome.listing,
    )


def _tell_left_out(outcome: Outcome, language: str) -> None:
    for name, reason in outcome.left_out[:_TOLD]:
        say(said("{source}: left out: {reason}", source=name, reason=reason), language)
    if len(outcome.left_out) > _TOLD:
        more = said_of(len(outcome.left_out) - _TOLD, "{count} more input was left out", "{count} more inputs were left out")
        say(more, language)
