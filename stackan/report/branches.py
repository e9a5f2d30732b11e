"""The chain of the cause in characters, each link below the one that waits for it.

LWP 16389 transfer, in lock_second
└─ waits for mutex 0x55d178 <lock_b>
   └─ held by LWP 16391 audit, in lock_first
      └─ waits for mutex 0x55d140 <lock_a>
         └─ held by LWP 16389 transfer: the circle closes
"""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.report.chain import SOMEONE_ELSE, Arrow, Chain, notes_of
from stackan.report.layout import wrap
from stackan.report.page import Page

_DRAWN = ("├─ ", "└─ ", "│  ", "   ")
_PLAIN = ("|- ", "`- ", "|  ", "   ")  # for an encoding that has no lines to draw


class Branch(NamedTuple):
    """One line of the drawing: what is before the words, the words, and whether the finding is about them, or they are the root."""

    before: str
    words: str
    concerned: bool = False
    root: bool = False


def branches(chain: Chain, page: Page) -> Iterator[Branch]:
    """The lines of the drawing; none where there is one link only, which the finding says as well."""
    if len(chain.links) > 1:
        yield from _Tree(chain, page).lines()
        for words in notes_of(chain):
            yield Branch("", page.say(words))


def lines_of(branch: Branch, page: Page, indent: int) -> Iterator[str]:
    """The branch in lines of the page's width; the tree goes on beside its words."""
    beside = branch.before.replace(_DRAWN[0], _DRAWN[2]).replace(_PLAIN[0], _PLAIN[2])
    beside = beside.replace(_DRAWN[1], _DRAWN[3]).replace(_PLAIN[1], _PLAIN[3]) or "   "
    for at, line in enumerate(wrap(page.say(branch.words), page.width - indent - len(beside))):
        yield " " * indent + (beside if at else branch.before) + line


class _Tree:
    def __init__(self, chain: Chain, page: Page) -> None:
        self.chain = chain
        self.page = page
        self.signs = _PLAIN if page.plain else _DRAWN
        self.drawn: set[int] = set()
        self.above: list[int] = []  # the links from the top to where the drawing is
        self.leads: dict[int, list[Arrow]] = {}
        for arrow in chain.arrows:
            self.leads.setdefault(arrow.waiter, []).append(arrow)

    def lines(self) -> Iterator[Branch]:
        for start in self.chain.rows[0]:
            if start not in self.drawn:
                yield self._branch("", None, start)
                yield from self._below(start, "")

    def _below(self, link: int, margin: str) -> Iterator[Branch]:
        self.drawn.add(link)
        self.above.append(link)
        arrows = self.leads.get(link, [])
        fork, last, bar, blank = self.signs
        for at, arrow in enumerate(arrows):
            ends = at + 1 == len(arrows)
            before = margin + (last if ends else fork)
            if arrow.supplier in self.drawn and self.chain.links[arrow.supplier].kind != SOMEONE_ELSE:  # who may be another one each time
                yield self._again(before, arrow)
            else:
                yield self._branch(before, arrow, arrow.supplier)
                yield from self._below(arrow.supplier, margin + (blank if ends else bar))
        self.above.pop()

    def _branch(self, before: str, arrow: Arrow | None, at: int) -> Branch:
        link = self.chain.links[at]
        words = self.page.say(said("{link}, {detail}", link=link.title, detail=link.detail)) if link.detail else link.title
        if arrow is not None:
            words = self.page.say(said("{relation} {link}", relation=arrow.words, link=words))
        if link.root:
            words = self.page.say(said("{link}: the root of these waits", link=words))
        return Branch(before, words, link.concerned, link.root)

    def _again(self, before: str, arrow: Arrow) -> Branch:
        link = self.chain.links[arrow.supplier]
        words = self.page.say(said("{relation} {link}", relation=arrow.words, link=link.title))
        text = said("{link}: the circle closes", link=words) if arrow.supplier in self.above else said("{link}, above", link=words)
        return Branch(before, self.page.say(text), link.concerned)
