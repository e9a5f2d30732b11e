"""`stackan batch`: many cases → a result store, and a summary."""

from __future__ import annotations

import argparse

from stackan.cli.common import add_format, add_inputs, add_output, add_profiles, add_redact, note_slow_scanner, size
from stackan.cli.endings import settle_format
from stackan.cli.help import WrongValue
from stackan.cli.language import in_language
from stackan.cli.printing import say
from stackan.cli.streams import output
from stackan.cli.values import seconds
from stackan.errors import StackanError
from stackan.escapes import shown
from stackan.model.said import said, said_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.batch.run import Engine
    from stackan.batch.task import Settings, Task

_DASK = "dask://"
_LEAST_MEMORY = 512 << 20  # bytes of address space; a worker takes 340 MB of it before it has read anything


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    add_inputs(parser, said("folders of archives, archives, or URLs of either"))
    parser.add_argument(
        "--store", required=True, metavar="DIR", help=said("the folder, or URL, of the result store; made where there is none")
    )
    parser.add_argument(
        "--case-by",
        default="file",
        metavar="file|folder|PATTERN",
        help=said(
            "what a case is: each file (default), each folder of an input, or the files whose names have what PATTERN matches in common"
        ),
    )
    add_profiles(parser)
    parser.add_argument("--follow-links", action="store_true", help=said("follow links that lead out of a folder, too"))
    add_redact(parser)
    parser.add_argument("--no-documents", action="store_true", help=said("store no analysis documents, only tables"))
    parser.add_argument("--jobs", type=_count, metavar="N", help=said("how many workers (default: as many as there are processors)"))
    parser.add_argument(
        "--engine", type=_engine, metavar="ENGINE", help=said("dask://HOST:PORT, the scheduler of a cluster (default: this machine)")
    )
    parser.add_argument("--timeout", type=seconds, default=600.0, metavar="TIME", help=said("how long one case may take (default 10m)"))
    parser.add_argument(
        "--memory", type=_memory, default=4 << 30, metavar="N", help=said("how much memory one worker may take (default 4G)")
    )
    parser.add_argument("--retry-failed", action="store_true", help=said("try those cases again that could not be analyzed before"))
    parser.add_argument("--dry-run", action="store_true", help=said("say which cases there are, and do nothing"))
    parser.add_argument(
        "--progress",
        choices=("auto", "json", "none"),
        default="auto",
        help=said("auto: a bar on a terminal; json: a line of JSON on standard error each second (default auto)"),
    )
    add_format(parser, ("text", "json"), said("how to write the summary (default: by the ending of -o, else text)"))
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit status 0: all cases have a row; 1: some could not be analyzed; 2 comes from errors."""
    from stackan.batch.finding_cases import find_tasks
    from stackan.batch.run import run as run_batch  # first of all, as it says what is not installed

    settle_format(options)
    note_slow_scanner(options)
    tasks = find_tasks(options.inputs, options.case_by, options.store)
    if options.dry_run:
        _tell_plan(tasks, options)
        return 0
    from stackan.batch.summary import summarize
    from stackan.cli.batch_progress import Tally, followed
    from stackan.cli.batch_summary import write_summary

    tally = Tally(len(tasks))
    try:
        with followed(tally, options):
            done = run_batch(tasks, _settings(options), _engine_of(options), tally.add, again=options.retry_failed)
    except KeyboardInterrupt:
        say(_tell_stopped(_count_done(tally.done, options.store, tasks), len(tasks)), options.language)
        raise
    summary = summarize(options.store, done.ids, done.known)
    with output(options.output) as stream:
        write_summary(summary, stream, options)
    return 1 if summary.failures or summary.cases < len(tasks) else 0


def _settings(options: argparse.Namespace) -> Settings:
    from stackan.batch.task import Settings

    return Settings(
        options.store,
        profiles=tuple(options.profile),
        max_bytes=options.max_bytes or 0,
        follow_links=options.follow_links,
        redact=options.redact,
        documents=not options.no_documents,
        memory=options.memory,
        timeout=options.timeout,
    )


def _engine_of(options: argparse.Namespace) -> Engine:
    if options.engine is not None:
        from stackan.batch.cluster import cluster

        return cluster(options.engine.removeprefix(_DASK))
    from stackan.batch.local import cores, local

    return local(options.jobs or cores())


def _count_done(told: int, store: str, tasks: list[Task]) -> int:
    """How many cases have rows: workers have written some on their way out, of which the run was told no more."""
    from stackan.batch.run import count_known

    try:
        return max(told, count_known(store, tasks))
    except (StackanError, OSError):  # the interruption is what is to be told
        return told


def _tell_stopped(done: int, cases: int) -> str:
    return said("{done} of {cases} cases have their rows; the same command goes on from there", done=done, cases=cases)


def _tell_plan(tasks: list[Task], options: argparse.Namespace) -> None:
    from stackan.batch.run import count_known

    known = count_known(options.store, tasks)
    with output(options.output) as stream:
        for task in tasks:
            stream.write(f"{shown(task.case)}\n")  # on one line, whatever is in it
        words = said_of(
            len(tasks),
            "{count} case, {size}; {known} of them done before",
            "{count} cases, {size}; {known} of them done before",
            size=_size(tasks),
            known=known,
        )
        stream.write(in_language(words, options.language) + "\n")


def _size(tasks: list[Task]) -> str:
    from stackan.reading.limits import size_text

    return size_text(sum(task.size for task in tasks))


def _engine(text: str) -> str:
    if not text.startswith(_DASK) or ":" not in text.removeprefix(_DASK):
        raise WrongValue(said("{text} is no engine: give dask://HOST:PORT, or leave it away", text=repr(text)))
    return text


def _memory(text: str) -> int:
    found = size(text)
    if found < _LEAST_MEMORY:
        raise WrongValue(said("{text} is too little for a worker: give 512M or more", text=repr(text)))
    return found


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1024:
        raise WrongValue(said("{text} is no number of workers: give 1 to 1024", text=repr(text)))
    return int(text)
