"""Short names of a case's inputs, each of which is still unique."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from stackan.model.analysis import Analysis

_LEAST = 2  # parts of a path that are shown: enough to distinguish snap1/4242.txt and snap2/4242.txt at a glance


class Shortener:
    """From an input's name to the end of its path: as many parts as it takes to be the only one of its case."""

    def __init__(self, analysis: Analysis) -> None:
        self._ends = shorten(_sources(analysis))

    def __call__(self, source: str) -> str:
        known = self._ends.get(source)
        if known is None:  # a table that was taken beside a dump
            known = self._ends[source] = shorten([source])[source]
        return known


def shorten(sources: Iterable[str]) -> dict[str, str]:
    """{source: its last parts}

    case.zip!n/bt/t1/4242.txt, case.zip!n/full/t1/4242.txt, case.zip!n/t2/4242.txt → bt/t1/4242.txt, full/t1/4242.txt, t2/4242.txt
    """
    # In the order of the reversed paths, neighbors have most of their ends in common.
    ranked = sorted((source.replace("!", "/").split("/")[::-1], source) for source in set(sources))
    ends = {}
    common = 0
    for at, (parts, source) in enumerate(ranked):
        following = _count_equal(parts, ranked[at + 1][0]) if at + 1 < len(ranked) else 0
        ends[source] = "/".join(parts[: max(_LEAST, common + 1, following + 1)][::-1])
        common = following
    return ends


def _count_equal(ours: list[str], theirs: list[str]) -> int:
    """How many parts, from the end of the path, two have in common."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))


def _sources(analysis: Analysis) -> Iterator[str]:
    """All inputs that a report may quote: dumps, and what lies beside them."""
    for process in analysis.processes:
        yield from (placed.dump.source for placed in process.inputs.placements)
        if process.counters is not None:
            yield from (count.source for _, table in process.counters.tables for count in table.counts)
    yield from (log.source for log in analysis.logs)
    yield from (table.source for table in analysis.descriptors)
