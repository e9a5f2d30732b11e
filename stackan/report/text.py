"""Analysis → text for a terminal: the verdict first, then its proof and what to do, then the rest of the process.

It fits 80 columns and reads well without color.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from stackan.model.analysis import Analysis
from stackan.model.finding import VERDICT_OF, VERDICTS, Finding
from stackan.model.place import Place
from stackan.model.process import Pool, Process
from stackan.model.track import APPEARED, IDLE, PROGRESSING, STUCK, UNSURE, VANISHED, Track, label
from stackan.report.words import WIDTH, count, cut, numbers, safe, short, wrap

_SHOWN_PROCESSES = 8  # of a case; findings name every process that they are about
_SHOWN_FRAMES = 12
_SHOWN_QUOTES = 6
_SHOWN_MOVED = 4
_SHOWN_NOTES = 4
_SHOWN_STACKS = 10
_ORDER = ("stuck", "spinning", "progressing", "appeared", "vanished", "idle", "unknown")
_COLORS = {"critical": "31;1", "warning": "33;1", "info": "36", "head": "1"}


def write(analysis: Analysis, stream: TextIO, color: bool = False) -> None:
    """Write the report to a stream."""
    for line in render(analysis, color):
        stream.write(line + "\n")


def render(analysis: Analysis, color: bool = False) -> Iterator[str]:
    """The lines of the report."""
    counted = (finding for finding in analysis.findings if finding.counts and VERDICT_OF.get(finding.kind) == analysis.verdict)
    sure = next((f" ({finding.confidence})" for finding in counted), "")
    grave = "critical" if analysis.critical else "head"
    yield paint(f"{analysis.verdict.upper()}{sure}", grave, color)
    yield from wrap(safe(analysis.headline), WIDTH)
    for warning in analysis.warnings[:_SHOWN_NOTES]:
        yield from indented(f"note: {safe(warning)}", 0, 6)
    if len(analysis.warnings) > _SHOWN_NOTES:
        yield f"note: {len(analysis.warnings) - _SHOWN_NOTES} more notes; --format json has all of them."
    for number, finding in enumerate(analysis.findings, 1):
        yield ""
        yield from render_finding(number, finding, len(analysis.processes) > 1, color)
    folded = fold_processes(analysis)
    for processes, verdict in folded[:_SHOWN_PROCESSES]:
        yield ""
        yield from render_processes(processes, verdict, color)
    if len(folded) > _SHOWN_PROCESSES:
        rest = sum(len(processes) for processes, _ in folded[_SHOWN_PROCESSES:])
        yield ""
        yield f"... and {rest} more processes; --format json has all of them."


def fold_processes(analysis: Analysis) -> list[tuple[list[Process], str]]:
    """Processes that look alike, under one head each: the worst verdict first, then the most processes."""
    alike: dict[tuple[object, ...], list[Process]] = {}
    for process, verdict in zip(analysis.processes, analysis.verdicts, strict=True):
        stacks = tuple(sorted({(track.place.names, track.progress) for track in process.tracks if track.progress == STUCK}))
        look = (verdict, process.rules.profile, len(process.dumps), *shares(process), stacks, idle_words(process), *process.place.warnings)
        alike.setdefault(look if len(process.tracks) == 1 else (process.id,), []).append(process)
    verdict_of = dict(zip((process.id for process in analysis.processes), analysis.verdicts, strict=True))
    groups = [(processes, verdict_of[processes[0].id]) for processes in alike.values()]
    return sorted(groups, key=lambda group: (VERDICTS.index(group[1]), -len(group[0])))


def paint(text: str, style: str, color: bool) -> str:
    return f"\033[{_COLORS[style]}m{text}\033[0m" if color else text


def indented(text: str, first: int, rest: int) -> Iterator[str]:
    """The text wrapped, with its first line and the following ones indented."""
    for at, line in enumerate(wrap(text, WIDTH - max(first, rest))):
        yield " " * (first if at == 0 else rest) + line


def render_finding(number: int, finding: Finding, several: bool, color: bool) -> Iterator[str]:
    head = f"{number}. {finding.kind}: {finding.severity}, {finding.confidence}"
    if several:
        head += f", process {' '.join(process.id for process in finding.processes[:4])}"
    yield paint(cut(head, WIDTH), finding.severity, color)
    yield from indented(safe(finding.title), 3, 3)
    yield ""
    yield from indented(safe(finding.explanation), 3, 3)
    yield ""
    if finding.threads:
        yield from labelled("threads", numbers([track.shown for _, track in finding.threads], 24), 12)
    for at, quote in enumerate(finding.evidence[:_SHOWN_QUOTES]):
        yield cut(f"   {'proof' if at == 0 else '':7}  {safe(short(quote.source))}:{quote.line}", WIDTH)
        yield cut(f"            {safe(quote.text.strip())}", WIDTH)
    if len(finding.evidence) > _SHOWN_QUOTES:
        yield f"            ... and {len(finding.evidence) - _SHOWN_QUOTES} more lines like these (--format json)"
    for at, advice in enumerate(finding.advice):
        yield from labelled("do next" if at == 0 else "", f"{at + 1}. {safe(advice)}", 15)


def labelled(name: str, text: str, rest: int) -> Iterator[str]:
    """The text wrapped behind a label; following lines are indented by `rest`."""
    for at, line in enumerate(wrap(text, WIDTH - max(rest, 12))):
        yield f"   {name:7}  {line}" if at == 0 else " " * rest + line


def render_processes(processes: Sequence[Process], verdict: str, color: bool) -> Iterator[str]:
    """A process, or several that look alike."""
    process = processes[0]
    known = ", ".join(word for word in (process.place.role, process.rules.profile) if word)
    about = f" ({safe(known)})" if known else ""
    if len(processes) == 1:
        yield paint(cut(f"process {safe(process.id)}{about}: {verdict}", WIDTH), "head", color)
        sources = ", ".join(dict.fromkeys(short(dump.source) for dump in process.dumps))
        yield from indented(f"{count(len(process.dumps), 'snapshot')}: {safe(sources)}", 3, 3)
    else:
        yield paint(cut(f"{len(processes)} processes{about}: {verdict}", WIDTH), "head", color)
        yield from indented(safe(" ".join(process.id for process in processes)), 3, 3)
    yield from indented(
        f"{count(len(process.tracks), 'thread')}{' each' if len(processes) > 1 else ''}: {', '.join(shares(process))}", 3, 3
    )
    for warning in process.place.warnings:
        yield from indented(f"note: {safe(warning)}", 3, 9)
    unparsed = sum(len(dump.unparsed_rows) for dump in process.dumps)
    if unparsed:
        yield f"   {count(unparsed, 'line')} could not be read (`stackan parse` lists them)"
    for pool in process.pools:
        yield from render_pool(pool)
    yield from render_changes(process)
    yield from render_stuck(process)
    words = idle_words(process)
    if words:
        yield from indented(f"idle: {safe(words)}", 3, 9)
    unsure = tally(stance(track.place) for track in process.tracks if track.progress == UNSURE)
    if unsure:
        yield from indented(f"unknown: {safe(unsure)}", 3, 12)


def shares(process: Process) -> list[str]:
    return [f"{number} {word}" for word in _ORDER if (number := sum(track.progress == word for track in process.tracks))]


def render_changes(process: Process) -> Iterator[str]:
    """What changed between the snapshots: who came, who went, who moved and how; with more than two snapshots as time lines."""
    for progress, words in ((APPEARED, "new"), (VANISHED, "gone")):
        tracks = [track for track in process.tracks if track.progress == progress]
        if tracks:
            yield from indented(f"{words}: {numbers([track.shown for track in tracks], 8)}", 3, 6)
    moved = [track for track in process.tracks if track.progress == PROGRESSING]
    for track in moved[:_SHOWN_MOVED]:
        line = f"  [{track.timeline}]" if len(process.dumps) > 2 else ""
        yield from indented(f"moved: {safe(label(track))} {safe(track.note)}{line}", 3, 10)
    if len(moved) > _SHOWN_MOVED:
        yield f"   ... and {len(moved) - _SHOWN_MOVED} more that moved"


def render_pool(pool: Pool) -> Iterator[str]:
    state = pool_state(pool)
    shares = f"{count(len(pool.workers), 'worker')}: {pool.idle} idle, {pool.blocked} blocked, {pool.progressing} moving; {state}"
    yield from indented(f"pool {safe(pool.name)}, {shares}", 3, 6)


def pool_state(pool: Pool) -> str:
    if pool.exhausted:
        return "EXHAUSTED"
    if pool.growable:
        return "grows when needed"
    if pool.blocked == len(pool.workers):
        return "all blocked"
    return "has free workers" if pool.idle else "moves"


def render_stuck(process: Process) -> Iterator[str]:
    """Stuck threads folded by equal stack, the largest group first."""
    groups: dict[tuple[str, ...], list[Track]] = {}
    for track in process.tracks:
        if track.progress == STUCK:
            groups.setdefault(track.place.names, []).append(track)
    ranked = sorted(groups.values(), key=lambda tracks: (-len(tracks), tracks[0].newest.thread))
    for tracks in ranked[:_SHOWN_STACKS]:
        place = tracks[0].place
        yield from indented(f"stuck, {count(len(tracks), 'thread')}: {numbers([track.shown for track in tracks], 8)}", 3, 6)
        yield from stack_lines(place.names, place.run)
    if len(ranked) > _SHOWN_STACKS:
        yield f"   ... and {len(ranked) - _SHOWN_STACKS} more stuck stacks; --format json has all of them."


def stack_lines(names: Sequence[str], run: int) -> Iterator[str]:
    """A stack, innermost first; the wait's own plumbing is folded to the frame that names it."""
    if run:
        yield cut(f"      {safe(names[run - 1])}" + (f"  (and {count(run - 1, 'frame')} inside it)" if run > 1 else ""), WIDTH)
    rest = names[run:]
    for name in rest[:_SHOWN_FRAMES]:
        yield cut(f"      {safe(name)}", WIDTH)
    if len(rest) > _SHOWN_FRAMES:
        yield f"      ... {len(rest) - _SHOWN_FRAMES} more"


def idle_words(process: Process) -> str:
    """What was idle, by reason: `7 mariadb.background, 5 mariadb.tpool-worker`."""
    idle = (track.place for track in process.tracks if track.progress == IDLE)
    return tally(place.rule.id if place.rule is not None else place.purpose for place in idle)


def stance(place: Place) -> str:
    """`sleeping in lab_stay`; only the place where the stack doesn't tell."""
    return f"in {place.purpose}" if place.verb == "unknowable" else f"{place.verb} in {place.purpose}"


def tally(words: Iterable[str]) -> str:
    """The words with their numbers, the most frequent first."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{number} {word}" for word, number in ranked]
    return ", ".join(parts[:8]) + (f", {len(parts) - 8} more" if len(parts) > 8 else "")
