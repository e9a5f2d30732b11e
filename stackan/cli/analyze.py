"""`stackan analyze` and `stackan compare`: dumps → verdict."""

from __future__ import annotations

import argparse
import gc

from stackan.cli import door
from stackan.cli.common import (
    add_inputs,
    add_open,
    add_output,
    add_profiles,
    add_redact,
    add_result_format,
    note_slow_scanner,
    note_waiting,
    redactor,
)
from stackan.cli.endings import settle_format
from stackan.cli.help import WrongValue
from stackan.cli.printing import say
from stackan.cli.progress import watched
from stackan.cli.reporting import page_for, write_result
from stackan.cli.streams import output
from stackan.errors import UsageError
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackan.cli.printing import SafeText
    from stackan.model.analysis import Analysis
    from stackan.model.recalled import Recalled
    from stackan.reading import Limits
    from stackan.report.page import Page
    from stackan.store.place import Place

_DRAWINGS = ("dot", "mermaid", "graphml")


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    add_inputs(parser)
    instead = parser.add_mutually_exclusive_group()
    add_result_format(instead)
    add_profiles(parser)
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help=said("whether to color the report (default auto: on a terminal; NO_COLOR and FORCE_COLOR count)"),
    )
    instead.add_argument(
        "--explain",
        action="append",
        type=_subject,
        metavar="LWP|NAME|inputs",
        help=said("tell all that was concluded about a thread, or how each input was placed, and why, instead; may be repeated"),
    )
    instead.add_argument("--graph", choices=_DRAWINGS, help=said("draw who waits for whom, instead"))
    parser.add_argument("--store", metavar="DIR", help=said("a result store: say whether this hang was seen before"))
    parser.add_argument("--follow-links", action="store_true", help=said("follow links that lead out of a folder, too"))
    add_redact(parser)
    parser.add_argument("--exit-zero", action="store_true", help=said("exit 0 even if something critical is found"))
    add_open(parser)
    add_output(parser)
    parser.set_defaults(run=run, given_order=command == "compare", drawings=_DRAWINGS)


def run(options: argparse.Namespace) -> int:
    """Exit status 0: nothing critical; 1: at least one critical finding; 2 comes from errors."""
    from stackan.collector import collector_paused
    from stackan.reading import Limits

    if options.given_order and len(options.inputs) < 2:
        raise UsageError(said("compare takes two or more inputs, oldest first; for a single one, or a folder, there is analyze"))
    settle_format(options)
    store = _store_of(options)
    note_slow_scanner(options)
    note_waiting(options)
    limits = Limits.up_to(options.max_bytes) if options.max_bytes else Limits()
    with collector_paused():  # from the analysis to the report, too: it would look at all that was found once more
        analysis = _analysis(options, limits)
        if store is not None:
            analysis.recalled = _recalled(store, analysis, options)
        return _report(analysis, options)


def _analysis(options: argparse.Namespace, limits: Limits) -> Analysis:
    from stackan.pipeline import analyze, load

    with watched(options.inputs, options.quiet, options.language) as watch:
        case = load(
            *options.inputs,
            limits=limits,
            given_order=options.given_order,
            follow_links=options.follow_links,
            watch=watch,
            redactor=redactor(options),
        )
        if door.is_program:
            gc.disable()  # what is concluded lives as long as the program, so a look for cycles at all of it would be for nothing
        return analyze(case, options.profile, watch)


def _store_of(options: argparse.Namespace) -> Place | None:
    """The store that is to be asked, looked at before the long work."""
    if options.store is None:
        return None
    from stackan.store.datasets import store_of

    return store_of(options.store)


def _recalled(store: Place, analysis: Analysis, options: argparse.Namespace) -> Recalled | None:
    """What a store knows; where it cannot tell, as one that is damaged, the report is given without it."""
    try:
        return _recall(store, analysis, options)
    except UsageError as error:
        say(str(error), options.language)
        return None


def _recall(store: Place, analysis: Analysis, options: argparse.Namespace) -> Recalled:
    """What a store knows of cases like this one."""
    from stackan.batch.content import digest
    from stackan.likeness.recalling import recall

    return recall(store, analysis, without=digest(options.inputs, options.follow_links) if "-" not in options.inputs else "")


def _report(analysis: Analysis, options: argparse.Namespace) -> int:
    inputs = [*options.inputs, *options.profile]
    if options.explain is None and options.graph is None:
        write_result(analysis, options, inputs)
    else:
        with output(options.output, inputs) as stream:
            _write_one_thing(analysis, options, stream, page_for(stream, options.language))
    return 1 if analysis.critical and not options.exit_zero else 0


def _write_one_thing(analysis: Analysis, options: argparse.Namespace, stream: SafeText, page: Page) -> None:
    """Write all about some things, or a drawing, in place of the report."""
    if options.explain:
        for subject in dict.fromkeys(options.explain):
            stream.writelines(line + "\n" for line in _explain(analysis, subject, page))
    else:
        from stackan.report import drawing

        drawing.write(analysis, options.graph, stream, page)


def _explain(analysis: Analysis, subject: str, page: Page) -> Iterator[str]:
    if subject == "inputs":
        from stackan.report.inputs import explain_inputs

        return explain_inputs(analysis, page)
    from stackan.report.explain import explain

    return explain(analysis, subject, page)


def _subject(text: str) -> str:
    """The subject of `--explain`: `inputs`, or what a thread is known by."""
    if not text.strip():
        raise WrongValue(said("{text} is neither a thread's LWP or name nor the word inputs", text=repr(text)))
    return text.strip()
