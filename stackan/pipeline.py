"""The way of the data: paths → Case → Analysis.  The only module that knows all stages."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stackan.classify import NO_LOOPS, Rulebook, find_loops, sight
from stackan.compare import follow
from stackan.diagnose import find, headline, judge_case, judge_processes
from stackan.errors import InputError, UsageError
from stackan.graph import build, find_pools, reduce
from stackan.model.analysis import Analysis
from stackan.model.case import Case
from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.natural import natural_key
from stackan.model.placement import Place
from stackan.model.process import Process
from stackan.model.waitgraph import WaitGraph
from stackan.normalize import Names
from stackan.parsing import ASK_FOR, detect, parse_all
from stackan.placing import find_copies, host_of, place
from stackan.reading import Blob, Limits, Skipped, read, require

if TYPE_CHECKING:
    import networkx

    from stackan.model.counters import Counters, Table
    from stackan.model.link import Descriptors, Link
    from stackan.model.log import Log, Reading


def load(*paths: str | os.PathLike[str], limits: Limits | None = None, given_order: bool = False) -> Case:
    """Read dumps, and what lies beside them, from files, folders, archives or standard input (`-`).

    That is logs that say who waits for whom, counters of what each thread has used, and tables that say who is at the other end
    of a connection or a pipe.  A file that the caller names has to be one of these; what else lies in a folder or an archive is
    passed over.
    Raises InputError where a named input is missing or may not be read, or no input holds a dump.
    """
    for path in paths:
        if not isinstance(path, (str, os.PathLike)):
            raise UsageError(f"load takes paths, not {type(path).__name__}; stackan.parse takes bytes")
    found = _Found([], [], [], [])
    warnings: list[str] = []
    others: list[str] = []
    require(paths)  # a mistyped name shows before the others are read for nothing
    for path in dict.fromkeys(os.fspath(path) for path in paths):  # a file that is named twice is no second snapshot
        try:
            for item in read([path], limits or Limits()):
                if isinstance(item, Skipped):
                    warnings.append(f"{item.source}: {item.reason}")
                else:
                    found.add(_read(item, warnings, others, alone=item.named and len(paths) == 1))
        except InputError as error:
            if len(paths) == 1:
                raise
            warnings.append(str(error))
    if not found.dumps:
        raise InputError(_say_what_lacks(paths, warnings, found))
    if others:
        warnings.append(f"passed over, as no thread dump stands in them: {', '.join(sorted(others, key=natural_key))}")
    return Case(found.dumps, warnings, given_order, found.logs, found.tables, found.descriptors)


class _Found(NamedTuple):
    """What texts say."""

    dumps: list[Dump]
    logs: list[Log]
    tables: list[Table]  # of counters
    descriptors: list[Descriptors]

    @property
    def beside(self) -> bool:
        """Whether they say anything that is no dump."""
        return bool(self.logs or self.tables or self.descriptors)

    def add(self, other: _Found) -> None:
        self.dumps.extend(other.dumps)
        self.logs.extend(other.logs)
        self.tables.extend(other.tables)
        self.descriptors.extend(other.descriptors)


def _say_what_lacks(paths: Sequence[str | os.PathLike[str]], warnings: Sequence[str], found: _Found) -> str:
    if found.logs:
        return f"{found.logs[0].source}: a log of a server, but no thread dump beside it; {ASK_FOR}"
    if found.tables:
        return f"{found.tables[0].source}: counters of threads, but no thread dump beside them; {ASK_FOR}"
    if found.descriptors:
        return f"{found.descriptors[0].source}: a table of descriptors, but no thread dump beside it; {ASK_FOR}"
    if warnings:
        return warnings[0]
    return f"{os.fspath(paths[0])}: no thread dump in it; {ASK_FOR}" if paths else "no input"


def _read(item: Blob, warnings: list[str], others: list[str], alone: bool) -> _Found:
    """The snapshots of one text, what it says as a log, what it counts, and what descriptors it lists.

    What is none of these becomes a warning, unless it is all that the caller gave.
    """
    dumps: list[Dump] = []
    trouble: InputError | None = None
    known = item.named or detect(item.data) is not None
    if known:
        try:
            dumps = parse_all(item.data, item.source)
        except InputError as error:
            trouble = error
    beside = ([], [], []) if _is_clean(dumps) else (_read_log(item), _read_counters(item), _read_descriptors(item))
    found = _Found(dumps, *beside)
    if trouble is not None and not found.beside:
        if alone:
            raise trouble
        warnings.append(str(trouble))
    if not known and not found.beside:
        others.append(item.source)
    for dump in dumps:
        dump.taken_at = item.taken_at
    return found


def _is_clean(dumps: Sequence[Dump]) -> bool:
    """Whether a text holds dumps and nothing else: neither logs nor tables need to be looked for between their lines."""
    return bool(dumps) and not any(dump.lines["unparsed"] for dump in dumps)


def _read_log(item: Blob) -> list[Log]:
    from stackan.faultlogs import read_log

    log = read_log(item.data, item.source)
    return [log] if log is not None else []


def _read_counters(item: Blob) -> list[Table]:
    from stackan.counters import read_counters

    return read_counters(item.data, item.source)


def _read_descriptors(item: Blob) -> list[Descriptors]:
    from stackan.peers import read_descriptors

    found = read_descriptors(item.data, item.source)
    return [found] if found is not None else []


def analyze(case: Case, profiles: Iterable[str] = ()) -> Analysis:
    """Conclude what can be concluded about a case; `profiles` are further profile files.

    The same dumps give the same analysis, in whatever order they were read (unless `case.given_order`).
    """
    if not isinstance(case, Case):
        raise UsageError(f"analyze takes what stackan.load gives, not {type(case).__name__}")
    with collector_paused():
        return _conclude(case, Rulebook([profiles] if isinstance(profiles, str) else profiles))


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Without Python's collector of cycles: it would go through all threads again and again, a third of the time, and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()  # and back at once: what was made meanwhile counts as old, and is not gone through right now either
                gc.unfreeze()
            gc.enable()


def _conclude(case: Case, rulebook: Rulebook) -> Analysis:
    known: dict[str, dict[bytes, str]] = {}
    places = place(case.dumps, case.given_order)
    logs = sorted(case.logs, key=lambda log: natural_key(log.source))
    shares = _share_out(logs, places)
    counters, unused = _share_counters(case, places)
    descriptors = sorted(case.descriptors, key=lambda found: natural_key(found.source))
    links, unfit = _connect(descriptors, places)
    beside = zip(shares, counters, links)
    processes = _name_processes([_process(placed, known, rulebook, *said) for placed, said in zip(places, beside)])
    warnings = [*sorted(case.warnings), *_doubts(processes), *_strangers(logs, shares), *unused, *unfit]
    waits = build(processes)
    findings = find(waits, reduce(waits), processes)
    verdicts = judge_processes(processes, findings)
    verdict = judge_case(verdicts)
    return Analysis(
        verdict,
        headline(verdict, findings, processes),
        processes,
        tuple(verdicts),
        tuple(findings),
        waits,
        tuple(warnings),
        _export,
        tuple(logs),
        tuple(descriptors),
    )


def _share_out(logs: Sequence[Log], places: Sequence[Place]) -> list[list[Log]]:
    """For each process the logs that it has written."""
    if not logs:
        return [[] for _ in places]
    from stackan.faultlogs import share_out

    return share_out(logs, [_compared(each) for each in places])


def _share_counters(case: Case, places: Sequence[Place]) -> tuple[list[Counters | None], list[str]]:
    """For each process what is counted beside its snapshots; and what a case's reader has to know of counters that are not used."""
    if not case.tables:
        return [None for _ in places], []
    from stackan.counters import gather
    from stackan.placing.beside import share_out

    return share_out(gather(case.tables, case.given_order), places)


