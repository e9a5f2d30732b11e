"""Processes in the text report: those that look alike under one head, and stacks in which several are stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from stackan.model.analysis import Analysis, StackClass
from stackan.model.finding import VERDICTS
from stackan.model.place import Place
from stackan.model.process import Pool, Process, share_of
from stackan.model.track import APPEARED, IDLE, PROGRESSING, STUCK, UNSURE, VANISHED, Track, label
from stackan.report.sources import Shortener
from stackan.report.words import WIDTH, at_most, count, cut, each_with, few, indented, numbers, tally
from stackan.wording import speech
from stackan.wording.catalog import ENGLISH, catalog_of
from stackan.wording.nouns import say

_ENGLISH = catalog_of(ENGLISH)
_WORDS = speech(ENGLISH)
_SHOWN_FRAMES = 12
_SHOWN_MOVED = 4
_SHOWN_STACKS = 10
_SHOWN_ALIKE = 24  # processes under one head, with a line for each
_SHOWN_NAMES = 48  # of processes under one head, in one sentence
_SHOWN_SNAPSHOTS = 24
_SHOWN_NOTES = 4
_SHOWN_LINES = 6  # of a note
_SHOWN_POOLS = 12
_ORDER = ("stuck", "spinning", "progressing", "appeared", "vanished", "idle", "unknown")

Stack = tuple[str, ...]


def fold_processes(analysis: Analysis) -> list[tuple[list[Process], str]]:
    """Processes that look alike, under one head each: the worst verdict first, then the most processes.

    Alike are processes of one role and verdict whose stuck threads stand in the same stacks, however many stand in each.  Of a
    process with one thread that thread has to do the same.
    """
    looks: dict[tuple[object, ...], list[Process]] = {}
    for process, verdict in zip(analysis.processes, analysis.verdicts, strict=True):
        stacks = frozenset(track.place.names for track in process.tracks if track.progress == STUCK)
        pools = frozenset((pool.name, pool_state(pool)) for pool in process.pools)
        story = (*shares(process), idle_words(process)) if len(process.tracks) == 1 else (process.place.role,)
        look = (verdict, process.rules.profile, len(process.dumps), stacks, pools, process.place.warnings, story)
        looks.setdefault(look, []).append(process)
    verdict_of = dict(zip((process.id for process in analysis.processes), analysis.verdicts, strict=True))
    groups = [(processes, verdict_of[processes[0].id]) for processes in looks.values()]
    return sorted(groups, key=lambda group: (VERDICTS.index(group[1]), -len(group[0])))


def render_shared(name: str, stack: StackClass, processes: Sequence[Process]) -> Iterator[str]:
    """A stack in which threads of several processes are stuck, with all of these processes."""
    often = Counter(process.id for process, _ in stack.members)
    pool = common_pool(stack)
    who = count(len(stack.members), "thread") + (f" of {pool}" if pool else "")
    head = f"{name}. {who} in {say(share_of(stack.processes, processes), _ENGLISH)} stuck in {stack.members[0][1].place.purpose}"
    yield from indented(head, 0, 4)
    yield from indented(each_with([(process, str(number)) for process, number in often.items()]), 3, 3)
    yield from stack_lines(stack.names, stack.members[0][1].place.run)


def common_pool(stack: StackClass) -> str:
    """The pool of which they all are workers, each in its own process; "" if there is none."""
    pools = {process.id: {track.key: pool.name for pool in process.pools for track in pool.workers} for process in stack.processes}
    names = {pools[process.id].get(track.key, "") for process, track in stack.members}
    return names.pop() if len(names) == 1 else ""


def head_of(processes: Sequence[Process], verdict: str) -> str:
    roles = {process.place.role for process in processes}
    known = ", ".join(word for word in (processes[0].place.role if len(roles) == 1 else None, processes[0].rules.profile) if word)
    who = f"process {processes[0].id}" if len(processes) == 1 else f"{len(processes)} processes"
    return f"{who}{f' ({known})' if known else ''}: {verdict}"


def render_processes(processes: Sequence[Process], shared: Mapping[Stack, str], short: Shortener) -> Iterator[str]:
    """A process, or several that look alike, of which the first one is shown; `shared` are the names of stacks shown before."""
    process = processes[0]
    if len(processes) == 1:
        sources = few(list(dict.fromkeys(short(dump.source) for dump in process.snapshots)), _SHOWN_SNAPSHOTS)
        yield from indented(f"{count(len(process.snapshots), 'snapshot')}: {sources}", 3, 3)
        yield from indented(sizes(process), 3, 3)
    else:
        yield from render_members(processes)
    for warning in process.place.warnings[:_SHOWN_NOTES]:
        yield from at_most(_SHOWN_LINES, indented(f"note: {warning}", 3, 9))
    if len(process.place.warnings) > _SHOWN_NOTES:
        yield f"   note: {count(len(process.place.warnings) - _SHOWN_NOTES, 'more note')}; --format json has all of them."
    unparsed = sum(len(dump.unparsed_rows) for each in processes for dump in each.dumps)
    if unparsed:
        yield f"   {count(unparsed, 'line')} could not be read (`stackan parse` lists them)"
    pools = sorted(process.pools, key=lambda pool: not pool.exhausted)
    for pool in pools[:_SHOWN_POOLS]:
        yield from render_pool(pool)
    if len(pools) > _SHOWN_POOLS:
        yield f"   ... and {count(len(pools) - _SHOWN_POOLS, 'more pool')}; --format json has all of them."
    yield from render_changes(process)
    yield from render_stuck(process, shared)
    words = idle_words(process)
    if words:
        yield from indented(f"idle: {words}", 3, 9)
    unsure = tally(stance(track.place) for track in process.tracks if track.progress == UNSURE)
    if unsure:
        yield from indented(f"unknown: {unsure}", 3, 12)


def render_members(processes: Sequence[Process]) -> Iterator[str]:
    """Who looks alike: one line for all if their threads do the same, else a line for each."""
    if len({sizes(process) for process in processes}) == 1:
        yield from indented(few([process.id for process in processes], _SHOWN_NAMES, " "), 3, 3)
        yield from indented(sizes(processes[0]).replace(":", " each:", 1), 3, 3)
    else:
        for process in processes[:_SHOWN_ALIKE]:
            yield cut(f"   {process.id}, {sizes(process)}", WIDTH)
        if len(processes) > _SHOWN_ALIKE:
            yield f"   ... and {len(processes) - _SHOWN_ALIKE} more like these"
    if len(processes[0].tracks) > 1:
        yield cut(f"   shown: {processes[0].id}", WIDTH)


def sizes(process: Process) -> str:
    return f"{count(len(process.tracks), 'thread')}: {', '.join(shares(process))}"


def shares(process: Process) -> list[str]:
    return [f"{number} {word}" for word in _ORDER if (number := sum(track.progress == word for track in process.tracks))]


def render_changes(process: Process) -> Iterator[str]:
    """What changed between the snapshots: who came, who went, who moved and from where to where."""
    for progress, words in ((APPEARED, "new"), (VANISHED, "gone")):
        tracks = [track for track in process.tracks if track.progress == progress]
        if tracks:
            doing = tally(stance(track.place) for track in tracks)
            yield from indented(f"{words}: {numbers([track.shown for track in tracks], 8)}; {doing}", 3, 6)
    moves: dict[str, list[Track]] = {}
    for track in process.tracks:
        if track.progress == PROGRESSING:
            moves.setdefault(f"{_WORDS.title(track.note)}{move(track)}", []).append(track)
    ranked = sorted(moves.items(), key=lambda item: (-len(item[1]), item[1][0].newest.thread))
    for words, tracks in ranked[:_SHOWN_MOVED]:
        line = f"  [{tracks[0].timeline}]" if len(process.dumps) > 2 and len(tracks) == 1 else ""
        who = (
            label(tracks[0])
            if len(tracks) == 1
            else f"{count(len(tracks), 'thread')} ({numbers([track.shown for track in tracks], 8)}), each"
        )
        yield from indented(f"moved: {who} {words}{line}", 3, 10)
    if len(ranked) > _SHOWN_MOVED:
        yield f"   ... and {sum(len(tracks) for _, tracks in ranked[_SHOWN_MOVED:])} more that moved"


def move(track: Track) -> str:
    """From where to where a thread moved last: `, from recv to write_row`; nothing where these are one."""
    purposes = [sighting.place.purpose for _, sighting in track.sightings[-2:]]
    return f", from {purposes[0]} to {purposes[1]}" if len(purposes) == 2 and purposes[0] != purposes[1] else ""


def render_pool(pool: Pool) -> Iterator[str]:
    state = pool_state(pool)
    rest = len(pool.workers) - pool.idle - pool.blocked - pool.progressing
    shares = f"{pool.idle} idle, {pool.blocked} blocked, {pool.progressing} moving" + (f", {rest} unknown" if rest > 0 else "")
    yield from indented(f"pool {pool.name}, {count(len(pool.workers), 'worker')}: {shares}; {state}", 3, 6)


def pool_state(pool: Pool) -> str:
    if pool.exhausted:
        return "EXHAUSTED"
    if pool.growable:
        return "grows when needed"
    if pool.blocked == len(pool.workers):
        return "all blocked"
    if not pool.idle:
        return "moves"
    return "has free workers" if pool.declared or _works(pool) else "all parked alike, none seen at work"


def _works(pool: Pool) -> bool:
    """Whether any of its workers was ever seen at work: else that they are a pool's is a guess."""
    return any(sighting.place.verb != "idle" for worker in pool.workers for _, sighting in worker.sightings)


