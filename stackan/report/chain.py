"""The chain of the cause as data: who waits, for what, who holds that, up to where the way ends or closes; drawings are made of it.

Threads in one place that wait for the same are one link of the chain, as in a drawing of the whole graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stackan.model.analysis import Analysis
from stackan.model.finding import VERDICT_OF, Finding
from stackan.model.labels import label, mark
from stackan.model.process import Pool, Process
from stackan.model.records import NamedTuple
from stackan.model.said import said, said_of
from stackan.model.track import Track
from stackan.model.waitgraph import Edge, Node, WaitGraph
from stackan.report.folding import Folded, fold
from stackan.report.membership import workers_of
from stackan.report.page import Page, threads_of
from stackan.report.terms import term
from stackan.wording.nouns import say

_LINKS = 14  # as many a person follows with the eyes
_BRANCHES = 3  # that one link leads to; more of one relation are one link

THREADS, RESOURCE, POOL, SOMEONE_ELSE = "thread", "resource", "pool", "someone-else"


class Link(NamedTuple):
    """One link of a chain: threads that are alike, what they wait for, a pool, or someone else."""

    kind: str
    title: str  # "10 threads of MariaDB thread pool", "mutex 0x5587d1784140 <audit_lock>"
    detail: str  # "in lock_wait"; "" where there is nothing to add
    threads: tuple[tuple[Process, Track], ...]  # the first of them stands for all
    concerned: bool  # the finding is about it
    root: bool  # others wait for it, and it for no thread


class Arrow(NamedTuple):
    """One link waits for another; by their places in the chain."""

    waiter: int
    supplier: int
    words: str  # "waits for", "held by"
    sure: bool  # shown by the text, not concluded
    back: bool  # it leads to a link that came before: the chain closes


class Chain(NamedTuple):
    """The chain of one finding, its links row by row: each row waits for the next."""

    finding: Finding
    rows: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]
    arrows: tuple[Arrow, ...]
    behind: int  # how many more threads are known to wait behind it
    perhaps_behind: int
    hidden: int  # links that are not shown


def main_finding(analysis: Analysis) -> Finding | None:
    """The finding that the verdict rests on, else the gravest one."""
    rests = (each for each in analysis.findings if rests_on(analysis, each))
    return next(rests, analysis.findings[0] if analysis.findings else None)


def rests_on(analysis: Analysis, finding: Finding) -> bool:
    """Whether the verdict rests on a finding."""
    return finding.supports_verdict and VERDICT_OF.get(finding.kind) == analysis.verdict


def badge(analysis: Analysis, page: Page) -> str:
    """`WORKER-EXHAUSTION (likely)`, `2 FAULTS`: the verdict, and how sure the finding is that it rests on."""
    if not analysis.processes:
        faults = len(analysis.story.faults)
        return said_of(faults, "{count} FAULT", "{count} FAULTS") if faults else said("NO FAULT")
    finding, verdict = main_finding(analysis), page.term(analysis.verdict).upper()
    if finding is None or not rests_on(analysis, finding):
        return verdict
    return said("{verdict} ({confidence})", verdict=verdict, confidence=term(finding.confidence))


def cause(analysis: Analysis) -> Finding | None:
    """The finding whose chain is the cause of the verdict, or, where nothing is conclusive, what is suspected."""
    finding = main_finding(analysis)
    known = VERDICT_OF.get(finding.kind) if finding is not None else None
    return finding if known is not None and (known == analysis.verdict or analysis.verdict == "inconclusive") else None


def chain_of(analysis: Analysis, finding: Finding, page: Page, folded: Folded | None = None) -> Chain | None:
    """The chain of a finding; None where it is about no thread.  `folded`: the graph, where it has been folded already."""
    if not finding.threads:
        return None
    return _Walk(analysis, finding, page, folded or fold(analysis)).chain()


class _Walk:
    """The way from the threads of a finding along what they wait for."""

    def __init__(self, analysis: Analysis, finding: Finding, page: Page, folded: Folded) -> None:
        self.graph: WaitGraph = analysis.waits
        self.finding = finding
        self.page = page
        self.boxes = dict(folded.boxes)
        self.members = {box: list(numbers) for box, numbers in folded.members.items()}
        self.roots = folded.roots
        self.several = len(analysis.processes) > 1
        self.pools = workers_of(analysis.processes)
        self.about = {(process.id, track.key) for process, track in finding.threads}
        self._fold_processes()
        self._leads: dict[int, list[tuple[int, Edge]]] = {}

    def _fold_processes(self) -> None:
        """Threads of the finding that do the same in several processes are one link: forty servers may wait for one row."""
        first: dict[object, int] = {}
        for box in [box for box in self.members if self._concerned(box)]:
            track = self._node(self.members[box][0]).track
            leads = tuple((self.boxes[edge.supplier], edge.relation) for edge in self.graph.out[self.members[box][0]])
            other = first.setdefault((track.place.names if track is not None else box, leads), box)
            if other != box:
                self.members[other] += self.members.pop(box)
                self.boxes.update((number, other) for number in self.members[other])

    def chain(self) -> Chain | None:
        starts = self._starts()
        if not starts:
            return self._alone()
        rows, hidden = self._rows(starts)
        order = {box: at for at, box in enumerate(box for row in rows for box in row)}
        row_of = {box: at for at, row in enumerate(rows) for box in row}
        arrows = {
            (order[box], order[to]): Arrow(
                order[box], order[to], self.page.speech.relation(edge.relation), edge.evidence != "inferred", row_of[to] <= row_of[box]
            )
            for box in order
            for to, edge in self._suppliers(box)
            if to in order
        }
        return Chain(
            self.finding,
            tuple(tuple(order[box] for box in row) for row in rows),
            tuple(self._link(box) for box in order),
            tuple(arrows.values()),
            self.finding.behind,
            self.finding.perhaps_behind,
            hidden,
        )

    def _starts(self) -> list[int]:
        """The boxes of the finding's threads, without those that another one of them leads to, unless all are in one circle."""
        own = [box for box in self.members if self._concerned(box)]
        led_to: set[int] = set()
        for box in own:
            if box not in led_to:
                led_to |= self._reached(box) - {box}
        free = [box for box in own if box not in led_to]
        return sorted(free, key=lambda box: -len(self.members[box])) or own[:1]

    def _reached(self, box: int) -> set[int]:
        found: set[int] = set()
        todo = [box]
        while todo and len(found) < 10 * _LINKS:
            for to, _ in self._suppliers(todo.pop()):
                if to not in found:
                    found.add(to)
                    todo.append(to)
        return found

    def _rows(self, starts: list[int]) -> tuple[list[list[int]], int]:
        """Breadth first; at most so many links, the rest counted."""
        rows, seen, hidden = [starts[:_BRANCHES]], set(starts), len(starts[_BRANCHES:])
        shown = len(rows[0])
        while True:
            found = list(dict.fromkeys(to for box in rows[-1] for to in self._few(box) if to not in seen))
            seen.update(found)
            kept = found[: min(_BRANCHES + 1, _LINKS - shown)]
            hidden += len(found) - len(kept)
            if not kept:
                return rows, hidden
            rows.append(kept)
            shown += len(kept)

    def _few(self, box: int) -> list[int]:
        """Where a link leads to: of many that may be meant, those that the finding is about come first."""
        found = [to for to, _ in self._suppliers(box)]
        return sorted(found, key=lambda to: not (self._concerned(to) or to in self.roots))[: _BRANCHES + 1]

    def _suppliers(self, box: int) -> list[tuple[int, Edge]]:
        """The links that one leads to, each with the first edge that says so."""
        if box not in self._leads:
            found: dict[int, Edge] = {}
            for number in self.members[box]:
                for edge in self.graph.out[number]:
                    found.setdefault(self.boxes[edge.supplier], edge)
            self._leads[box] = list(found.items())
        return self._leads[box]

    def _node(self, number: int) -> Node:
        return self.graph.nodes[number]

    def _concerned(self, box: int) -> bool:
        nodes = map(self._node, self.members[box])
        return any(node.process and node.track and (node.process.id, node.track.key) in self.about for node in nodes)

    def _link(self, box: int) -> Link:
        nodes = [self._node(number) for number in self.members[box]]
        node, root = nodes[0], box in self.roots
        if node.track is None or node.process is None:
            words = say(node.what if node.what is not None else node.label, self.page.catalog)
            if len(nodes) > 1:
                words = f"{len(nodes)} × {words}"
            home = [node.process] if node.process and self.several else []
            return Link(node.kind, words, self._where(home), (), False, root)
        threads = tuple((each.process, each.track) for each in nodes if each.process and each.track)
        return self._threads(threads, self._concerned(box), root)

    def _threads(self, threads: tuple[tuple[Process, Track], ...], concerned: bool, root: bool) -> Link:
        place = self.page.say(said("in {function}", function=threads[0][1].place.purpose))
        home = {process.id: process for process, _ in threads}
        where = self._where(home.values() if self.several and len(home) == 1 else ())
        detail = self.page.catalog.comma.join(filter(None, (place, where)))
        return Link(THREADS, self.page.say(who(threads, self.pools, self.page)), detail, threads, concerned, root)

    def _where(self, homes: Iterable[Process]) -> str:
        return "".join(self.page.say(said("process {name}", name=process.id)) for process in homes)

    def _alone(self) -> Chain:
        """Threads that wait for nothing that is known."""
        link = self._threads(self.finding.threads, True, False)
        return Chain(self.finding, ((0,),), (link,), (), self.finding.behind, self.finding.perhaps_behind, 0)