def _connect(descriptors: Sequence[Descriptors], places: Sequence[Place]) -> tuple[list[dict[int, Link]], list[str]]:
    """For each process what its descriptors lead to; and what a case's reader has to know of tables that are not used."""
    if not descriptors:
        return [{} for _ in places], []
    from stackan.peers import connect

    hosts = {each.host for each in places}
    return connect(descriptors, [host_of(found.source, hosts) for found in descriptors], places)


def _strangers(logs: Sequence[Log], shares: Sequence[Sequence[Log]]) -> Iterator[str]:
    """What a case's reader has to know of logs that fit no process."""
    shared = {id(log) for share in shares for log in share}
    for log in logs:
        if log.waits and id(log) not in shared:
            yield f"{log.source}: no dump prints the ids of the threads that this log names"


def _doubts(processes: Sequence[Process]) -> Iterator[str]:
    """What a case's reader has to know of snapshots that are not compared, or prove nothing."""
    others: dict[str, list[str]] = {}
    copies: dict[str, list[str]] = {}
    for process in processes:
        rest = [placed.dump.source for placed in process.place.placements if not placed.compared]
        if rest:
            others[process.dumps[0].source] = rest
        for source, first in find_copies(process.dumps, process.tracks):
            copies.setdefault(first, []).append(source)
    if others:
        yield f"not compared, as taken with another tool or other symbols than {_listed(others, 'others of their processes')}"
    if copies:
        yield f"perhaps a copy and no further dump, the same bytes as {_listed(copies, 'others of their processes')}"


