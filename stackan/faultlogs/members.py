"""The processes of a case → the clusters that they may be of: by the logs that they have written, else by the folders where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackan.faultlogs.clusters import words_of, writing_of
from stackan.faultlogs.names import folders_in_common, folders_of
from stackan.faultlogs.nodes import Nodes, writer_of
from stackan.model.facts import Fact, fact
from stackan.model.log import Log
from stackan.model.placement import Taken
from stackan.model.process import Process


class Members:
    """Which process is of which cluster, as far as that can be told."""

    def __init__(
        self,
        clusters: Sequence[Sequence[Log]],
        writers: Mapping[Log, str],
        processes: Sequence[Process],
        taken: Sequence[Sequence[Taken | None]],
    ) -> None:
        self._clusters = clusters
        self._taken = {process.id: times for process, times in zip(processes, taken)}
        self._processes = processes
        by_log = {id(log): number for number, logs in enumerate(clusters) for log in logs}
        self._of = {name: by_log[id(log)] for log, name in writers.items()}
        self._have_written = set(self._of)
        if len(clusters) > 1:
            for process in processes:
                if process.id not in self._of and (number := _nearest(process, clusters)) is not None:
                    self._of[process.id] = number

    def may_hold(self, number: int, process: Process) -> bool:
        """Whether a process may be of a cluster."""
        return self._of.get(process.id, number) == number

    def doubts(self, number: int, nodes: Nodes) -> dict[str, Fact]:
        """Why it is not sure of some processes that they are of a cluster, by their ids."""
        found = {}
        alone = len(self._clusters) == 1
        others = _pids_of_servers(self._clusters[number], nodes)
        doubled = self._doubled(number, nodes)
        for process in self._processes:
            if process.id in self._have_written:
                continue
            if not alone and process.id not in self._of:
                found[process.id] = fact("cluster-is-not-known")
            elif process.pid is not None and others and process.pid not in others:
                found[process.id] = fact("logs-are-of-other-processes")
            elif process.id in doubled:
                found[process.id] = fact("another-is-of-this-node")
        return found

    def _doubled(self, number: int, nodes: Nodes) -> set[str]:
        """Processes that lie in the folder of a node for which another one runs at the same time, and not nearer to the cluster's logs."""
        known = {node.name.casefold() for node in nodes.servers if node.name is not None}
        of_node: dict[str, list[Process]] = {}
        for process in self._processes:
            if self.may_hold(number, process):
                folders = {folder.casefold() for dump in process.dumps for folder in folders_of(dump.source)}
                for name in known & {*folders, (process.inputs.host or "").casefold()}:
                    of_node.setdefault(name, []).append(process)
        return {
            process.id
            for several in of_node.values()
            for process in several
            if any(other is not process and self._stands_before(other, process, number) for other in several)
        }

    def _stands_before(self, other: Process, process: Process, number: int) -> bool:
        if other.pid is None or process.pid is None or other.pid == process.pid or not self._at_one_time(other, process):
            return False
        logs = self._clusters[number]
        depths = [max(folders_in_common(dump.source, log.source) for dump in each.dumps for log in logs) for each in (other, process)]
        return other.id in self._have_written or depths[0] >= depths[1]

    def _at_one_time(self, one: Process, other: Process) -> bool:
        """Whether two processes were there at one time, as far as the times of their dumps tell."""
        mine, yours = ([time for time in self._taken[each.id] if time is not None] for each in (one, other))
        if not mine or not yours or {time.clock for time in mine} != {time.clock for time in yours}:
            return True
        return min(time.first for time in mine) <= max(time.last for time in yours) and min(time.first for time in yours) <= max(
            time.last for time in mine
        )


def _pids_of_servers(logs: Sequence[Log], nodes: Nodes) -> set[int]:
    """The ids of all database instances of a cluster; none where the log of one is not here."""
    writings = [(log, writing) for log in logs if log.kind == "dmserver" and (writing := writing_of(log)) is not None]
    here = {nodes.key(writer_of(log)) for log, _ in writings}
    if {nodes.key(node) for node in nodes.servers} - here:
        return set()
    return {pid for _, writing in writings for pid in writing.pids}


def _nearest(process: Process, clusters: Sequence[Sequence[Log]]) -> int | None:
    """The cluster with whose logs a process has more folders in common, or else more words of their names, than with any other's."""
    sources = [dump.source for dump in process.dumps]
    folders = [max(folders_in_common(source, log.source) for source in sources for log in logs) for logs in clusters]
    if (number := _only_best(folders)) is not None:
        return number
    own = set.intersection(*map(words_of, sources))
    words = [{word for log in logs for word in words_of(log.source)} for logs in clusters]
    everywhere = set.intersection(*words)
    return _only_best([len(own & each - everywhere) for each in words])


def _only_best(counts: Sequence[int]) -> int | None:
    best = max(counts)
    return counts.index(best) if best and counts.count(best) == 1 else None
