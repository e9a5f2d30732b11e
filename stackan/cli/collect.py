"""`stackan collect`: live processes → an archive of snapshots, with what no dump shows."""

from __future__ import annotations

import argparse
import sys

from stackan.cli.common import add_language, size
from stackan.cli.help import WrongValue
from stackan.cli.printing import say
from stackan.cli.values import process, seconds
from stackan.errors import UsageError
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.collect.manifest import Manifest
    from stackan.collect.plan import Plan
    from stackan.collect.targets import Target

_WAYS = ("auto", "own", "eu-stack", "gdb", "pstack", "lldb", "py-spy", "jcmd", "proc")
_NOT_MASKED = said(
    "--clean masks hosts, users, addresses and quoted strings; statements and passwords in logs and command lines stay: send what "
    "`stackan redact` makes of the archive"
)
_LARGEST = 1 << 30  # bytes of a log


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("--pid", type=process, action="append", default=[], metavar="N", help=said("a process by its id; may be repeated"))
    parser.add_argument("--name", action="append", default=[], help=said("processes by the name of their program"))
    parser.add_argument("--match", action="append", default=[], metavar="TEXT", help=said("processes with this text in their command line"))
    parser.add_argument("--cgroup", action="append", default=[], help=said("processes of a control group, or of a container by its id"))
    parser.add_argument("--children", action="store_true", help=said("their child processes, too"))
    parser.add_argument("--rounds", type=_count, default=2, metavar="N", help=said("how many snapshots (default 2)"))
    parser.add_argument("--interval", type=seconds, default=180.0, metavar="TIME", help=said("between two snapshots (default 180s)"))
    parser.add_argument("--align", type=seconds, default=0.0, metavar="TIME", help=said("begin when the clock shows a multiple of this"))
    parser.add_argument(
        "--with",
        dest="way",
        choices=_WAYS,
        default="auto",
        help=said("what takes the stacks; own: stackan itself; proc: nothing (default auto)"),
    )
    blocking = parser.add_mutually_exclusive_group()
    blocking.add_argument("--no-block", action="store_true", help=said("stop nobody: threads that run just then have no stack"))
    blocking.add_argument(
        "--per-thread", action="store_true", help=said("stop threads that run, one at a time, each for less than a millisecond (default)")
    )
    blocking.add_argument("--stop", action="store_true", help=said("stop the whole process, for stacks of one instant: gdb"))
    parser.add_argument(
        "--max-pause", type=seconds, default=0.05, metavar="TIME", help=said("how long --per-thread may stop one thread (default 50ms)")
    )
    parser.add_argument(
        "--timeout", type=seconds, default=60.0, metavar="TIME", help=said("how long one tool may take for one process (default 60s)")
    )
    parser.add_argument("--command-lines", action="store_true", help=said("store command lines, which may hold passwords"))
    parser.add_argument(
        "--logs", type=_of_a_log, default=0, metavar="SIZE", help=said("store the end of the logs that they write, such as 4M of each")
    )
    parser.add_argument("--clean", action="store_true", help=said("mask hosts, users, addresses and strings"))
    parser.add_argument("--redact", action="store_true", help=said("redact the archive once it is whole, as `stackan redact` does"))
    parser.add_argument("--dry-run", action="store_true", help=said("say what would be done to which process, and do nothing"))
    parser.add_argument(
        "--print-script", action="store_true", help=said("write a shell script for hosts without Python that does the same, and do nothing")
    )
    parser.add_argument("-o", "--output", metavar="FILE", help=said("the archive to write, a name in .tar.gz or .tar.zst"))
    parser.add_argument("-q", "--quiet", action="store_true", help=said("no notes on standard error"))
    add_language(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit status 0: whole; 1: partial; 2: nothing."""
    if options.print_script:
        return _print_script(options)
    if sys.platform != "linux":
        raise UsageError(said("collect reads /proc, which only Linux has; take the dumps with the system's own tool"))
    from stackan.collect.targets import Wanted, find_targets

    wanted = Wanted(options.pid, options.name, options.match, options.cgroup, options.children)
    if not any(wanted[:4]):
        raise UsageError(said("name the processes: --pid, --name, --match or --cgroup"))
    targets = find_targets(wanted)
    if options.dry_run:
        from stackan.cli.collect_plan import tell_plan

        tell_plan(_plan(options), targets, options.language)
        return 0
    if options.output is None:
        raise UsageError(said("give the archive to write: -o case.tar.gz"))
    return _collect(options, targets)


def _print_script(options: argparse.Namespace) -> int:
    import os

    from stackan.cli.streams import output
    from stackan.collect.script import script

    if options.output is not None and os.path.isfile(options.output):
        raise UsageError(said("{path}: is there already, and nothing is overwritten; give another name to -o", path=options.output))
    with output(options.output) as stream:
        stream.write(script())
    return 0


def _plan(options: argparse.Namespace) -> Plan:
    from stackan.collect.plan import Plan

    return Plan(
        options.rounds,
        options.interval,
        options.align,
        _way(options),
        attach=not options.no_block,
        max_pause=options.max_pause,
        timeout=options.timeout,
        clean=options.clean,
        with_command=options.command_lines,
        logs=options.logs,
    )


def _collect(options: argparse.Namespace, targets: list[Target]) -> int:
    from stackan.collect.archive import Archive
    from stackan.collect.rounds import collect

    plan, target = _plan(options), options.output
    if options.redact:
        from stackan.redact.rewriting import check_target

        check_target(target)
        target = _unredacted(target)
    with Archive(target) as archive:
        try:
            manifest = collect(targets, plan, archive, lambda words: None if options.quiet else say(words, options.language))
        except KeyboardInterrupt:
            if options.redact:
                say(
                    said("{path}: what was captured so far, not redacted; give it to `stackan redact`, or delete it", path=target),
                    options.language,
                )
            raise
    if not options.quiet:
        _tell_troubles(manifest, options)
        if options.clean and not options.redact and (options.logs or options.command_lines):
            say(_NOT_MASKED, options.language)
    if options.redact:
        _redact(target, options)
    return 0 if manifest.is_whole else 2 if manifest.is_empty else 1


def _unredacted(target: str) -> str:
    """`case.unredacted.tar.gz`: what is left if the capture is cut off says itself what it is."""
    from stackan.collect.archive import ENDINGS

    ending = next(filter(target.endswith, ENDINGS), None)
    return f"{target.removesuffix(ending)}.unredacted{ending}" if ending is not None else target


def _redact(taken: str, options: argparse.Namespace) -> None:
    """The archive as it may leave the house; as it was taken it is gone behind it."""
    import os
    import socket

    from stackan.cli.redact import tell
    from stackan.redact.rewriting import redact

    outcome = redact(taken, options.output, hide=filter(None, [socket.gethostname()]))  # which a text alone does not show to be a host
    os.unlink(taken)
    if not options.quiet:
        say(tell(outcome, options.output), options.language)


def _way(options: argparse.Namespace) -> str:
    """What takes the stacks, as far as it may stop the process.  Raises UsageError where two options contradict each other."""
    way: str = options.way
    if options.no_block:
        if way not in ("auto", "own", "proc"):
            raise UsageError(said("{way} stops the process, which --no-block forbids; leave one of the two away", way=way))
        return "own" if way == "auto" else way
    if options.stop:
        if way not in ("auto", "gdb", "pstack", "lldb"):
            raise UsageError(said("{way} takes no stacks of one instant, as --stop asks for; leave one of the two away", way=way))
        return "stop" if way == "auto" else way
    return way


def _tell_troubles(manifest: Manifest, options: argparse.Namespace) -> None:
    """Each trouble once; behind those of a process what lifts them."""
    from stackan.collect.rights import find_barriers

    troubles: dict[int, dict[str, None]] = {}
    for step in manifest.steps:
        if step.failed and step.trouble is not None:
            told = said("process {pid}: {tool}: {trouble}", pid=step.pid, tool=step.tool, trouble=step.trouble)
            troubles.setdefault(step.pid, {})[told] = None
    for pid, row in troubles.items():
        for each in row:
            say(each, options.language)
        for barrier in find_barriers(pid):
            words = said("{reason}: {remedy}", reason=barrier.reason, remedy=barrier.remedy)
            say(said("process {pid}: in the way: {words}", pid=pid, words=words), options.language)


def _of_a_log(text: str) -> int:
    """`4M`, as far as it can be held at once."""
    found = size(text)
    if found > _LARGEST:
        raise WrongValue(said("{text} is no size: give bytes, or a number with K or M, 1024M at most", text=repr(text)))
    return found


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:5]) <= 1000:
        raise WrongValue(said("{text} is no number of rounds: give 1 to 1000", text=repr(text)))
    return int(text)
