"""Episodes and the times of snapshots → the processes whose threads are suspended on purpose in all of their snapshots.

Logs print local time without a zone.  So do texts, names and zips; tar has UTC, which the times of the logs' own files translate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackan.faultlogs.nodes import Nodes, writer_of
from stackan.faultlogs.timeline import end_of
from stackan.faultlogs.zones import EAST, WEST, shift_of_packer, shift_of_utc
from stackan.model.clock import iso_of, seconds_of
from stackan.model.event import REDO, ROLLBACK, Cover, Episode, Logged
from stackan.model.facts import Fact, fact
from stackan.model.log import Log
from stackan.model.placement import PACKED, PRINTED, Taken
from stackan.model.process import Process
from stackan.model.records import NamedTuple

_SKEW = 2  # seconds that clocks of nodes may be apart
_BEHIND = 300  # seconds from the last record of all logs to a snapshot that an open episode still covers
_STILL = 180  # seconds without a line about it from which on handling may stand still
_SERVER = "dmserver"


class Clocks:
    """The times of snapshots by the logs' clock, in seconds."""

    def __init__(self, logs: Sequence[Log]) -> None:
        self.utc = shift_of_utc(logs)
        self.packer = shift_of_packer(logs) or 0
        begins = [seconds for log in logs if log.extent is not None and (seconds := seconds_of(log.extent.first)) is not None]
        self.begin, self.end = min(begins, default=None), end_of(logs)

    def shifts(self, clock: str) -> list[int]:
        """Minutes to add to a time of such a clock; several where nothing tells the zone."""
        if clock == PRINTED:
            return [0]
        if clock == PACKED:
            return [self.packer]
        return [self.utc] if self.utc is not None else list(range(WEST, EAST + 1, 30))


class _Span(NamedTuple):
    """From the first snapshot to the last."""

    times: list[tuple[float, float]]
    shift: int

    @property
    def first(self) -> float:
        return self.times[0][0]

    @property
    def last(self) -> float:
        return self.times[-1][1]

    def moved(self, shift: int) -> _Span:
        return _Span([(first + shift * 60, last + shift * 60) for first, last in self.times], shift)


def find_covers(
    episodes: Sequence[Episode],
    processes: Sequence[Process],
    taken: Sequence[Sequence[Taken | None]],
    writers: Mapping[Log, str],
    logs: Sequence[Log],
    nodes: Nodes,
    doubts: Mapping[str, Fact],
) -> tuple[list[tuple[str, ...]], dict[str, Cover]]:
    """(for each episode the processes that it suspends, {process: its cover})

    `doubts`: why it is not sure of a process that it is of the cluster.
    """
    clocks = Clocks(logs)
    written: dict[str, list[Log]] = {}
    for log, name in writers.items():
        written.setdefault(name, []).append(log)
    suspended: list[list[str]] = [[] for _ in episodes]
    covers: dict[str, Cover] = {}
    for process, times in zip(processes, taken):
        own = written.get(process.id, [])
        if not _is_server(process, own):
            continue
        living = [at for at, episode in enumerate(episodes) if not _has_failed(process, own, episode, nodes)]
        for at in living if process.id not in doubts else ():
            suspended[at].append(process.id)
        found = [cover for at in living if (cover := _cover(episodes[at], times, own, logs, clocks)) is not None]
        best = max(found, key=lambda cover: (cover.sure, cover.episode.start), default=None)
        if best is not None:
            doubt = doubts.get(process.id)
            covers[process.id] = best if doubt is None else best._replace(sure=False, doubt=doubt, handles=False)
    for episode in episodes:
        here = {name for name, cover in covers.items() if cover.episode is episode and name not in doubts}
        dumped = {nodes.key(writer_of(log)) for name in here for log in written.get(name, ())}
        if {nodes.key(node) for node in nodes.servers} - {nodes.key(node) for node in episode.failed} <= dumped:
            covers.update((name, covers[name]._replace(handles=True)) for name in here)  # one of them is the control node
    return [tuple(each) for each in suspended], covers


def _is_server(process: Process, own: Sequence[Log]) -> bool:
    """Whether a process is an instance of such a cluster, by the log that it writes, its command, its profile, or the name of its dumps."""
    if any(log.kind == _SERVER for log in own):
        return True
    commands = [dump.facts.command or "" for dump in process.dumps]
    names = [dump.source.replace("!", "/").rpartition("/")[2] for dump in process.dumps]
    return (process.rules.profile or "").startswith("dameng") or any(_SERVER in name for name in (*commands, *names))


