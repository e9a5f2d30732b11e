"""Processes in the text report: those that look alike under one head, and stacks in which several are stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from stackan.model.analysis import Analysis, StackClass
from stackan.model.finding import VERDICTS
from stackan.model.labels import label, mark
from stackan.model.place import StackMeaning
from stackan.model.process import Pool, Process, share_of
from stackan.model.said import said, said_of
from stackan.model.track import APPEARED, IDLE, PROGRESSING, STUCK, UNSURE, VANISHED, Track
from stackan.report.membership import workers_of
from stackan.report.page import Page, number_of, snapshots_of, threads_of
from stackan.report.sources import Shortener
from stackan.report.terms import term
from stackan.wording.nouns import say

_SHOWN_FRAMES = 12
_SHOWN_MOVED = 4
_SHOWN_STACKS = 10
_SHOWN_ALIKE = 24  # processes under one head, with a line for each
_SHOWN_NAMES = 48  # of processes under one head, in one sentence
_SHOWN_SNAPSHOTS = 24
_SHOWN_NOTES = 4
_SHOWN_LINES = 6  # of a note
_SHOWN_POOLS = 12
SEEMS_IDLE = "seemingly idle"  # for the reader, a thread that no rule calls idle is another thing than one that a rule knows
_ORDER = ("stuck", "spinning", "progressing", "appeared", "vanished", "idle", SEEMS_IDLE, "unknown")

Stack = tuple[str, ...]


def fold_processes(analysis: Analysis) -> list[tuple[list[Process], str]]:
    """Processes that look alike, under one head each: the worst verdict first, then the most processes.

    Alike are processes of one role and verdict whose stuck threads have the same stacks, however many have each.  Processes with
    one thread are alike only if that thread does the same.
    """
    looks: dict[tuple[object, ...], list[Process]] = {}
    for process, verdict in zip(analysis.processes, analysis.verdicts, strict=True):
        stacks = frozenset(track.place.names for track in process.tracks if track.progress == STUCK)
        pools = frozenset((pool.name, pool_state(pool)) for pool in process.pools)
        story = (*map(progress_of, process.tracks), *_idle_places(process)) if len(process.tracks) == 1 else (process.inputs.role,)
        look = (verdict, process.rules.profile, len(process.dumps), stacks, pools, process.inputs.warnings, story)
        looks.setdefault(look, []).append(process)
    verdict_of = dict(zip((process.id for process in analysis.processes), analysis.verdicts, strict=True))
    groups = [(processes, verdict_of[processes[0].id]) for processes in looks.values()]
    return sorted(groups, key=lambda group: (VERDICTS.index(group[1]), -len(group[0])))


def worst_first(analysis: Analysis) -> list[tuple[Process, str]]:
    """All processes, each with its verdict, the worst verdict first: where only some of them are named, it is these."""
    return sorted(zip(analysis.processes, analysis.verdicts, strict=True), key=lambda pair: VERDICTS.index(pair[1]))


def render_shared(name: str, stack: StackClass, processes: Sequence[Process], page: Page) -> Iterator[str]:
    """A stack in which threads of several processes are stuck, with all of these processes."""
    often = Counter(process.id for process, _ in stack.members)
    pool = common_pool(stack)
    known = {
        "name": name,
        "count": len(stack.members),
        "processes": say(share_of(stack.processes, processes), page.catalog),
        "function": _wait_of(stack),
    }
    yield from page.indented(
        said("{name}. {count} threads of {pool} in {processes} stuck in {function}", **known, pool=page.catalog.of_profile(pool))
        if pool
        else said("{name}. {count} threads in {processes} stuck in {function}", **known),
        0,
        4,
    )
    yield from page.indented(page.each_with([(process, str(number)) for process, number in often.items()]), 3, 3)
    yield from stack_lines(stack.names, stack.members[0][1].place.wait_frames, page)


def _wait_of(stack: StackClass) -> str:
    """The function that tells what they wait for: that of the wait, where only a pool's own loop is left behind a script's frames."""
    process, track = stack.members[0]
    place = track.place
    loops = {name for pool in process.pools if track in pool.workers for name in (pool.dispatch, *_frames_of(pool))}
    if place.wait_frames and place.purpose in loops:
        return place.names[place.wait_frames - 1]
    return place.purpose


def _frames_of(pool: Pool) -> tuple[object, ...]:
    """The frames by which a profile knows its workers."""
    frames = pool.evidence.values.get("frames", ())
    return frames if isinstance(frames, tuple) else ()


def common_pool(stack: StackClass) -> str:
    """The pool of which they all are workers, each in its own process; "" if there is none."""
    pools = workers_of(stack.processes)
    names = {pool.name if (pool := pools.get(id(track))) is not None else "" for _, track in stack.members}
    return names.pop() if len(names) == 1 else ""


def head_of(processes: Sequence[Process], verdict: str, page: Page) -> str:
    """`process 17802 (mariadb): worker-exhaustion`, `14 processes (datanode, mariadb): idle`"""
    roles = {process.inputs.role for process in processes}
    role, profile = processes[0].inputs.role if len(roles) == 1 else None, processes[0].rules.profile
    if len(processes) == 1 and profile and processes[0].id.startswith(f"{profile} ("):
        profile = None  # the name says it
    known = page.listed(term(word) for word in (role, profile) if word)
    if len(processes) == 1:
        name = processes[0].id
        if known:
            return said("process {name} ({known}): {verdict}", name=name, known=known, verdict=term(verdict))
        return said("process {name}: {verdict}", name=name, verdict=term(verdict))
    if known:
        return said("{count} processes ({known}): {verdict}", count=len(processes), known=known, verdict=term(verdict))
    return said("{count} processes: {verdict}", count=len(processes), verdict=term(verdict))


def render_processes(processes: Sequence[Process], shared: Mapping[Stack, str], short: Shortener, page: Page) -> Iterator[str]:
    """A process, or several that look alike, of which the first one is shown; `shared` are the names of stacks shown before."""
    process = processes[0]
    if len(processes) == 1:
        sources = page.few(list(dict.fromkeys(short(dump.source) for dump in process.snapshots)), _SHOWN_SNAPSHOTS)
        yield from page.indented(said("{snapshots}: {sources}", snapshots=snapshots_of(len(process.snapshots)), sources=sources), 3, 3)
        yield from page.indented(sizes(process, page), 3, 3)
    else:
        yield from render_members(processes, page)
    yield from _render_notes(processes, page)
    yield from render_pools(process.pools, page)
    yield from render_changes(process, page)
    yield from render_stuck(process, shared, page)
    yield from render_idle(process, page)
    unsure = page.tally(stance(track.place) for track in process.tracks if track.progress == UNSURE)
    if unsure:
        yield from page.indented(said("unknown: {places}", places=unsure), 3, 12)


def render_at_rest(processes: Sequence[Process], page: Page) -> Iterator[str]:
    """An idle process beside one in trouble, in a line, unless there is more to know; or several that look alike."""
    head = head_of(processes, "idle", page)
    if len(processes) == 1:
        yield page.line(said("{head} ({sizes})", head=head, sizes=sizes(processes[0], page)))
    else:
        yield page.line(head)
        yield from render_members(processes, page)
    yield from _render_notes(processes, page)
    yield from render_pools([pool for pool in processes[0].pools if not pool.idle], page)


def _render_notes(processes: Sequence[Process], page: Page) -> Iterator[str]:
    told = (warning for dump in processes[0].dumps for warning in dump.warnings)
    warnings = list(dict.fromkeys((*processes[0].inputs.warnings, *told)))
    for warning in warnings[:_SHOWN_NOTES]:
        yield from page.at_most(_SHOWN_LINES, page.indented(said("note: {note}", note=warning), 3, 9))
    if len(warnings) > _SHOWN_NOTES:
        yield page.line(more_notes(len(warnings) - _SHOWN_NOTES), 3)
    unparsed = sum(len(dump.unparsed_rows) for each in processes for dump in each.dumps)
    if unparsed:
        yield page.line(_unread(unparsed), 3)
    read, used = (sum(numbers) for numbers in zip(*((dump.frames_read, dump.frames_used) for each in processes for dump in each.snapshots)))
    if read != used:
        yield from page.indented(_not_used(read, used), 3, 6)


def more_notes(hidden: int) -> str:
    return said_of(
        hidden, "note: {count} more note; --format json has all of them.", "note: {count} more notes; --format json has all of them."
    )


def _unread(lines: int) -> str:
    return said_of(
        lines, "{count} line could not be read (`stackan parse` lists it)", "{count} lines could not be read (`stackan parse` lists them)"
    )


def _not_used(read: int, used: int) -> str:
    return said(
        "{read} frame lines read, {used} used: the others are printed a second time, or stand under no thread", read=read, used=used
    )


def render_members(processes: Sequence[Process], page: Page) -> Iterator[str]:
    """The processes that look alike: one line for all if their threads do the same, else a line for each."""
    if len({sizes(process, page) for process in processes}) == 1:
        yield from page.indented(page.few([process.id for process in processes], _SHOWN_NAMES), 3, 3)
        each = said("{threads} each: {shares}", threads=threads_of(len(processes[0].tracks)), shares=shares(processes[0], page))
        yield from page.indented(each, 3, 3)
    else:
        for process in processes[:_SHOWN_ALIKE]:
            yield page.line(said("{name}, {sizes}", name=process.id, sizes=sizes(process, page)), 3)
        if len(processes) > _SHOWN_ALIKE:
            yield page.line(said("... and {count} more like these", count=len(processes) - _SHOWN_ALIKE), 3)
    if len(processes[0].tracks) > 1:
        yield page.line(said("shown: {name}", name=processes[0].id), 3)


def sizes(process: Process, page: Page) -> str:
    """`25 threads: 10 stuck, 15 idle`"""
    return said("{threads}: {shares}", threads=threads_of(len(process.tracks)), shares=shares(process, page))


def shares(process: Process, page: Page) -> str:
    numbers = Counter(map(progress_of, process.tracks))
    return page.listed(number_of(numbers[word], term(word)) for word in _ORDER if numbers[word])


def progress_of(track: Track) -> str:
    """The progress of a thread between the snapshots; it is idle only by a rule, or by the text itself."""
    return SEEMS_IDLE if track.progress == IDLE and track.place.rule is None else track.progress


def render_changes(process: Process, page: Page) -> Iterator[str]:
    """The changes between the snapshots: threads that came, went, or moved, and from where to where."""
    new = [track for track in process.tracks if track.progress == APPEARED]
    gone = [track for track in process.tracks if track.progress == VANISHED]
    if new:
        yield from page.indented(said("new: {threads}; {places}", **_numbered(new, page)), 3, 6)
    if gone:
        yield from page.indented(said("gone: {threads}; {places}", **_numbered(gone, page)), 3, 6)
    moves: dict[str, list[Track]] = {}
    for track in process.tracks:
        if track.progress == PROGRESSING:
            moves.setdefault(page.say(_moved(track, page)), []).append(track)
    ranked = sorted(moves.items(), key=lambda item: (-len(item[1]), item[1][0].newest.thread))
    for how, tracks in ranked[:_SHOWN_MOVED]:
        course = f"  [{tracks[0].timeline}]" if len(process.dumps) > 2 and len(tracks) == 1 else ""
        if len(tracks) == 1:
            line = said("moved: {thread} {how}{course}", thread=label(tracks[0]), how=how, course=course)
        else:
            numbers = page.numbers([mark(track) for track in tracks], 8)
            line = said("moved: {count} threads ({numbers}), each {how}", count=len(tracks), numbers=numbers, how=how)
        yield from page.indented(line, 3, 10)
    if len(ranked) > _SHOWN_MOVED:
        hidden = sum(len(tracks) for _, tracks in ranked[_SHOWN_MOVED:])
        yield page.line(said("... and {count} more that moved", count=hidden), 3)


def _numbered(tracks: Sequence[Track], page: Page) -> dict[str, str]:
    return {"threads": page.numbers([mark(track) for track in tracks], 8), "places": page.tally(stance(track.place) for track in tracks)}


def _moved(track: Track, page: Page) -> str:
    """Why a thread counts as moving, and from where to where it moved last, where these are two: `…, from recv to write_row`."""
    why = page.speech.title(track.note)
    purposes = [sighting.place.purpose for _, sighting in track.sightings[-2:]]
    if len(purposes) == 2 and purposes[0] != purposes[1]:
        return said("{why}, from {before} to {after}", why=why, before=purposes[0], after=purposes[1])
    return why


def render_pools(found: Sequence[Pool], page: Page) -> Iterator[str]:
    """A line for each pool, those without a free worker first; of those that only wait one line together."""
    resting = [pool for pool in found if only_rests(pool)]
    pools = sorted((pool for pool in found if not only_rests(pool)), key=lambda pool: not pool.exhausted)
    for pool in pools[:_SHOWN_POOLS]:
        yield from page.indented(_pool(pool, page), 3, 6)
    if len(pools) > _SHOWN_POOLS:
        hidden = len(pools) - _SHOWN_POOLS
        more = said_of(
            hidden,
            "... and {count} more pool; --format json has all of them.",
            "... and {count} more pools; --format json has all of them.",
        )
        yield page.line(more, 3)
    if resting:
        names = [said("{name} ({what})", name=page.catalog.of_profile(pool.name), what=str(len(pool.workers))) for pool in resting]
        at_rest = said_of(
            len(resting),
            "{count} pool that was not seen at work, all workers parked alike: {names}",
            "{count} pools that were not seen at work, all workers parked alike: {names}",
            names=page.few(names, _SHOWN_POOLS),
        )
        yield from page.indented(at_rest, 3, 6)


def only_rests(pool: Pool) -> bool:
    """Whether a pool says nothing of the case: its only worker, or all that may be the workers of one, were seen parked only."""
    if pool.exhausted or pool.growable or pool.idle < len(pool.workers) or _works(pool):
        return False
    return len(pool.workers) == 1 or not pool.declared


def _pool(pool: Pool, page: Page) -> str:
    unknown = len(pool.workers) - pool.idle - pool.blocked - pool.progressing
    known = {
        "name": page.catalog.of_profile(pool.name),
        "workers": said_of(len(pool.workers), "{count} worker", "{count} workers"),
        "idle": pool.idle,
        "blocked": pool.blocked,
        "moving": pool.progressing,
        "state": pool_state(pool),
    }
    if unknown > 0:
        return said(
            "pool {name}, {workers}: {idle} idle, {blocked} blocked, {moving} moving, {unknown} unknown; {state}", **known, unknown=unknown
        )
    return said("pool {name}, {workers}: {idle} idle, {blocked} blocked, {moving} moving; {state}", **known)


def pool_state(pool: Pool) -> str:
    if pool.exhausted:
        return said("EXHAUSTED")
    if pool.growable:
        return said("grows when needed")
    if pool.blocked == len(pool.workers):
        return said("all blocked")
    if not pool.idle:
        return said("moves")
    return said("all parked alike, none seen at work") if only_rests(pool) else said("has free workers")


def _works(pool: Pool) -> bool:
    """Whether any of its workers was ever seen at work: else that they are a pool's is a guess."""
    return any(sighting.place.verb != "idle" for worker in pool.workers for _, sighting in worker.sightings)


