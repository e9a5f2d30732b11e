"""The logs of a case → those of each cluster: clusters have nodes of one name, and what one does says nothing of the other.

One process of a kind writes for a node at a time.  So two logs of one kind and node, by two processes over the same time, are of two
clusters:

    A/dm_CSS0_202405.log    P0000001000, 09:00 to 10:30
    B/dm_CSS0_202405.log    P0000005000, 09:00 to 10:30

Where no two logs are such, all are of one cluster.  Else they are joined by their nearest common folder as far as that joins none of
these, then by the words that only their names have in common, and then by what they tell of the same moments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from stackan.faultlogs.names import folders_of
from stackan.model.clock import seconds_of
from stackan.model.log import Log
from stackan.model.records import NamedTuple

_SKEW = 3  # seconds that clocks of nodes may be apart
_MOST = 64  # parts that are held against each other; further ones stay apart
_WORD = re.compile(r"[^\W_]+")
_OF_ALL = frozenset(("dm", "dmcss", "dmcssm", "dmasm", "dmserver", "log", "pstack"))  # words that tell the kind of a text
_SPEAKS_OF_NODES = frozenset(("instance-fault", "group-fault", "handling-started", "handling-over", "rejoin", "site-fault"))


class Writing(NamedTuple):
    """The processes that have written a log, and from when to when."""

    kind: str
    node: str
    pids: frozenset[int]
    first: float
    last: float

    def excludes(self, other: Writing) -> bool:
        """Whether two logs cannot be of one cluster."""
        together = min(self.last, other.last) - max(self.first, other.first)
        return self.kind == other.kind and self.node == other.node and together > _SKEW and self.pids.isdisjoint(other.pids)


class Part:
    """Logs of one cluster, as far as they are joined."""

    def __init__(self, logs: Sequence[Log]) -> None:
        self.logs = list(logs)
        self.words = {word for log in logs for word in words_of(log.source)}
        self.writings: dict[tuple[str, str], list[Writing]] = {}
        for log in logs:
            if (writing := writing_of(log)) is not None:
                self.writings.setdefault((writing.kind, writing.node), []).append(writing)

    def excludes(self, other: Part) -> bool:
        return any(one.excludes(another) for key, mine in self.writings.items() for one in mine for another in other.writings.get(key, ()))

    def join(self, other: Part) -> None:
        """Take in another part; where a console lies says nothing of where others do."""
        if other.writings:
            self.words = self.words | other.words if self.writings else other.words
        self.logs += other.logs
        for key, writings in other.writings.items():
            self.writings.setdefault(key, []).extend(writings)


def writing_of(log: Log) -> Writing | None:
    """None of a log that does not tell its node, its process or its time."""
    pids = frozenset(pid for pid in (log.writer.pid, *(pid for pid, _ in log.writer.started)) if pid is not None)
    first, last = (seconds_of(log.extent.first), seconds_of(log.extent.last)) if log.extent is not None else (None, None)
    if log.kind == "dolphindb" and first is not None:
        pids = frozenset({round(first * 1e6)})  # nothing prints a pid, but no other process began to write at that microsecond
    if log.writer.node is None or not pids or first is None or last is None:
        return None
    return Writing(log.kind, log.writer.node.casefold(), pids, first, last)


def find_clusters(logs: Sequence[Log]) -> list[list[Log]]:
    """The logs of each cluster, in their order; the clusters in the order of their first logs."""
    processes = _by_process(logs)
    if _agree(processes):
        return [list(logs)]
    parts = _by_folder(processes)
    if len(parts) <= _MOST:
        _join(parts, _words_in_common)
        _join(parts, _moments_in_common)
    order = {id(log): at for at, log in enumerate(logs)}
    each = [sorted(part.logs, key=lambda log: order[id(log)]) for part in parts]
    return sorted(each, key=lambda part: order[id(part[0])])


def _by_process(logs: Sequence[Log]) -> list[Part]:
    """Logs that one process has written, one after the other, are parts of one log."""
    parts: list[Part] = []
    known: dict[tuple[str, str, int], Part] = {}
    for log in logs:
        part, writing = Part([log]), writing_of(log)
        keys = [(writing.kind, writing.node, pid) for pid in writing.pids] if writing is not None else []
        before = next((known[key] for key in keys if key in known), None)
        if before is not None:
            before.join(part)
        else:
            parts.append(part)
        known.update((key, before or part) for key in keys if key not in known)
    return parts


def _agree(parts: Sequence[Part]) -> bool:
    """Whether all parts may be of one cluster."""
    known: dict[tuple[str, str], list[Writing]] = {}
    for part in parts:
        for key, writings in part.writings.items():
            before = known.setdefault(key, [])
            if any(one.excludes(other) for one in writings for other in before):
                return False
            before.extend(writings)
    return True


def _by_folder(processes: Sequence[Part]) -> list[Part]:
    """From the innermost folders outward, all parts in a folder are joined if they agree."""
    within: dict[tuple[str, ...], list[Part]] = {}
    for part in processes:
        within.setdefault(folders_of(part.logs[0].source), []).append(part)
    for depth in range(max(map(len, within)), -1, -1):
        for folder in [folder for folder in within if len(folder) == depth]:
            parts = within.pop(folder)
            if len(parts) > 1 and any(part.writings for part in parts) and _agree(parts):  # consoles alone may be of any cluster
                for other in parts[1:]:
                    parts[0].join(other)
                del parts[1:]
            within.setdefault(folder[:-1], []).extend(parts)
    return within[()]


def _join(parts: list[Part], in_common: Callable[[Sequence[Part]], dict[tuple[int, int], int]]) -> None:
    """Join each two parts that have most in common, as long as no other part that one of them excludes has as much."""
    while True:
        shared = {pair: count for pair, count in in_common(parts).items() if count and _may_join(parts[pair[0]], parts[pair[1]])}
        pairs = sorted(shared, key=lambda pair: (-shared[pair], pair))
        best = next((pair for pair in pairs if not _is_disputed(pair, shared, parts)), None)
        if best is None:
            return
        parts[best[0]].join(parts.pop(best[1]))


def _may_join(one: Part, other: Part) -> bool:
    """Consoles, which tell no process, are joined to logs that do."""
    return bool(one.writings or other.writings) and not one.excludes(other)


def _is_disputed(pair: tuple[int, int], shared: dict[tuple[int, int], int], parts: Sequence[Part]) -> bool:
    """Whether one of two parts has as much in common with a third one that the other excludes."""
    return any(
        shared.get((min(mine, third), max(mine, third)), 0) >= shared[pair] and parts[other].excludes(parts[third])
        for mine, other in (pair, pair[::-1])
        for third in range(len(parts))
        if third not in pair
    )


def _words_in_common(parts: Sequence[Part]) -> dict[tuple[int, int], int]:
    """The words of names that not all parts have."""
    nodes = {log.writer.node.casefold() for part in parts for log in part.logs if log.writer.node is not None}
    words = [part.words - nodes for part in parts]
    everywhere = set.intersection(*words)
    return {pair: len(words[pair[0]] & words[pair[1]] - everywhere) for pair in _pairs(len(parts))}


def words_of(source: str) -> set[str]:
    """The words of a name and of its folders that may tell one cluster from another."""
    return {word for word in _WORD.findall(source.casefold()) if not word.isdecimal() and word not in _OF_ALL}


def _moments_in_common(parts: Sequence[Part]) -> dict[tuple[int, int], int]:
    """What is told of the same nodes at the same time."""
    told = [
        [(event.kind, event.nodes, at) for log in part.logs for event in log.events[:1000]
         if event.kind in _SPEAKS_OF_NODES and (at := seconds_of(event.time)) is not None]
        for part in parts
    ]  # fmt: skip
    near = [{(kind, nodes, round(at) + step) for kind, nodes, at in each for step in range(-_SKEW, _SKEW + 1)} for each in told]
    return {
        (one, other): sum((kind, nodes, round(at)) in near[one] for kind, nodes, at in told[other]) for one, other in _pairs(len(parts))
    }


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    return ((one, other) for one in range(count) for other in range(one + 1, count))