def who(threads: Sequence[tuple[Process, Track]], pools: Mapping[int, Pool], page: Page) -> str:
    """`LWP 4250 transfer`, `10 threads of MariaDB thread pool`, `4 threads: 1 2 3 and 1 more`"""
    if len(threads) == 1:
        return label(threads[0][1])
    pool = pools.get(id(threads[0][1]))
    homes = len({process.id for process, _ in threads})
    if homes > 1:
        return said_of(homes, "{threads} of {count} process", "{threads} of {count} processes", threads=threads_of(len(threads)))
    if pool is not None and all(pools.get(id(track)) is pool for _, track in threads):
        return said("{count} threads of {pool}", count=len(threads), pool=page.catalog.of_profile(pool.name))
    return said("{count} threads: {numbers}", count=len(threads), numbers=page.numbers([mark(track) for _, track in threads], 3))


def notes_of(chain: Chain) -> list[str]:
    """What a drawing of a chain leaves out, in words."""
    hidden = [said_of(chain.hidden, "{count} more link is not drawn", "{count} more links are not drawn")] if chain.hidden else []
    return [*hidden, *behind_words(chain)]


def behind_words(chain: Chain) -> list[str]:
    """How many stand behind a chain, in words; empty where nobody does."""
    words: list[str] = []
    if chain.behind:
        words.append(said_of(chain.behind, "{count} more thread waits behind these", "{count} more threads wait behind these"))
    if chain.perhaps_behind:
        words.append(
            said_of(chain.perhaps_behind, "{count} more thread may wait behind these", "{count} more threads may wait behind these")
        )
    return words