def _listed(found: dict[str, list[str]], several: str) -> str:
    """Which inputs it is about, behind that with which they are held together, or words if there are several such."""
    return f"{next(iter(found)) if len(found) == 1 else several}: {', '.join(source for sources in found.values() for source in sources)}"


def _compared(place: Place) -> tuple[Dump, ...]:
    return tuple(placed.dump for placed in place.placements if placed.compared)


def _process(
    place: Place,
    known: dict[str, dict[bytes, str]],
    rulebook: Rulebook,
    logs: Sequence[Log],
    counters: Counters | None,
    links: dict[int, Link],
) -> Process:
    """One process: names, rules that fit it, loops of pools, sightings by snapshot, threads through time, what lies beside them, pools."""
    dumps = _compared(place)
    stacks, spoken = [], []
    for dump in dumps:
        names = Names(dump, known.setdefault(dump.traits.language, {}))
        stacks.append({node: names.stack(node) for node in set(dump.thread_nodes()) if node != UNKNOWN})
        spoken.append({node: told for node in stacks[-1] if (told := names.spoken(node))})
    seen = {name for by_node in stacks for stack in set(by_node.values()) for name in stack}
    seen.update(said.words for dump in dumps for said in dump.facts.told.values())
    places = rulebook.places(seen)
    cut = {index for index, dump in enumerate(dumps) if dump.cut}
    loops = find_loops(dumps, stacks, places) if not places.rules.calls.isdisjoint(seen) else NO_LOOPS
    tracks = follow([sight(dump, by_node, places, loops, told) for dump, by_node, told in zip(dumps, stacks, spoken)], cut, counters)
    readings: tuple[Reading, ...] = ()
    if logs:
        from stackan.faultlogs import tell

        tracks, readings = tell(tracks, logs, len(dumps))
    if links:
        from stackan.peers import attach

        tracks = attach(tracks, links)
    pools = find_pools(tracks, places.rules, len(dumps), not cut)
    return Process("", place.pid, dumps, places.rules, tuple(tracks), pools, place, readings, counters)


def _name_processes(processes: Sequence[Process]) -> tuple[Process, ...]:
    """Ids that are unique within the case: host and process id as far as they are known, else the name of the first snapshot."""
    named: list[Process] = []
    taken: set[str] = set()
    for process in processes:
        host = f"{process.place.host}/" if process.place.host else ""
        base = f"{host}{process.pid}" if process.pid is not None else process.dumps[0].source
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}#{count}"
        taken.add(name)
        named.append(process._replace(id=name))
    return tuple(named)


def _export(waits: WaitGraph) -> networkx.MultiDiGraph[int]:
    from stackan.graph.export import to_networkx

    return to_networkx(waits)
