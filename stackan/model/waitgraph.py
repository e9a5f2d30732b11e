"""The AND/OR wait-for graph as plain arrays (docs/algorithm.md)."""

from typing import NamedTuple

from stackan.model.place import Sighting
from stackan.model.process import Pool, Process
from stackan.model.track import Track

# The relations of a lock to a thread that holds it, and of a thread to the one that it joins.
HELD_BY, END_OF = "is held by", "waits for the end of"
# The relation of a lock to the only thread that could ever release it.
ONLY_BY = "can be released only by"
# The relation of what a pool's workers wait for to the pools that a profile declares for it.
BROUGHT_BY = "can be brought only by work of"
# The relation of whatever the processes at the other end of a connection or a pipe may do to those of them who may do it.
MAY_COME = "may come from"


class Node(NamedTuple):
    """A thread, a resource, a pool, or *someone else*."""

    kind: str  # "thread", "resource", "pool", "someone-else"
    label: str
    process: Process | None
    track: Track | None = None
    pool: Pool | None = None
    resource: str = ""  # a RESOURCE of the contract; of what another process may do, that through which it does: "socket" or "pipe"
    address: int | None = None


class Edge(NamedTuple):
    """`waiter` can go on only if (AND) or as soon as (OR) `supplier` does."""

    waiter: int
    supplier: int
    evidence: str
    source: str
    shown: int | Sighting  # the line of the text that shows it, 0 if none does; or the thread whose wait it is: most are never asked for
    words: str  # the relation, as in "is held by"
    sure: bool = True  # False: it may be left over, so nothing that rests on it is certain
    frame: int | None = None  # level of the supplier's frame whose locals show it

    @property
    def line(self) -> int:
        return self.shown if isinstance(self.shown, int) else self.shown.wait_line


class WaitGraph:
    """Nodes with successor lists; `needs[n]` of the successors of n have to be released before n is.

    A node that needs 0 is active: it moves by itself.  AND waits need all of their successors, OR waits one.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.needs: list[int] = []
        self.out: list[list[Edge]] = []

    def add(self, node: Node, needs: int = 0) -> int:
        self.nodes.append(node)
        self.needs.append(needs)
        self.out.append([])
        return len(self.nodes) - 1

    def connect(self, edge: Edge) -> None:
        self.out[edge.waiter].append(edge)

    def successors(self, node: int) -> list[int]:
        return [edge.supplier for edge in self.out[node]]


class Cause(NamedTuple):
    """A component of the deadlocked set that is deadlocked by itself."""

    nodes: tuple[int, ...]
    cycle: tuple[int, ...]  # a shortest cycle through some of them, each waiting for the next and the last for the first


class Reduction(NamedTuple):
    """What remains of a wait-for graph after everything that can be released is."""

    held: frozenset[int]
    causes: tuple[Cause, ...]