def render_stuck(process: Process, shared: Mapping[Stack, str], page: Page) -> Iterator[str]:
    """Stuck threads folded by equal stack, the largest group first."""
    groups: dict[Stack, list[Track]] = {}
    for track in process.tracks:
        if track.progress == STUCK:
            groups.setdefault(track.place.names, []).append(track)
    ranked = sorted(groups.values(), key=lambda tracks: (-len(tracks), tracks[0].newest.thread))
    for tracks in ranked[:_SHOWN_STACKS]:
        place = tracks[0].place
        shown_as = shared.get(place.names)
        yield from page.indented(_stuck(tracks, shown_as, page), 3, 6)
        if not shown_as:
            yield from stack_lines(place.names, place.wait_frames, page)
    if len(ranked) > _SHOWN_STACKS:
        hidden = len(ranked) - _SHOWN_STACKS
        more = said_of(
            hidden,
            "... and {count} more stuck stack; --format json has all of them.",
            "... and {count} more stuck stacks; --format json has all of them.",
        )
        yield page.line(more, 3)


def _stuck(tracks: Sequence[Track], shown_as: str | None, page: Page) -> str:
    """`stuck, 10 threads: 17870 17869 …`; `shown_as` is the name under which their stack was shown before."""
    known = {"threads": threads_of(len(tracks)), "numbers": page.numbers([mark(track) for track in tracks], 8)}
    counted = page.tally(term(track.counted) for track in tracks if track.counted)
    if shown_as and counted:
        return said("stuck in {stack}, {threads}: {numbers}; counters: {counted}", **known, stack=shown_as, counted=counted)
    if shown_as:
        return said("stuck in {stack}, {threads}: {numbers}", **known, stack=shown_as)
    if counted:
        return said("stuck, {threads}: {numbers}; counters: {counted}", **known, counted=counted)
    return said("stuck, {threads}: {numbers}", **known)