def _has_failed(process: Process, own: Sequence[Log], episode: Episode, nodes: Nodes) -> bool:
    """Whether a process is that of a node that failed, by its log, or else by the host or the folder that is called as the node is."""
    failed = {nodes.key(node) for node in (*episode.failed, *episode.halted)}
    if own:
        return any(nodes.key(writer_of(log)) in failed for log in own)
    names = {node.name.casefold() for node in (*episode.failed, *episode.halted) if node.name is not None}
    folders = [folder.casefold() for dump in process.dumps for folder in dump.source.replace("!", "/").split("/")[:-1]]
    return (process.inputs.host or "").casefold() in names or not names.isdisjoint(folders)


def _cover(episode: Episode, times: Sequence[Taken | None], own: Sequence[Log], logs: Sequence[Log], clocks: Clocks) -> Cover | None:
    """None where the snapshots are known not to lie in the episode."""
    known = [time for time in times if time is not None]
    handles = any(log is logged.log and logged.event.phase in (REDO, ROLLBACK) for log in own for logged in episode.events)
    if not known:
        return Cover(episode, False, None, None, fact("no-times-of-dumps"), None, handles=handles)
    spans = spans_of(known, clocks)
    inside = [span for span in spans if _holds(episode, span, clocks)]
    if not inside:
        partly = [span for span in spans if _holds(episode, span._replace(times=span.times[-1:]), clocks)]
        return _told(episode, partly[0], fact("dumps-began-before"), handles, logs) if partly and len(spans) == 1 else None
    fitting = [
        span for span in spans if clocks.begin is None or clocks.end is None or (clocks.begin <= span.first and span.last <= clocks.end)
    ]
    doubt = None
    if len(known) < len(times):
        doubt = fact("some-dumps-have-no-time", count=len(times) - len(known), of=len(times))
    elif len(inside) < max(len(fitting), 1):
        doubt = fact("zone-is-not-known")
    elif episode.end is None and clocks.end is not None and inside[0].last > clocks.end + _BEHIND:
        doubt = fact("logs-end-before-dumps", time=iso_of(clocks.end))
    return _told(episode, inside[0], doubt, handles, logs)


def spans_of(known: Sequence[Taken], clocks: Clocks) -> list[_Span]:
    """The span of the snapshots, in each zone that it may be of."""
    times = [
        (first, last) for time in known if (first := seconds_of(time.first)) is not None and (last := seconds_of(time.last)) is not None
    ]
    kinds = {time.clock for time in known}
    if not known or len(times) < len(known) or len(kinds) > 1:
        return []
    return [_Span(times, 0).moved(shift) for shift in clocks.shifts(kinds.pop())]


def when_by_logs(
    processes: Sequence[Process], taken: Sequence[Sequence[Taken | None]], covers: Mapping[str, Cover], clocks: Clocks
) -> dict[str, tuple[tuple[str, str] | None, ...]]:
    """{process: the moments between which each of its snapshots was taken, by the clock of the logs; None where nothing tells}"""
    found: dict[str, tuple[tuple[str, str] | None, ...]] = {}
    for process, times in zip(processes, taken):
        cover = covers.get(process.id)
        told = [cover.shift or 0] if cover is not None and cover.first is not None else None
        found[process.id] = tuple(_moved(time, told or clocks.shifts(time.clock)) if time is not None else None for time in times)
    return found


def _moved(time: Taken, shifts: Sequence[int]) -> tuple[str, str] | None:
    """None where the zone is not known."""
    first, last = seconds_of(time.first), seconds_of(time.last)
    if first is None or last is None or len(shifts) != 1:
        return None
    return iso_of(first + shifts[0] * 60), iso_of(last + shifts[0] * 60)


def _holds(episode: Episode, span: _Span, clocks: Clocks) -> bool:
    begin, end = seconds_of(episode.start), seconds_of(episode.end)
    return begin is not None and begin - _SKEW <= span.first and (end is None or span.last <= end + _SKEW)


def _told(episode: Episode, span: _Span, doubt: Fact | None, handles: bool, logs: Sequence[Log]) -> Cover:
    first, last = iso_of(span.first), iso_of(span.last)
    return Cover(
        episode,
        doubt is None,
        first,
        last,
        doubt,
        episode.phase_at(f"{last}.999"),
        span.shift or None,
        handles,
        _quiet(episode, span, logs),
    )


def _quiet(episode: Episode, span: _Span, logs: Sequence[Log]) -> Logged | None:
    """The last line about handling, if it was written before the snapshots and the logs go on behind them without an end of it."""
    if span.last - span.first < _STILL or (end_of(logs) or 0) < span.last:
        return None
    if episode.end is not None:
        return None
    timed = [(at, logged) for logged in episode.events if (at := seconds_of(logged.event.time)) is not None]
    last = max(timed, key=lambda each: each[0], default=None)
    return last[1] if last is not None and last[0] <= span.first + _SKEW else None