def render_stuck(process: Process, shared: Mapping[Stack, str]) -> Iterator[str]:
    """Stuck threads folded by equal stack, the largest group first."""
    groups: dict[Stack, list[Track]] = {}
    for track in process.tracks:
        if track.progress == STUCK:
            groups.setdefault(track.place.names, []).append(track)
    ranked = sorted(groups.values(), key=lambda tracks: (-len(tracks), tracks[0].newest.thread))
    for tracks in ranked[:_SHOWN_STACKS]:
        place = tracks[0].place
        above = shared.get(place.names)
        where = f" in {above}" if above else ""
        counted = tally(track.counted for track in tracks if track.counted)
        told = f"; counters: {counted}" if counted else ""
        yield from indented(f"stuck{where}, {count(len(tracks), 'thread')}: {numbers([track.shown for track in tracks], 8)}{told}", 3, 6)
        if not above:
            yield from stack_lines(place.names, place.run)
    if len(ranked) > _SHOWN_STACKS:
        yield f"   ... and {len(ranked) - _SHOWN_STACKS} more stuck stacks; --format json has all of them."


def stack_lines(names: Sequence[str], run: int) -> Iterator[str]:
    """A stack, innermost first; the wait's own plumbing is folded to the frame that names it."""
    if run:
        yield cut(f"      {names[run - 1]}" + (f"  (and {count(run - 1, 'frame')} inside it)" if run > 1 else ""), WIDTH)
    rest = names[run:]
    for name in rest[:_SHOWN_FRAMES]:
        yield cut(f"      {name}", WIDTH)
    if len(rest) > _SHOWN_FRAMES:
        yield f"      ... {len(rest) - _SHOWN_FRAMES} more"


def idle_words(process: Process) -> str:
    """What was idle, by reason: `7 mariadb.background, 5 mariadb.tpool-worker`."""
    idle = (track.place for track in process.tracks if track.progress == IDLE)
    return tally(place.rule.id if place.rule is not None else place.purpose for place in idle)


def stance(place: Place) -> str:
    """`sleeping in lab_stay`; only the place where the stack doesn't tell."""
    return f"in {place.purpose}" if place.verb == "unknowable" else f"{place.verb} in {place.purpose}"