def stack_lines(names: Sequence[str], run: int, page: Page) -> Iterator[str]:
    """A stack, innermost first; the wait's own plumbing is folded to the frame that names it."""
    if run > 1:
        inside = said_of(run - 1, "{name}  (and {count} frame inside it)", "{name}  (and {count} frames inside it)", name=names[run - 1])
        yield page.line(inside, 6)
    elif run:
        yield page.line(names[0], 6)
    rest = names[run:]
    for name in rest[:_SHOWN_FRAMES]:
        yield page.line(name, 6)
    if len(rest) > _SHOWN_FRAMES:
        yield page.line(said("... {count} more", count=len(rest) - _SHOWN_FRAMES), 6)


def render_idle(process: Process, page: Page) -> Iterator[str]:
    """The idle threads, by their rules, or by their functions where no rule knows them."""
    places = [track.place for track in process.tracks if track.progress == IDLE]
    by_rule = page.tally(place.rule.id for place in places if place.rule is not None)
    guessed = page.tally(place.purpose for place in places if place.rule is None)
    if by_rule:
        yield from page.indented(said("idle: {rules}", rules=by_rule), 3, 9)
    if guessed:
        yield from page.indented(said("seemingly idle, though no rule knows them: {places}", places=guessed), 3, 9)


def _idle_places(process: Process) -> list[str]:
    idle = (track.place for track in process.tracks if track.progress == IDLE)
    return [place.rule.id if place.rule is not None else place.purpose for place in idle]


def stance(place: StackMeaning) -> str:
    """`sleeping in lab_stay`; only the place where the stack doesn't show what the thread does."""
    if place.verb == "unknowable":
        return said("in {function}", function=place.purpose)
    return said("{doing} in {function}", doing=term(place.verb), function=place.purpose)
