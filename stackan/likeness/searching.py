"""The cases of a store that look like another one.

Those whose stuck threads stand in the same places come first.  For the others the rarest tokens are looked up in the index, each case that
has some of them gets their weight, and the best are compared in full.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence

from stackan.likeness.index import ask_index
from stackan.likeness.looks import Look, exact_token, tokens_of
from stackan.likeness.ranking import Weights, likeness, shared_weight
from stackan.likeness.segments import Brief, Known, Segment
from stackan.model.records import NamedTuple
from stackan.store.place import Place

LEAST = 0.3  # likeness of cases that are worth to be shown: the most that strangers have is 0.21 (docs/similar.md)
_FEWEST, _RAREST = 12, 64  # tokens that are looked up: more than the fewest only where these lead to few cases …
_ENOUGH = 200  # … than these …
_LOOKED_AT = 200_000  # … and as long as they are in no more cases than these together
_COMPARED = 60  # cases whose tokens are compared …
_RERANKED = 20  # … and whose order is, too


class Match(NamedTuple):
    """A case like the one that was asked about. common, only_here, only_there: names of frames."""

    known: Known
    similarity: float
    exact: bool
    common: list[str]
    only_here: list[str]
    only_there: list[str]


class Matches(NamedTuple):
    """itself: the names of the cases that have the very bytes of the one that was asked about.

    seen: in how many others stuck threads stand in the same places. found: the best of those first.
    """

    itself: list[str]
    seen: int
    found: list[Match]


def find_similar(place: Place, look: Look, signature: str | None, most: int = 10, without: str = "", least: float = LEAST) -> Matches:
    """The cases of a store that look like one of this look and signature; `without`: a SHA-256 of the case itself.

    Raises UsageError where the store is damaged.
    """
    return ask_index(place, lambda index: _find(index, look, signature, most, without, least))


def _find(index: Sequence[Segment], look: Look, signature: str | None, most: int, without: str, least: float) -> Matches:
    own = tokens_of(look.stacks)
    itself = {each.case for _, each in _briefs(index, without) if each.sha256 == without}
    same = _same(index, signature, itself)
    counts = _counts(index, own)
    cases = sum(segment.size for segment in index)
    rarest_first = sorted(own & counts.keys(), key=lambda token: (counts[token], token))
    found = [*_cases(index, same.first(most)), *_cases(index, _near(index, rarest_first, counts, cases, same.all, max(_COMPARED, most)))]
    known = [case for case in _newest(found) if case.case not in itself]
    weights = Weights(cases, {token: counts.get(token, 0) for token in own})
    ranked = sorted(known, key=lambda case: (case.signature != signature, -shared_weight(own, tokens_of(case.stacks), weights), case.case))
    matches = [_match(case, look, signature, weights) for case in ranked[: max(_RERANKED, most)]]
    matches = sorted(
        (each for each in matches if each.similarity >= least), key=lambda each: (not each.exact, -each.similarity, each.known.case)
    )
    return Matches(sorted(itself), same.cases, _with_names(index, matches[:most], look))


class _Same(NamedTuple):
    """The rows whose stuck threads stand in the same places, by segment and number. newest: of each case the last one, by its name."""

    all: frozenset[tuple[int, int]]
    newest: dict[str, tuple[int, int]]

    @property
    def cases(self) -> int:
        return len(self.newest)

    def first(self, most: int) -> list[tuple[int, int]]:
        return [self.newest[case] for case in sorted(self.newest)[:most]]


def _same(index: Sequence[Segment], signature: str | None, itself: Collection[str]) -> _Same:
    """The cases of a signature; those that are `itself` are not counted."""
    told = [row for row in _briefs(index, signature or "") if row[1].signature == signature]
    told.sort(key=lambda row: row[1].analyzed_at or "")
    return _Same(frozenset(key for key, _ in told), {each.case: key for key, each in told if each.case not in itself})


def _briefs(index: Sequence[Segment], value: str) -> Iterator[tuple[tuple[int, int], Brief]]:
    """The rows that may have a signature or a SHA-256, by segment and number; none of an empty one."""
    for at, segment in enumerate(index):
        for each in segment.briefs(segment.cases_of(exact_token(value), segment.size)) if value else ():
            yield (at, each.number), each


def _newest(cases: Iterable[Known]) -> list[Known]:
    """Of each case the row of its last analysis."""
    newest: dict[str, Known] = {}
    for case in sorted(cases, key=lambda case: case.analyzed_at or ""):
        newest[case.case] = case
    return list(newest.values())


def _counts(index: Sequence[Segment], tokens: set[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for segment in index:
        for token, cases in segment.counts_of(tokens).items():
            counts[token] = counts.get(token, 0) + cases
    return counts


def _near(
    index: Sequence[Segment],
    rarest_first: Sequence[int],
    counts: dict[int, int],
    cases: int,
    same: Collection[tuple[int, int]],
    most: int,
) -> list[tuple[int, int]]:
    """The cases that share most of what is rare, by segment and number, but those that are the same."""
    weights, left = Weights(cases, counts), _LOOKED_AT
    taken: list[int] = []
    for token in rarest_first[:_RAREST]:
        looked_at = _LOOKED_AT - left
        if taken and (counts[token] > left or (len(taken) >= _FEWEST and looked_at >= _ENOUGH * len(taken))):
            break
        taken.append(token)
        left -= counts[token]
    scores: dict[tuple[int, int], float] = {}
    for at, segment in enumerate(index):
        for token in taken:
            weight = weights.of(token)
            for number in segment.cases_of(token, _LOOKED_AT):
                scores[at, number] = scores.get((at, number), 0.0) + weight
    return heapq.nsmallest(most, scores.keys() - same, key=lambda key: (-scores[key], key))


def _cases(index: Sequence[Segment], keys: Collection[tuple[int, int]]) -> Iterator[Known]:
    for at, segment in enumerate(index):
        yield from segment.cases([number for each, number in keys if each == at]).values()


def _match(case: Known, look: Look, signature: str | None, weights: Weights) -> Match:
    exact = signature is not None and case.signature == signature
    similarity = 1.0 if exact else likeness(look.stacks, case.stacks, weights)
    return Match(case, round(min(similarity, 1.0), 3), exact, [], [], [])


def _with_names(index: Sequence[Segment], found: list[Match], look: Look) -> list[Match]:
    """The matches, with the names of what is common and what differs; frames of ours keep their order."""
    ours = {token: name for stack, names in zip(look.stacks, look.names) for token, name in zip(stack, names)}
    foreign = {token for match in found for stack in match.known.stacks for token in stack} - ours.keys()
    names: dict[int, str] = {}
    for segment in index:
        names.update(segment.names_of(foreign))
    return [_named(match, ours, names) for match in found]


def _named(match: Match, ours: dict[int, str], names: dict[int, str]) -> Match:
    theirs = dict.fromkeys(token for stack in match.known.stacks for token in stack)
    return match._replace(
        common=[name for token, name in ours.items() if token in theirs],
        only_here=[name for token, name in ours.items() if token not in theirs],
        only_there=[names.get(token, "??") for token in theirs if token not in ours],
    )
