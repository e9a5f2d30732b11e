"""`stackan collect --dry-run`: what would be done to which process, and what may stand in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.cli.language import in_language
from stackan.cli.streams import output
from stackan.collect.logs import find_logs
from stackan.collect.plan import OWN, Plan
from stackan.collect.rights import find_barriers
from stackan.collect.targets import Target
from stackan.collect.tools import TOOLS, fits
from stackan.model.said import row, said


def tell_plan(plan: Plan, targets: Sequence[Target], language: str) -> None:
    with output(None) as stream:
        for target in targets:
            for at, words in enumerate(_sentences(plan, target)):
                stream.write(f"{'    ' if at else ''}{in_language(words, language)}\n")


def _sentences(plan: Plan, target: Target) -> Iterator[str]:
    way, *others = plan.order or ["proc"]
    yield said(
        "process {pid} ({name}): {rounds} rounds, {interval} s apart, stacks by {way}",
        pid=target.pid,
        name=target.name,
        rounds=plan.rounds,
        interval=f"{plan.interval:g}",
        way=way,
    )
    yield said("its program: {program}", program=target.command.partition(" ")[0])
    if target.container is not None:
        yield said("its container: {container}, where its id is {pid}", container=target.container[:12], pid=target.inner_pid)
    yield from _lacking(way, target)
    yield _harm(plan, way)
    if others:
        yield said("where that does not do: {tools}", tools=row(others))
    if beside := plan.beside(target.pid):
        yield said("beside the stacks: {tools}", tools=row(beside))
    if plan.logs:
        found = find_logs(target.pid)
        yield said("its logs: {paths}", paths=row([log.path for log in found])) if found else said("it has no log open")
    for barrier in find_barriers(target.pid):
        yield said("in the way: {reason}: {remedy}", reason=barrier.reason, remedy=barrier.remedy)


def _lacking(way: str, target: Target) -> Iterator[str]:
    """Why a tool that was asked for will not be let at the process."""
    if way in TOOLS and TOOLS[way].path is None:
        yield said("in the way: {tool} is not installed, or not in PATH", tool=way)
    elif way in TOOLS and not fits(way, target.pid):
        yield said("in the way: the process is none of that tool's run-time")


def _harm(plan: Plan, way: str) -> str:
    if way == "proc" or (way == OWN and not plan.attach):
        return said("nothing is stopped")
    if way == OWN:
        return said("threads that run are stopped one at a time, each for at most {pause} ms", pause=f"{plan.max_pause * 1000:g}")
    if not TOOLS[way].instant:
        return said("its threads are stopped one after the other")
    return said("the whole process is stopped while it is looked at, for at most {seconds} s", seconds=f"{plan.timeout:g}")
