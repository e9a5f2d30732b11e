"""The hangs of a store, those that look alike together.

Cases whose stuck threads stand in the same places are one hang.  The hang with most cases leads a cluster; each further one joins the
leader that it is most like, or leads a cluster of its own.  So every member is like its representative, and no chain of likenesses leads
far away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stackan.likeness.index import ask_index
from stackan.likeness.looks import tokens_of
from stackan.likeness.ranking import Weights, likeness
from stackan.likeness.segments import Known
from stackan.model.records import NamedTuple
from stackan.store.place import Place

LEAST = 0.6  # likeness to the leader
_COMPARED = 8  # leaders that a hang is compared with …
_LOOKED_AT = 2_000  # … of so many that share something with it, what few leaders have before what many have


class Cluster(NamedTuple):
    """Cases that look alike. hangs: how many hangs they are. first, last: when their dumps were taken, as far as that is known."""

    representative: Known
    cases: list[str]
    hangs: int
    first: str | None
    last: str | None


def find_clusters(place: Place, least: float = LEAST) -> list[Cluster]:
    """The clusters of a store's hangs, the largest first. Raises UsageError where it is damaged."""
    return ask_index(place, lambda index: clustered((case for segment in index for case in segment.all_cases()), least))


def clustered(cases: Iterable[Known], least: float = LEAST) -> list[Cluster]:
    hangs: dict[str, dict[str, Known]] = {}
    for case in cases:
        if case.signature is not None and case.stacks:
            hangs.setdefault(case.signature, {}).setdefault(case.case, case)
    ordered = sorted(hangs.values(), key=lambda group: (-len(group), min(group)))
    first_ones = [group[min(group)] for group in ordered]
    counts = Counter(token for case in first_ones for token in tokens_of(case.stacks))
    leaders = _Leaders(Weights(len(first_ones), counts), least)
    for case, group in zip(first_ones, ordered):
        leaders.place(case, [group[name] for name in sorted(group)])
    return sorted(map(_cluster, leaders.members), key=lambda cluster: (-len(cluster.cases), cluster.representative.case))


class _Leaders:
    """The representatives so far, found by their tokens. members: the hangs of each."""

    def __init__(self, weights: Weights, least: float) -> None:
        self.members: list[list[list[Known]]] = []
        self._weights = weights
        self._least = least
        self._stacks: list[tuple[tuple[int, ...], ...]] = []
        self._of_token: dict[int, list[int]] = {}

    def place(self, case: Known, hang: list[Known]) -> None:
        tokens = tokens_of(case.stacks)
        near = self._near(tokens)
        alike, at = max(((likeness(case.stacks, self._stacks[at], self._weights), -at) for at in near), default=(0.0, 0))
        if alike >= self._least:
            self.members[-at].append(hang)
            return
        for token in tokens:
            self._of_token.setdefault(token, []).append(len(self.members))
        self._stacks.append(case.stacks)
        self.members.append([hang])

    def _near(self, tokens: set[int]) -> list[int]:
        """The leaders that share most with a hang, by their numbers."""
        scores: dict[int, float] = {}
        left = _LOOKED_AT
        for leaders, token in sorted((len(self._of_token.get(token, ())), token) for token in tokens):
            if leaders > left and scores:
                break
            left -= leaders
            weight = self._weights.of(token)
            for at in self._of_token.get(token, [])[:_LOOKED_AT]:
                scores[at] = scores.get(at, 0.0) + weight
        return sorted(scores, key=lambda at: (-scores[at], at))[:_COMPARED]


def _cluster(members: list[list[Known]]) -> Cluster:
    cases = [case for hang in members for case in hang]
    times = sorted(case.taken_at for case in cases if case.taken_at)
    first, last = (times[0], times[-1]) if times else (None, None)
    return Cluster(members[0][0], sorted(case.case for case in cases), len(members), first, last)
