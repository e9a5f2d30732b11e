"""Case → Analysis: each process by itself, then all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stackan.classify import Questions, Rulebook, find_tasks, park_consumers, sight
from stackan.collector import collector_paused
from stackan.compare import find_in_circles, follow, park_servers_across, park_turn_waiters_across, rate, unpark_in_circles
from stackan.diagnose import find, group_equal_findings, group_stuck_stacks, headline, judge_case, judge_processes, judge_with_unseen
from stackan.errors import UsageError
from stackan.graph import build, find_dams, find_pools, reduce
from stackan.model.analysis import Analysis, Doors
from stackan.model.case import Case
from stackan.model.columns import UNKNOWN
from stackan.model.event import NO_STORY, Story
from stackan.model.place import Sighting
from stackan.model.placement import ProcessInputs
from stackan.model.process import Process, are_whole
from stackan.model.said import said
from stackan.model.waitgraph import WaitGraph
from stackan.model.watch import CONCLUDING, JUDGING
from stackan.normalize import CaseNames
from stackan.pipeline.doubts import doubt, doubt_comparison, doubt_ended, doubt_overwritten
from stackan.pipeline.doubts_of_logs import doubt_logs
from stackan.pipeline.naming import name_processes
from stackan.pipeline.side_files import SideFiles, assign_side_files, in_order, part_kernel
from stackan.placing import find_repeats, find_unseen, place, when_taken

if TYPE_CHECKING:
    import networkx

    from stackan.model.dump import Dump
    from stackan.model.log import CheckedLog, Log
    from stackan.model.thread_row import ThreadRow
    from stackan.model.watch import Watch
    from stackan.wording import Speech


_NAMED = 256  # threads of a process whose names are looked at: servers name many alike


def analyze(case: Case, profiles: Iterable[str] = (), watch: Watch | None = None) -> Analysis:
    """Conclude what can be concluded about a case; `profiles` are further profile files, `watch` is told how far this has come.

    The same dumps give the same analysis, in whatever order they were read (unless `case.given_order`).
    """
    if not isinstance(case, Case):
        raise UsageError(said("analyze takes what stackan.load gives, not {type}", type=type(case).__name__))
    with collector_paused():
        return _conclude(case, Rulebook([profiles] if isinstance(profiles, str) else profiles), watch)


def _conclude(case: Case, rulebook: Rulebook, watch: Watch | None) -> Analysis:
    dumps, tables = _part(case.dumps)
    dumps, kernel = part_kernel(dumps)
    places = place(dumps, case.given_order, case.process_lists)
    beside, unused = assign_side_files(case, places, kernel)
    names = CaseNames(rulebook.library)
    paired = _watched(zip(places, beside), len(places), watch)
    apiece = [_process(placed, names, rulebook, said, tables) for placed, said in paired]
    processes = name_processes(rate(_unparked(park_servers_across(park_turn_waiters_across(apiece)))))
    if case.listings:
        from stackan.listings.jobs import with_jobs

        processes = with_jobs(processes, in_order(case.listings))
    apart = doubt_comparison(places, case.given_order)
    warnings = [*apart, *sorted(case.warnings), *doubt(processes), *unused, *rulebook.notes()]
    logs = in_order(case.logs)
    story = _story(logs, places, processes)
    warnings += [*doubt_ended(case.process_lists, processes), *doubt_logs(story)]
    waits = build(processes)
    reduction = reduce(waits)
    findings = find(waits, reduction._replace(dams=find_dams(waits, reduction.held)), processes, story)
    verdicts = judge_processes(processes, findings)
    unseen = find_unseen(case.failed, places)
    judged = judge_case(verdicts, story)
    verdict = judge_with_unseen(judged, unseen)
    if verdict == "inconclusive":
        warnings += doubt_overwritten(processes)
    return Analysis(
        verdict,
        headline(judged, findings, processes, bool(apart), story, unseen),
        processes,
        tuple(verdicts),
        tuple(findings),
        tuple(map(tuple, group_equal_findings(findings))),
        tuple(group_stuck_stacks(processes)),
        waits,
        tuple(warnings),
        Doors(_export, _speech, _document, _text, _drawing, _card, _threads),
        tuple(logs),
        tuple(in_order(case.descriptors)),
        tuple(in_order(case.listings)),
        story,
    )


def _unparked(processes: list[Process]) -> list[Process]:
    """The processes, with the threads as stuck that read what only threads could send which wait for them."""
    readers = find_in_circles(processes)
    if not readers:
        return processes
    tried = unpark_in_circles(processes, readers)
    waits = build(tried)
    places = {id(process): at for at, process in enumerate(tried)}
    held = {
        (places[id(node.process)], node.track.key)
        for node in map(waits.nodes.__getitem__, reduce(waits).held)
        if node.process is not None and node.track is not None
    }
    if not readers & held:
        return processes
    found = unpark_in_circles(processes, readers & held)
    return [_with_pools(after) if after.tracks != before.tracks else before for before, after in zip(processes, found)]


def _with_pools(process: Process) -> Process:
    return process._replace(pools=find_pools(process.tracks, process.rules, len(process.dumps), process.whole))


def _watched(
    places: Iterable[tuple[ProcessInputs, SideFiles]], count: int, watch: Watch | None
) -> Iterator[tuple[ProcessInputs, SideFiles]]:
    """The same, while the watch is told which of them is judged."""
    if watch is None:
        yield from places
        return
    watch.stage, watch.processes = JUDGING, count
    for each in places:
        yield each
        watch.judged += 1
    watch.stage = CONCLUDING


def _part(dumps: Sequence[Dump]) -> tuple[Sequence[Dump], Mapping[int, Dump]]:
    """The dumps, and the tables of waits that were read from the live processes beside some of them."""
    if not any(dump.traits.alive for dump in dumps):
        return dumps, {}
    from stackan.captured import part

    return part(dumps)


def _story(logs: Sequence[Log], places: Sequence[ProcessInputs], processes: Sequence[Process]) -> Story:
    """All that the servers' logs tell together."""
    waits = sum(len(log.waits) + len(log.alarms) for log in logs)
    if not any(log.extent is not None for log in logs):
        return NO_STORY._replace(waits=waits)
    from stackan.faultlogs import find_writers, read_story

    writers = {log: processes[at].id for log, at in find_writers(logs, places).items()}
    return read_story(logs, writers, processes, when_taken(places))._replace(waits=waits)


