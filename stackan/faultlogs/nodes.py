"""The nodes of a cluster, put together from all logs: one prints a node's name, one its number, and each group has names of its own.

DMCSS, DMASM and DMSERVER of one node are called CSS1, ASM1 and DSC1, and have one number in the cluster: `EP[1]`, `DSC1[1]`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from stackan.faultlogs.names import base_name
from stackan.faultlogs.timeline import Told
from stackan.model.event import Node
from stackan.model.log import Log

Key = int | str  # a node's number, else its name

_WEIGHTS = {"DB": 3, "": 2}  # of a name, by the group whose process has it: a node is best known by its database instance
_OF_SERVER = 4
_NUMBERED = re.compile(r"(\d{1,4})$")


class Nodes:
    """Which names and numbers are of one node."""

    def __init__(self, logs: Sequence[Log], told: Sequence[Told]) -> None:
        self._weights: dict[str, int] = {}
        self._sites: dict[str, int] = {}
        self._names: dict[int, set[str]] = {}
        for each in told:
            for node in each.event.nodes:
                self._learn(node, _WEIGHTS.get(each.event.group, 1))
        for log in logs:
            self._learn(Node(log.writer.node, None), _OF_SERVER if log.kind == "dmserver" else 1)
        self._beside = _in_one_folder(logs)
        self._counts_from = self._first_number()
        for name in self._weights:
            site = self._site(name)
            if site is not None:
                self._names.setdefault(site, set()).add(name)
        self._best = {site: min(names, key=self._rank) for site, names in self._names.items()}

    def _learn(self, node: Node, weight: int) -> None:
        if node.name is None:
            return
        self._weights[node.name] = max(self._weights.get(node.name, 0), weight)
        if node.site is not None:
            self._sites.setdefault(node.name, node.site)
            self._names.setdefault(node.site, set()).add(node.name)

    def _first_number(self) -> int | None:
        """What the names of this cluster count from, if all that are known with their numbers agree: DSC0[0] from 0, DSC1[0] from 1."""
        starts = {int(match[1]) - site for name, site in self._sites.items() if (match := _NUMBERED.search(name))}
        return starts.pop() if len(starts) == 1 else None

    def key(self, node: Node) -> Key | None:
        """Equal for what is one node; None of a node of which nothing is known."""
        if node.site is not None:
            return node.site
        if node.name is None:
            return None
        site = self._site(node.name)
        if site is not None:
            return site
        beside = self._beside.get(node.name)
        return beside if beside is not None else node.name

    def _site(self, name: str) -> int | None:
        known = self._sites.get(name, self._sites.get(self._beside.get(name, "")))
        if known is not None or self._counts_from is None:
            return known
        match = _NUMBERED.search(name)
        return int(match[1]) - self._counts_from if match and int(match[1]) >= self._counts_from else None

    def whole(self, node: Node) -> Node:
        """A node with all that is known of it, by the name of its database instance if that is known."""
        key = self.key(node)
        if isinstance(key, int):
            return Node(self._best.get(key, node.name), key)
        return Node(key, None) if isinstance(key, str) else node

    def _rank(self, name: str) -> tuple[int, str]:
        return -self._weights[name], name

    def several(self, nodes: Sequence[Node]) -> tuple[Node, ...]:
        """Each node once, in the order of their numbers, and whole."""
        known = {key: self.whole(node) for node in nodes if (key := self.key(node)) is not None}
        return tuple(known[key] for key in sorted(known, key=lambda key: (isinstance(key, str), str(key).zfill(9))))

    @functools.cached_property
    def servers(self) -> tuple[Node, ...]:
        """All nodes that have a database instance, as far as it is known by a name or a log."""
        return self.several([Node(name, None) for name, weight in self._weights.items() if weight >= _WEIGHTS["DB"]])


def _in_one_folder(logs: Sequence[Log]) -> dict[str, str]:
    """{name of another process: that of the database instance whose log lies in the same folder}, where the folder is of one node."""
    folders: dict[str, dict[str, set[str]]] = {}
    for log in logs:
        if log.writer.node is not None:
            folder = log.source.replace("!", "/").rpartition("/")[0]
            folders.setdefault(folder, {}).setdefault(log.kind, set()).add(log.writer.node)
    return {
        name: next(iter(kinds["dmserver"]))
        for kinds in folders.values()
        if all(len(names) == 1 for names in kinds.values()) and "dmserver" in kinds
        for kind, names in kinds.items()
        if kind != "dmserver"
        for name in names
    }


def writer_of(log: Log) -> Node:
    """The node of which a process has written a log; DMCSSM's console is of none."""
    return Node(log.writer.node if log.kind != "dmcssm" else None, None)


def unnamed_writer(log: Log) -> Node:
    """The server that has written a log whose name tells no node, as people may find it: by the file and the process id."""
    pid = f" (P{log.writer.pid})" if log.writer.pid is not None else ""
    return Node(f"{base_name(log.source)}{pid}", None)
