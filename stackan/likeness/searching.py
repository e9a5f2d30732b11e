"""The cases of a store that look like another one.

Those whose stuck threads stand in the same places come first.  For the others the rarest tokens are looked up in the index, each case that
has some of them gets their weight, and the best are compared in full.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import NamedTuple

from stackan.likeness.index import ask_index
from stackan.likeness.looks import Look, exact_token, tokens_of
from stackan.likeness.ranking import Weights, likeness, shared_weight
from stackan.likeness.segments import Known, Segment
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
    """seen: in how many cases stuck threads stand in the same places. found: the best first."""

    seen: int
    found: list[Match]


def find_similar(place: Place, look: Look, signature: str | None, most: int = 10, without: str = "", least: float = LEAST) -> Matches:
    """The cases of a store that look like one of this look and signature; `without`: a SHA-256 of the case itself.

    Raises UsageError where the store is damaged.
    """
    return ask_index(place, lambda index: _find(index, look, signature, most, without, least))


def _find(index: Sequence[Segment], look: Look, signature: str | None, most: int, without: str, least: float) -> Matches:
    own = tokens_of(look.stacks)
    exact = exact_token(signature) if signature else None
    counts = _counts(index, own if exact is None else own | {exact})
    cases = sum(segment.size for segment in index)
    candidates = _candidates(index, sorted(own & counts.keys(), key=lambda token: (counts[token], token)), counts, cases, exact)
    known = {case.case_id: case for case in candidates if not without or case.sha256 != without}.values()
    weights = Weights(cases, {token: counts.get(token, 0) for token in own})
    ranked = sorted(known, key=lambda case: (case.signature != signature, -shared_weight(own, tokens_of(case.stacks), weights), case.case))
    found = [_match(case, look, signature, weights) for case in ranked[: max(_RERANKED, most)]]
    found = sorted(
        (each for each in found if each.similarity >= least), key=lambda each: (not each.exact, -each.similarity, each.known.case)
    )
    same = counts.get(exact, 0) if exact is not None else 0
    itself = sum(case.sha256 == without and case.signature == signature for case in candidates) if without else 0
    return Matches(max(same - itself, 0), _with_names(index, found[:most], look))


def _counts(index: Sequence[Segment], tokens: set[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for segment in index:
        for token, cases in segment.counts_of(tokens).items():
            counts[token] = counts.get(token, 0) + cases
    return counts


def _candidates(
    index: Sequence[Segment], rarest_first: Sequence[int], counts: dict[int, int], cases: int, exact: int | None
) -> list[Known]:
    """The cases that share what is rare, and the first of those that are the same."""
    weights, left = Weights(cases, counts), _LOOKED_AT
    taken: list[int] = []
    for token in rarest_first[:_RAREST]:
        looked_at = _LOOKED_AT - left
        if taken and (counts[token] > left or (len(taken) >= _FEWEST and looked_at >= _ENOUGH * len(taken))):
            break
        taken.append(token)
        left -= counts[token]
    scores: dict[tuple[int, int], float] = {}  # by segment and number
    for at, segment in enumerate(index):
        for token in taken:
            weight = weights.of(token)
            for number in segment.cases_of(token, _LOOKED_AT):
                scores[at, number] = scores.get((at, number), 0.0) + weight
    best = heapq.nsmallest(_COMPARED, scores, key=lambda key: (-scores[key], key))
    candidates: list[Known] = []
    for at, segment in enumerate(index):
        same = segment.cases_of(exact, _COMPARED) if exact is not None else []
        candidates += segment.cases({*(number for each, number in best if each == at), *same}).values()
    return candidates


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
