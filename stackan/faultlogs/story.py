"""The logs of a case → what they tell together: one time line, episodes, faults, who wrote them, and which other log would tell more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stackan.faultlogs.clusters import find_clusters
from stackan.faultlogs.covering import Clocks, find_covers, when_by_logs
from stackan.faultlogs.episodes import find_episodes
from stackan.faultlogs.faults import find_faults
from stackan.faultlogs.gaps import find_gap
from stackan.faultlogs.members import Members
from stackan.faultlogs.nodes import Key, Nodes, unnamed_writer, writer_of
from stackan.faultlogs.starting import find_starts
from stackan.faultlogs.timeline import Told, timeline
from stackan.model.clock import iso_of, seconds_of
from stackan.model.event import Cluster, Cover, Episode, Fault, Lacking, Logged, Node, Story
from stackan.model.log import Log
from stackan.model.placement import Taken
from stackan.model.process import Process

_DAMENG = ("dmcss", "dmcssm", "dmasm", "dmserver")
_SILENT = 300  # seconds in which a server that lives logs something
_OF_ONE_SERVER = frozenset(("session-limit", "connection-limit", "disk-full", "io-timeout", "out-of-memory"))


def read_story(
    logs: Sequence[Log], writers: Mapping[Log, str], processes: Sequence[Process], taken: Sequence[Sequence[Taken | None]]
) -> Story:
    """`logs` in an order that does not depend on how they were read; `taken`: when the snapshots of each process were."""
    gap = find_gap([log for log in logs if log.extent is not None], taken)
    if not any(log.events for log in logs):
        return Story(writers=writers, gap=gap)
    clusters = find_clusters(logs)
    members = Members(clusters, writers, processes, taken)
    told: list[tuple[Told, Logged]] = []
    faults: list[Fault] = []
    suspending: list[tuple[Episode, tuple[str, ...]]] = []
    covers: dict[str, Cover] = {}
    for number, own in enumerate(clusters):
        line = timeline(own)
        nodes = Nodes(own, line)
        episodes = find_episodes(own, line, nodes)
        found = find_faults(line, episodes, nodes)
        at = [place for place, process in enumerate(processes) if members.may_hold(number, process)]
        suspends, covered = find_covers(
            episodes, [processes[place] for place in at], [taken[place] for place in at], writers, own, nodes, members.doubts(number, nodes)
        )
        told += [(each, Logged(each.log, each.event._replace(nodes=nodes.several(each.event.nodes)))) for each in line]
        lacking = tuple(_lacking(own, found, episodes, nodes))
        of_node: dict[Node | None, list[Lacking]] = {}
        for lack in lacking:
            of_node.setdefault(lack.node, []).append(lack)
        faults += [
            fault._replace(lacking=tuple(each for node in (None, *fault.nodes) for each in of_node.get(node, ()))) for fault in found
        ]
        suspending += zip(episodes, suspends)
        covers.update((name, cover) for name, cover in covered.items() if name not in covers)
    told.sort(key=lambda each: each[0].at)
    suspending.sort(key=lambda each: each[0].start)
    faults.sort(key=lambda fault: fault.time or "")
    return Story(
        tuple(logged for _, logged in told),
        tuple(episode for episode, _ in suspending),
        tuple(faults),
        writers,
        tuple(suspended for _, suspended in suspending),
        covers,
        tuple(dict.fromkeys(each for fault in faults for each in fault.lacking)),
        clusters=tuple(map(Cluster, map(tuple, clusters))) if len(clusters) > 1 else (),
        gap=gap,
        starts=tuple(find_starts(logs, processes, taken)),
        taken=when_by_logs(processes, taken, covers, Clocks(logs)),
    )


def _lacking(logs: Sequence[Log], faults: Sequence[Fault], episodes: Sequence[Episode], nodes: Nodes) -> Iterator[Lacking]:
    """The logs that would tell more, in the order in which the guide has them read: DMCSS and DMCSSM, then those of the failed nodes."""
    kinds = {log.kind for log in logs}
    if kinds.isdisjoint(_DAMENG) or not (episodes or any(fault.kind not in _OF_ONE_SERVER or fault.lost for fault in faults)):
        return
    lost = [fault for fault in faults if fault.lost]
    first = min((fault.time for fault in lost if fault.time is not None), default=None)
    ends = _Ends(logs, nodes)
    for kind in ("dmcss", "dmcssm"):
        if kind not in kinds:
            yield Lacking(kind)
        elif kind == "dmcss" and (end := ends.before(kind, None, first)) is not None:
            yield Lacking(kind, None, end, first)
    unnamed = {unnamed_writer(log) for log in logs}
    begins: dict[Node, str | None] = {}
    for fault in sorted(lost, key=lambda fault: fault.time or "~"):
        for node in fault.nodes:
            begins.setdefault(node, fault.time)
    for node in nodes.several([node for node in begins if node not in unnamed]):
        begin = begins.get(node)
        if not ends.has("dmserver", nodes.key(node)):
            yield Lacking("dmserver", node)
        elif (end := ends.before("dmserver", nodes.key(node), begin)) is not None:
            yield Lacking("dmserver", node, end, begin)


class _Ends:
    """When the last record of each node's logs was written."""

    def __init__(self, logs: Sequence[Log], nodes: Nodes) -> None:
        self._known: dict[tuple[str, Key | None], float] = {}
        for log in logs:
            end = seconds_of(log.extent.last) if log.extent is not None else None
            for key in {None, nodes.key(writer_of(log))}:
                self._known[log.kind, key] = max(self._known.get((log.kind, key), 0.0), end or 0.0)

    def has(self, kind: str, key: Key | None) -> bool:
        return (kind, key) in self._known

    def before(self, kind: str, key: Key | None, fault: str | None) -> str | None:
        """The end of a node's logs, where they stop so long before a fault that something of them is not here."""
        end, at = self._known.get((kind, key)), seconds_of(fault)
        return iso_of(end) if end and at is not None and at - end > _SILENT else None
