"""`stackan logs`: servers' logs → what happened, without dumps."""

from __future__ import annotations

import argparse

from stackan.cli.common import add_inputs, add_open, add_output, add_redact, add_result_format, note_slow_scanner, note_waiting, redactor
from stackan.cli.endings import settle_format
from stackan.cli.progress import watched
from stackan.cli.reporting import write_result
from stackan.model.said import said


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    add_inputs(parser, said("logs, folders or archives; - is standard input"))
    add_result_format(parser)
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help=said("whether to color the report (default auto: on a terminal; NO_COLOR and FORCE_COLOR count)"),
    )
    parser.add_argument("--follow-links", action="store_true", help=said("follow links that lead out of a folder, too"))
    add_redact(parser)
    parser.add_argument("--exit-zero", action="store_true", help=said("exit 0 even if something critical is found"))
    add_open(parser)
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit status 0: no critical fault; 1: at least one; 2 comes from errors."""
    from stackan.pipeline import analyze, load_logs
    from stackan.reading import Limits

    settle_format(options)
    note_slow_scanner(options)
    note_waiting(options)
    limits = Limits.up_to(options.max_bytes) if options.max_bytes else Limits()
    with watched(options.inputs, options.quiet, options.language) as watch:
        case = load_logs(*options.inputs, limits=limits, follow_links=options.follow_links, watch=watch, redactor=redactor(options))
        analysis = analyze(case, watch=watch)
    write_result(analysis, options, options.inputs)
    return 1 if analysis.critical and not options.exit_zero else 0