def _process(place: ProcessInputs, known: CaseNames, rulebook: Rulebook, beside: SideFiles, tables: Mapping[int, Dump]) -> Process:
    """One process: names, rules that fit it, loops of pools, sightings by snapshot, threads through time, what lies beside them, pools."""
    dumps = place.compared
    stacks, spoken = [], []
    for dump in dumps:
        names = known.of(dump)
        stacks.append({node: names.stack(node) for node in set(dump.thread_nodes()) if node != UNKNOWN})
        spoken.append({node: better for node in stacks[-1] if (better := names.spoken(node))})
    seen = set[str]().union(*{stack for by_node in stacks for stack in by_node.values()})
    seen.update(_thread_names(dumps[-1]))
    seen.update(said.words for dump in dumps for said in dump.facts.states.values())
    places = rulebook.places(seen)
    tasks = find_tasks(dumps, stacks, places)
    questions = Questions(places.rules)
    sightings = [sight(dump, by_node, places, tasks, better, questions) for dump, by_node, better in zip(dumps, stacks, spoken)]
    if tables:
        from stackan.captured import attach as attach_waits

        sightings = [attach_waits(each, tables[id(dump)]) if id(dump) in tables else each for dump, each in zip(dumps, sightings)]
    repeats = find_repeats(dumps, beside.counters, lambda at: any(sighting.runs for sighting in sightings[at]))
    kept = [at for at in range(len(dumps)) if at not in repeats.doubtful]
    index = {at: position for position, at in enumerate(kept)}
    doubtful = tuple((dumps[at], index[first]) for at, first in sorted(repeats.doubtful.items()))
    suspect = tuple((dumps[at].source, dumps[first].source) for at, first in sorted(repeats.suspect.items()))
    dumps, sightings = tuple(dumps[at] for at in kept), [sightings[at] for at in kept]
    counters = beside.counters.of(kept) if beside.counters is not None else None
    tracks = follow(park_consumers(sightings), {at for at, dump in enumerate(dumps) if dump.is_truncated}, counters)
    if tables:
        from stackan.captured import name_threads

        tracks = name_threads(tracks, [tables[id(dump)] for dump in dumps if id(dump) in tables])
    readings: tuple[CheckedLog, ...] = ()
    if beside.logs:
        from stackan.faultlogs import tell

        tracks, readings = tell(tracks, beside.logs, len(dumps))
    if beside.kernel:
        from stackan.captured import kernel

        below = kernel.read_stacks((dump, _sight_alone(dump, known, rulebook)) for dump in beside.kernel)
        tracks = kernel.attach(tracks, below, len(dumps))
    if beside.links:
        from stackan.peers import attach

        tracks = attach(tracks, beside.links)
    if beside.listings:
        from stackan.listings.joining import attach as attach_listings

        tracks, listed = attach_listings(tracks, beside.listings, len(dumps))
        readings = (*readings, *listed)
    sessions = tuple(session for listing in beside.listings for session in listing.sessions)
    pools = find_pools(tracks, places.rules, len(dumps), are_whole(dumps))
    return Process("", place.pid, dumps, places.rules, tuple(tracks), pools, place, readings, counters, doubtful, suspect, sessions)


def _sight_alone(dump: Dump, known: CaseNames, rulebook: Rulebook) -> list[Sighting]:
    """The threads of a text by the rules that fit it alone."""
    names = known.of(dump)
    stacks = {node: names.stack(node) for node in set(dump.thread_nodes()) if node != UNKNOWN}
    seen = {name for stack in stacks.values() for name in stack} | {said.words for said in dump.facts.states.values()}
    return sight(dump, stacks, rulebook.places(seen))


def _thread_names(dump: Dump) -> set[str]:
    """The names of a process's first threads: a server names its threads though its functions are stripped."""
    own = range(dump.first_thread, min(dump.stop_thread, dump.first_thread + _NAMED))
    return {name for name in map(dump.thread_name, own) if name is not None}


def _export(waits: WaitGraph) -> networkx.MultiDiGraph[int]:
    from stackan.graph.export import to_networkx

    return to_networkx(waits)


def _speech(lang: str) -> Speech:
    from stackan.wording import speech

    return speech(lang)


def _document(analysis: Analysis, lang: str) -> dict[str, Any]:
    from stackan.report.document import document

    with collector_paused():
        return document(analysis, lang)


def _text(analysis: Analysis, lang: str, width: int | None) -> str:
    from stackan.report.layout import WIDTH
    from stackan.report.page import Page
    from stackan.report.text import render

    return _lines(render(analysis, Page(lang, width or WIDTH, whole=width is None)))


def _drawing(analysis: Analysis, format: str, lang: str) -> str:
    from stackan.report.drawing import lines_of
    from stackan.report.page import Page

    return _lines(lines_of(analysis, format, Page(lang)))


def _card(analysis: Analysis) -> str:
    from stackan.report.notebook import card

    return card(analysis)


def _threads(analysis: Analysis) -> list[ThreadRow]:
    from stackan.report.threads import thread_rows

    return thread_rows(analysis)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
