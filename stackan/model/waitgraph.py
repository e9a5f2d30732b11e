"""The AND/OR wait-for graph as plain arrays (docs/algorithm.md)."""

from __future__ import annotations

from collections.abc import Hashable

from stackan.model.brief import brief, in_short, where
from stackan.model.facts import Wanted
from stackan.model.labels import label
from stackan.model.place import Sighting
from stackan.model.process import Pool, Process
from stackan.model.records import NamedTuple
from stackan.model.track import Track

# The relations between a waiter and its supplier.
WAITS_FOR = "waits-for"
HELD_BY, END_OF = "held-by", "end-of"  # a lock and a thread that holds it; a thread and the one that it joins
TRANSACTION_OF = "transaction-of"  # a thread, and the one whose session has to end its transaction
MAY_HOLD = "may-be-held-by"  # a lock that nobody is shown to hold, and the threads that are not parked by design
RUN_BY = "run-by"  # an initialization and the threads that run one: which of them it is stays unknown
ONLY_BY = "released-only-by"  # a lock and the only thread that could ever release it
POOL_RELEASES = "released-by-pool"  # what, by a profile, only a worker of the waiter's own pool can release, and that pool
BROUGHT_BY = "brought-by"  # what a pool's workers wait for, and the pools that a profile declares for it
MAY_BRING = "may-be-brought-by"  # the same, and *someone else* may bring it, too
DELIVERED_BY, MAY_DELIVER = "delivered-by", "may-be-delivered-by"  # the result of a task, and the threads that have to, or may, bring it
WORKER_OF, MAY_GROW = "has-worker", "may-grow"  # a pool, one of its workers, and threads that may be added
MAY_COME = "may-come-from"  # an answer from the processes at the other end of a connection or a pipe, and the threads that may give it
# Objects without an owner, and the threads that bring what is waited for there.
SIGNALED_BY, POSTED_BY, ARRIVAL_OF, COUNTED_BY, CHANGED_BY = "signaled-by", "posted-by", "arrival-of", "counted-down-by", "changed-by"


@brief
class Node(NamedTuple):
    """A thread, a resource, a pool, or *someone else*."""

    kind: str  # "thread", "resource", "pool", "someone-else"
    words: str  # for what is no thread
    process: Process | None
    track: Track | None = None
    pool: Pool | None = None
    resource: str = ""  # a RESOURCE of the contract; for an answer of another process, its channel: "socket" or "pipe"
    address: int | None = None
    what: Wanted | None = None  # of a resource, if it names that better in a sentence than the label

    @property
    def label(self) -> str:
        """What to call it; a thread as its dump does."""
        return label(self.track) if self.track is not None else self.words


class Edge(NamedTuple):
    """`waiter` can go on only if (AND) or as soon as (OR) `supplier` does."""

    waiter: int
    supplier: int
    evidence: str
    source: str
    shown: int | Sighting  # the line of the text that shows it, 0 if none does; or the thread whose wait it is: most lines are never used
    relation: str  # one of these relations
    sure: bool = True  # False: it may be left over, so nothing that rests on it is certain
    frame: int | None = None  # level of the supplier's frame whose locals show it

    def __repr__(self) -> str:
        return in_short("Edge", f"{self.waiter} {self.relation} {self.supplier}, {self.evidence}: {where(self.source, self.line)}")

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
        self.shared_locks: dict[tuple[str, int | str], Hashable] = {}  # of several processes, by (process, thread) that waits for one
        self.at_rest: dict[int, tuple[int, ...]] = {}  # by what only pools can bring: those that could, but never were at work

    def __repr__(self) -> str:
        return f"<WaitGraph of {len(self.nodes)} nodes, {sum(map(len, self.out))} edges>"

    def add(self, node: Node, needs: int = 0) -> int:
        self.nodes.append(node)
        self.needs.append(needs)
        self.out.append([])
        return len(self.nodes) - 1

    def connect(self, edge: Edge) -> None:
        self.out[edge.waiter].append(edge)

    def successors(self, node: int) -> list[int]:
        return [edge.supplier for edge in self.out[node]]


@brief
class Cause(NamedTuple):
    """A component of the deadlocked set that is deadlocked by itself."""

    nodes: tuple[int, ...]
    cycle: tuple[int, ...]  # a shortest cycle through some of them, each waiting for the next and the last for the first


@brief
class Dam(NamedTuple):
    """Threads of one process that stand in one place, for someone else; and threads that can go on only after one of these."""

    threads: tuple[int, ...]
    behind: tuple[int, ...]


@brief
class Reduction(NamedTuple):
    """The rest of a wait-for graph after everything that can be released is."""

    held: frozenset[int]
    causes: tuple[Cause, ...]
    dams: tuple[Dam, ...] = ()
