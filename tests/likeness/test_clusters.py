"""The hangs of a store, together that look alike, each cluster with a representative."""

from __future__ import annotations

import random
import time

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from stackan.likeness.clusters import clustered, find_clusters
from stackan.likeness.segments import Known
from stackan.store.place import place_of

JOURNAL = ["Journal::append", "commit", "session", "worker"]
ALIKE = ["Journal::append", "commit", "session", "Pool::run", "worker"]
OTHER = ["render", "paint", "window"]


def test_cases_of_one_hang_and_those_like_it_are_one_cluster(tmp_path, fill):
    place = place_of(str(tmp_path))
    fill(place, {"a": [JOURNAL], "b": [JOURNAL], "c": [ALIKE], "d": [OTHER], "e": []})
    first, second = find_clusters(place)
    assert (first.representative.case, first.cases, first.hangs) == ("a", ["a", "b", "c"], 2)
    assert second.cases == ["d"]


def test_the_order_in_which_cases_come_changes_nothing(tmp_path, fill):
    cases = {f"case {number}": [[f"f{number // 3}", f"g{number // 3}", "worker"]] for number in range(12)}
    found = []
    for name, order in (("one", list(cases)), ("other", list(reversed(cases)))):
        place = place_of(str(tmp_path / name))
        fill(place, {each: cases[each] for each in order})
        found.append([cluster.cases for cluster in find_clusters(place)])
    assert found[0] == found[1]
    assert [len(cluster) for cluster in found[0]] == [3, 3, 3, 3]


def test_cases_without_stuck_threads_are_in_no_cluster(tmp_path, fill):
    place = place_of(str(tmp_path))
    fill(place, {"a": [JOURNAL], "b": [OTHER]}, "progressing")
    assert find_clusters(place) == []


def hangs(number: int) -> list[Known]:
    """All of them different, but for five frames."""
    chance = random.Random(1)
    stacks = [((*(chance.getrandbits(32) for _ in range(10)), 1, 2, 3, 4, 5),) for _ in range(number)]
    return [Known(str(at), f"case {at}", None, None, None, None, str(at), None, each) for at, each in enumerate(stacks)]


def test_four_times_as_many_hangs_take_about_four_times_as_long():
    taken = []
    for number in (1500, 6000):
        began = time.process_time()
        assert len(clustered(hangs(number))) == number
        taken.append(time.process_time() - began)
    assert taken[1] < 10 * taken[0]
