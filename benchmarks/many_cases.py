"""A store of synthetic hangs, for the time that `similar` takes in a large one.

    python benchmarks/many_cases.py 1000000 /tmp/store

Each case has two stacks of ten frames, 40 tokens, from a vocabulary in which some names are in every tenth case and most are rare, as in
real programs (Zipf's law).  One case in a thousand hangs like another one.  The same store for the same seed.
"""

from __future__ import annotations

import bisect
import itertools
import random
import sys
import time
from collections.abc import Iterator

from stackan.likeness.looks import Look, look_of
from stackan.likeness.searching import find_similar
from stackan.likeness.segments import write_segment
from stackan.store.arrow import table_of, to_bytes
from stackan.store.place import ENDING, Place, place_of

VOCABULARY = 100_000
SEGMENT = 200_000
_WEIGHTS = list(itertools.accumulate(1 / (10 + rank) for rank in range(VOCABULARY)))


def stack(chance: random.Random, depth: int = 10) -> tuple[str, ...]:
    """Names of frames, innermost first."""
    return tuple(f"module{at % 97}::Function{at}" for at in (bisect.bisect(_WEIGHTS, chance.random() * _WEIGHTS[-1]) for _ in range(depth)))


def varied(stacks: list[tuple[str, ...]], chance: random.Random) -> list[tuple[str, ...]]:
    """The same hang of another build: one frame in ten was inlined."""
    return [tuple(name for name in names if chance.random() > 0.1) or names for names in stacks]


def looked(stacks: list[tuple[str, ...]]) -> Look:
    return look_of({"progress": "stuck", "names": names, "count": 3} for names in stacks)


def fill(place: Place, cases: int, seed: int = 7) -> None:
    """Write a store of so many cases, with its index."""
    chance = random.Random(seed)
    for first in range(0, cases, SEGMENT):
        numbers = range(first, min(first + SEGMENT, cases))
        rows = [{"case_id": f"{at:016x}", "case": f"case-{at}.zip", "sha256": f"{at:064x}", "signature": f"{at:016x}"} for at in numbers]
        part = f"{first:032x}"
        write_segment(place, [part], zip(rows, _looks(len(rows), chance)))
        place.put(f"cases/{part}{ENDING}", to_bytes(table_of("cases", rows)))


def _looks(number: int, chance: random.Random) -> Iterator[Look]:
    before = [stack(chance), stack(chance)]
    for _ in range(number):
        stacks = varied(before, chance) if chance.random() < 0.001 else [stack(chance), stack(chance)]
        yield looked(stacks)
        before = stacks


def ask(place: Place, questions: int, seed: int = 11) -> list[tuple[float, bool]]:
    """(seconds of the processor, whether its kin came first) for cases that are of another build than one of the store's."""
    chance = random.Random(seed)
    found = []
    for known in _some(place, questions, chance):
        asked = looked(varied(known[1], chance))
        began = time.process_time()
        matches = find_similar(place, asked, None, without="f" * 64).found
        found.append((time.process_time() - began, bool(matches) and matches[0].known.case == known[0]))
    return found


def _some(place: Place, number: int, chance: random.Random) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Cases of the store, with their stacks' names."""
    from stackan.likeness.segments import segments

    index = segments(place)
    for _ in range(number):
        segment = chance.choice(index)
        at = chance.randrange(segment.size)
        case = segment.cases([at])[at]
        names = segment.names_of({token for each in case.stacks for token in each})
        yield case.case, [tuple(names[token] for token in each) for each in case.stacks]


if __name__ == "__main__":
    here = place_of(sys.argv[2])
    start = time.perf_counter()
    fill(here, int(sys.argv[1]))
    print(f"{sys.argv[1]} cases written and indexed in {time.perf_counter() - start:.0f} s")
    answers = ask(here, 101)
    times = sorted(seconds for seconds, _ in answers)
    kin = sum(first for _, first in answers)
    print(f"answered in {times[len(times) // 2]:.3f} s of the processor (median), {times[-1]:.3f} s (longest)")
    print(f"kin first in {kin} of {len(answers)}")
