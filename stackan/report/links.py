"""The links of a loop of pools, a line each: a paragraph of such sentences hides who waits for whom.

8 workers: 23984: level 0 -> level 1, for subtasks of level 1
7 workers: 23984: level 1 -> 37132: level 0 or level 1, for work on another node
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from stackan.model.facts import Fact, One, PoolOf
from stackan.model.process import Pool
from stackan.model.said import said, said_of
from stackan.report.page import Page
from stackan.wording.catalog import Catalog
from stackan.wording.nouns import listed, listed_as_choice, say

_LINK = "only-pools-can-bring"
_Join = Callable[[Sequence[str], Catalog], str]


def render_explanation(facts: Sequence[Fact], page: Page) -> Iterator[str]:
    """The facts as a paragraph; several links in a row as a list within it."""
    before, links, after = explanation(facts, page)
    yield from page.indented(before, 3, 3)
    for link in links:
        yield from page.indented(link, 6, 9)
    yield from page.indented(after, 3, 3)


def explanation(facts: Sequence[Fact], page: Page) -> tuple[str, list[str], str]:
    """(what is said first, a line for each link where there are several, what is said behind them)"""
    links = [fact for fact in facts if fact.name == _LINK]
    if len(links) < 2:
        return page.speech.text(facts), [], ""
    first, names = facts.index(links[0]), _Names(links, page.catalog)
    behind = [fact for fact in facts[first:] if fact.name != _LINK]
    return page.speech.text(facts[:first]), [_words(link, names, page.catalog) for link in links], page.speech.text(behind)


def _words(link: Fact, names: _Names, catalog: Catalog) -> str:
    """`8 workers: 23984: level 0 -> level 1, for subtasks of level 1`"""
    values = link.values
    waiting, home = names.row(_several(values["pools"]), listed, "")
    bringing, _ = names.row(_several(values["by"]), listed_as_choice, home)
    return said_of(
        int(str(values["count"])),
        "{count} worker: {pools} -> {by}, for {what}",
        "{count} workers: {pools} -> {by}, for {what}",
        pools=waiting,
        by=bringing,
        what=say(values["what"], catalog),
    )


def _several(value: object) -> tuple[One, ...]:
    return cast("tuple[One, ...]", value)


class _Names:
    """Names of pools and processes, as short as these links leave them unambiguous."""

    def __init__(self, links: Sequence[Fact], catalog: Catalog) -> None:
        self._catalog = catalog
        every = [each for link in links for key in ("pools", "by") for each in _several(link.values[key])]
        self._pools = _shortened({self._pool(each) for each in every})
        homes = {each.process.id for each in every if isinstance(each, PoolOf)}
        ends = {home: home.rpartition("/")[2] for home in homes}
        self._homes = ends if len(set(ends.values())) == len(homes) else {home: home for home in homes}

    def row(self, pools: Sequence[One], join: _Join, before: str) -> tuple[str, str]:
        """These pools, process by process, and the last of those; the process that was named before is not named again."""
        by_home: dict[str, list[str]] = {}
        for each in pools:
            home = each.process.id if isinstance(each, PoolOf) else ""
            by_home.setdefault(home, []).append(self._pools[self._pool(each)])
        parts = []
        for home, names in by_home.items():
            joined = join(names, self._catalog)
            named = home and (home != before or len(by_home) > 1)
            parts.append(self._catalog.again(said("{process}: {pools}", process=self._homes[home], pools=joined)) if named else joined)
            before = home
        return join(parts, self._catalog), before

    def _pool(self, each: One) -> str:
        pool = each.pool if isinstance(each, PoolOf) else each
        return self._catalog.of_profile(pool.name) if isinstance(pool, Pool) else say(each, self._catalog)


def _without_brackets(name: str) -> str:
    """`DolphinDB level 0 (ZeroWorker)` → `DolphinDB level 0`"""
    if not name.endswith((")", "）")):
        return name
    return name[: max(name.rfind("("), name.rfind("（"))].rstrip()


def _shortened(names: set[str]) -> dict[str, str]:
    """Without what stands in brackets behind them, and without the word that all begin with, where they still differ."""
    bare = {name: _without_brackets(name) or name for name in names}
    if len(set(bare.values())) < len(names):
        bare = {name: name for name in names}
    if len(names) < 2:
        return bare
    begins = {short.partition(" ")[0] for short in bare.values()}
    return {name: (short.partition(" ")[2] if len(begins) == 1 else "") or short for name, short in bare.items()}
