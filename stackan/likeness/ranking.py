"""How alike two cases are: from 0 to 1, by what they share and by the places in which it stands.

Half of it is the share of their tokens that both have, each weighted by how rare it is (inverse document frequency).  The other half is
the same of their stacks' frames in their order, each stack with the one of the other case that shares most with it.  The first finds kin,
the second tells among them: the same functions called in another order are another hang.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping, Sequence

from stackan.likeness.looks import tokens_of

Stack = tuple[int, ...]
_COMPARED = 24  # stacks of a case whose order is compared


class Weights:
    """How much tokens tell, of so many cases. `counts`: in how many each is; those of one case are enough.

    Of any other token it is not looked up in how many cases it is: it tells as much as these do on average.
    """

    def __init__(self, cases: int, counts: Mapping[int, int]) -> None:
        self._known = {token: math.log1p(cases / max(count, 1)) for token, count in counts.items()}
        self._usual = sum(self._known.values()) / len(self._known) if self._known else 1.0

    def of(self, token: int) -> float:
        return self._known.get(token, self._usual)

    def all_of(self, tokens: Collection[int]) -> float:
        known, usual = self._known, self._usual
        return sum([known.get(token, usual) for token in tokens])


def likeness(one: Sequence[Stack], other: Sequence[Stack], weights: Weights) -> float:
    """How alike the stacks of two cases are; 1 for the same, 0 for such that share nothing."""
    shared = shared_weight(tokens_of(one), tokens_of(other), weights)
    return (shared + in_order(one, other, weights)) / 2


def shared_weight(one: set[int], other: set[int], weights: Weights) -> float:
    """The weight of the tokens that both have, as a share of that of all."""
    whole = weights.all_of(one | other)
    return weights.all_of(one & other) / whole if whole else 0.0


def in_order(one: Sequence[Stack], other: Sequence[Stack], weights: Weights) -> float:
    """How alike the stacks are, each to the nearest of the other case, both ways."""
    one, other = one[:_COMPARED], other[:_COMPARED]
    return (_one_way(one, other, weights) + _one_way(other, one, weights)) / 2


def _one_way(one: Sequence[Stack], other: Sequence[Stack], weights: Weights) -> float:
    whole = alike = 0.0
    sets, same = [set(stack) for stack in other], set(other)
    for stack in one:
        weight = weights.all_of(stack)
        frames = set(stack)
        shared, _, at = max(
            ((weights.all_of(frames & each), -abs(len(other[at]) - len(stack)), -at) for at, each in enumerate(sets)), default=(0.0, 0, 0)
        )
        whole += weight
        if stack in same:
            alike += weight
        elif shared:
            alike += weight * _of_stacks(stack, other[-at], weights)
    return alike / whole if whole else 0.0


def _of_stacks(one: Stack, other: Stack, weights: Weights) -> float:
    """The weight of the frames that both have in one order, as a share of that of all."""
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    shared = sum(weights.all_of(one[block.a : block.a + block.size]) for block in blocks)
    return 2 * shared / (weights.all_of(one) + weights.all_of(other))
