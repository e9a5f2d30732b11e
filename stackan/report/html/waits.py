"""The wait-for graph as boxes and arrows for the page's program: folded by equal stacks, and by pool where that leaves too many."""

from __future__ import annotations

from typing import Any

from stackan.escapes import shorten
from stackan.model.finding import CRITICAL
from stackan.model.waitgraph import WaitGraph
from stackan.report.chain import who
from stackan.report.html.report import Report, parted
from stackan.report.membership import workers_of
from stackan.wording.nouns import say

LIMIT = 300  # boxes at once; a layout of more takes longer than a second, and nobody reads it
_ARROWS = 900
_LABEL = 200  # characters
_FOLLOWED = 50  # threads of one box, which mostly wait for the same


class Waits:
    """Boxes, arrows between them, and the box of each thread."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._graph: WaitGraph = report.analysis.waits
        boxes, members, self._roots = report.folded
        self._pools = workers_of(report.analysis.processes)
        self.by_pool = False
        if len(members) > LIMIT:
            boxes, members = self._folded_by_pool(boxes)
            self.by_pool = True
        self._critical = {id(track) for each in report.analysis.findings if each.severity == CRITICAL for _, track in each.threads}
        self._members = members
        self._boxes = boxes
        self._shown = {box: at for at, box in enumerate(self._chosen())}
        self.left = len(members) - len(self._shown)
        self.box_of = {
            id(track): self._shown[box]
            for number, box in boxes.items()
            if box in self._shown and (track := self._graph.nodes[number].track) is not None
        }

    def document(self) -> dict[str, Any]:
        drawn, hidden = parted(self._arrows(), _ARROWS)
        return {
            "boxes": [self._box(self._members[box]) for box in self._shown],
            "arrows": drawn,
            "left": self.left,
            "limit": LIMIT,
            "byPool": self.by_pool,
            "arrowsLeft": hidden,
            "arrowLimit": _ARROWS,
        }

    def _folded_by_pool(self, boxes: dict[int, int]) -> tuple[dict[int, int], dict[int, list[int]]]:
        """Threads of one pool share a box, unless one is a root, or a box of its own that others wait for by name."""
        first: dict[object, int] = {}
        found: dict[int, int] = {}
        members: dict[int, list[int]] = {}
        for number, box in boxes.items():
            track = self._graph.nodes[number].track
            pool = self._pools.get(id(track)) if track is not None and box not in self._roots else None
            found[number] = first.setdefault(id(pool), box) if pool is not None else box
            members.setdefault(found[number], []).append(number)
        return found, members

    def _chosen(self) -> list[int]:
        """At most so many boxes: each cause with all that it leads to, the gravest first, then whoever waits."""
        members = self._members
        ranked = sorted(members, key=lambda box: (self._rank(members[box]), -len(members[box])))
        if len(ranked) <= LIMIT:
            return ranked
        chosen: dict[int, None] = {}
        for start in ranked:
            todo = [start]
            while todo and len(chosen) < LIMIT:
                box = todo.pop(0)
                if box not in chosen:
                    chosen[box] = None
                    todo += (self._boxes[edge.supplier] for number in members[box][:_FOLLOWED] for edge in self._graph.out[number])
            if len(chosen) == LIMIT:
                break
        return list(chosen)

    def _rank(self, numbers: list[int]) -> int:
        """Causes first, then other threads that wait, then what they wait for."""
        mark = self._mark(numbers)
        return {"critical": 0, "root": 1}.get(mark, 3 if self._graph.nodes[numbers[0]].track is None else 2)

    def _mark(self, numbers: list[int]) -> str:
        if any(id(self._graph.nodes[number].track) in self._critical for number in numbers[:1000]):
            return "critical"
        return "root" if any(number in self._roots for number in numbers[:1000]) else ""

    def _box(self, numbers: list[int]) -> list[Any]:
        """[kind, title, detail, mark, how many nodes it stands for]"""
        node, page = self._graph.nodes[numbers[0]], self._report.page
        threads = [(each.process, each.track) for each in map(self._graph.nodes.__getitem__, numbers) if each.process and each.track]
        words = (
            page.say(who(threads, self._pools, page)) if threads else say(node.what if node.what is not None else node.label, page.catalog)
        )
        title = words if threads or len(numbers) == 1 else f"{len(numbers):,} × {words}"
        detail = shorten(node.track.place.purpose, _LABEL) if node.track is not None else ""
        if node.process is not None and len(self._report.analysis.processes) > 1:
            detail = f"{detail}\n{node.process.id}"
        return [node.kind, shorten(title, _LABEL), detail, self._mark(numbers), len(numbers)]

    def _arrows(self) -> list[list[Any]]:
        """[from, to, words, whether it is shown by the text]"""
        found: dict[tuple[int, int], list[Any]] = {}
        for number, box in self._boxes.items():
            if box not in self._shown:
                continue
            for edge in self._graph.out[number]:
                to = self._shown.get(self._boxes[edge.supplier])
                if to is not None and (self._shown[box], to) not in found:
                    words = self._report.page.speech.relation(edge.relation)
                    found[self._shown[box], to] = [self._shown[box], to, words, edge.evidence != "inferred"]
        return list(found.values())
