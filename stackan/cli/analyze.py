"""`stackan analyze` and `stackan compare`: dumps → verdict."""

from __future__ import annotations

import argparse

from stackan.cli.common import add_inputs, add_output, note_slow_scanner, output, wants_color
from stackan.errors import UsageError


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    add_inputs(parser)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--format", choices=("text", "json"), default="text", help="how to write the result (default text)")
    parser.add_argument(
        "--profile", action="append", default=[], metavar="FILE", help="a profile of your own, in addition to those that come with stackan"
    )
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    instead.add_argument(
        "--explain",
        type=_subject,
        metavar="LWP|inputs",
        help="tell all that was concluded about one thread, or how each input was placed, and why, instead",
    )
    instead.add_argument("--graph", choices=("dot", "mermaid", "graphml"), help="draw who waits for whom, instead")
    parser.add_argument("--follow-links", action="store_true", help="follow links that lead out of a folder, too")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even if something critical is found")
    add_output(parser)
    parser.set_defaults(run=run, given_order=command == "compare")


def run(options: argparse.Namespace) -> int:
    """Exit status 0: nothing critical; 1: at least one critical finding; 2 comes from errors."""
    from stackan.pipeline import analyze, load
    from stackan.reading import Limits

    if options.given_order and len(options.inputs) < 2:
        raise UsageError("compare takes two or more inputs, oldest first; for a single one, or a folder, there is analyze")
    note_slow_scanner(options.quiet)
    limits = Limits.up_to(options.max_bytes) if options.max_bytes else Limits()
    case = load(*options.inputs, limits=limits, given_order=options.given_order, follow_links=options.follow_links)
    analysis = analyze(case, options.profile)
    with output(options.output, [*options.inputs, *options.profile]) as stream:
        if options.explain == "inputs":
            from stackan.report.inputs import explain_inputs

            stream.writelines(line + "\n" for line in explain_inputs(analysis))
        elif options.explain is not None:
            from stackan.report.explain import explain

            stream.writelines(line + "\n" for line in explain(analysis, options.explain))
        elif options.graph is not None:
            from stackan.report import drawing

            drawing.write(analysis, options.graph, stream)
        elif options.format == "json":
            from stackan.report import json

            json.write(analysis, stream)
        else:
            from stackan.report import text

            text.write(analysis, stream, stream.color if wants_color(options.color, stream) else None)
    return 1 if analysis.critical and not options.exit_zero else 0


def _subject(text: str) -> int | str:
    """What `--explain` is to explain: `inputs`, or a thread's number."""
    if text == "inputs":
        return text
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a thread's LWP nor the word inputs")
    return int(text)
