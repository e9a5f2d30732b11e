"""What is shown of a name, and the order of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.model.natural import natural_key
from stackan.reading.names import is_hidden, listed, natural_path_key, shown


@pytest.mark.parametrize(
    "name, expected",
    [
        ("node 1/pstack_dnode_4242.log", "node 1/pstack_dnode_4242.log"),
        ("поток—✓.txt", "поток—✓.txt"),
        ("\x1b[2Jboo\r\n\x07", r"\x1b[2Jboo\r\n\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202etxt.exe", r"abc\u202etxt.exe"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), r"caf\xe9"),
        ("\ud800", r"\ud800"),
        ("a" * 4096, "a" * 4096),
        ("a" * 4097, "a" * 4096 + "…"),
    ],
)
def test_a_name_shows_its_escapes_as_text(name: str, expected: str) -> None:
    assert shown(name) == expected


@given(st.text(st.characters(exclude_categories=())))
def test_a_shown_name_can_be_printed_anywhere(name: str) -> None:
    assert shown(name).isprintable()
    shown(name).encode()


def test_numbers_sort_by_value_and_letters_without_case() -> None:
    names = ["snap10", "Snap2", "snap1", "snap02b", "snap2", "a", "10", "9", "", "snap"]

    assert sorted(names, key=natural_key) == ["", "9", "10", "a", "snap", "snap1", "Snap2", "snap2", "snap02b", "snap10"]


def test_a_number_of_any_length_sorts() -> None:
    assert natural_key("1" * 5000) < natural_key("2" * 5000) < natural_key("1" * 5001)


@given(st.lists(st.text("ab019²٣é.", max_size=6)))
def test_natural_order_is_the_same_from_any_order(names: list[str]) -> None:
    backwards = names[::-1]

    assert sorted(names, key=natural_key) == sorted(backwards, key=natural_key)


def test_the_files_of_a_folder_stay_together() -> None:
    paths = ["a/2", "a-b/1", "a/10", "a2/1"]

    assert sorted(paths, key=natural_path_key) == ["a/2", "a/10", "a2/1", "a-b/1"]


@pytest.mark.parametrize("path, hidden", [("a/.b/c", True), ("./a", False), ("../a", False), ("._a", True), ("a.b", False)])
def test_a_dot_before_any_part_hides(path: str, hidden: bool) -> None:
    assert is_hidden(path) == hidden


def test_of_many_names_the_first_are_listed_and_long_ones_cut_in_the_middle() -> None:
    assert listed(["a", "b\x1b"]) == r"a, b\x1b"
    assert listed([str(number) for number in range(500)]) == "0, 1, 2, 3, 4 and 495 more"
    assert len(listed(["/folder/" + "x" * 4000 + "/snap1.txt"] * 9)) < 2000
    assert listed(["/folder/" + "x" * 4000 + "/snap1.txt"]).endswith("/snap1.txt")
