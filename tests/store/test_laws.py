"""Whatever is written, broken off and merged in whatever order: a store has exactly the cases whose parts were finished, each once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from stackan.store import merging
from stackan.store.merging import merge
from stackan.store.parts import known_cases, part_name, read_rows, remove_doubles, remove_leftovers, write_part
from stackan.store.place import Folder
from stackan.store.rows import Rows


class Stopped(Exception):
    """The machine has stopped."""


class Failing(Folder):
    """A store whose machine stops after so many files."""

    def __init__(self, name: str, files: int) -> None:
        super().__init__(name)
        self._left = files

    def put(self, path: str, data: bytes) -> None:
        if not self._left:
            raise Stopped
        self._left -= 1
        super().put(path, data)


def rows_of(number: int) -> Rows:
    key = {"case_id": f"{number:03}", "case": f"case {number}"}
    return {
        "findings": [{**key, "finding": at} for at in range(number % 3)],
        "events": [{**key, "line": number}],
        "cases": [{**key, "verdict": "idle"}],
    }


PARTS = st.lists(st.integers(0, 30), min_size=1, max_size=4, unique=True)
STEPS = st.lists(st.one_of(st.tuples(st.just("write"), PARTS), st.tuples(st.just("stop"), PARTS), st.tuples(st.just("tidy"), st.just([]))))


@settings(max_examples=40)
@given(steps=STEPS, files=st.integers(0, 2))
def test_a_store_has_what_was_finished_and_has_it_once(steps: list[tuple[str, list[int]]], files: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_MANY", 2)
        place, finished = Folder(str(Path(folder, "s"))), set[int]()
        Path(place.name).mkdir()
        for what, numbers in steps:
            cases = [rows_of(number) for number in numbers]
            if what == "write":
                write_part(place, cases)
                finished |= set(numbers)
            elif what == "stop":
                try:
                    write_part(Failing(place.name, files), cases)
                    finished |= set(numbers)
                except Stopped:
                    pass
            else:
                tidy(place)
        tidy(place)
        assert (
            sorted(known_cases(place))
            == sorted(row["case_id"] for row in read_rows(place, "cases"))
            == sorted(map("{:03}".format, finished))
        )
        assert sorted(row["line"] for row in read_rows(place, "events")) == sorted(finished)
        assert len(list(read_rows(place, "findings"))) == sum(number % 3 for number in finished)


def tidy(place: Folder) -> None:
    remove_leftovers(place)
    remove_doubles(place)
    merge(place)


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.randoms())
def test_the_name_of_a_part_says_which_cases_are_in_it_and_not_in_which_order(ids, dice):
    mixed = list(ids)
    dice.shuffle(mixed)
    assert part_name(mixed) == part_name(ids)
    assert part_name([*ids, "another\n"]) != part_name(ids)
