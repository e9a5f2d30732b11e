"""Notes on cases come back with their likenesses."""

from __future__ import annotations

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

import stackan
from stackan.store.notes import add_note, notes_on, read_notes
from stackan.store.parts import remove_leftovers
from stackan.store.place import place_of

JOURNAL = ["Journal::append", "commit"]


@pytest.fixture
def place(tmp_path, fill):
    place = place_of(str(tmp_path))
    fill(place, {"in/a.zip": [JOURNAL], "in/b.zip": [JOURNAL], "out/b.zip": [["render"]]})
    return place


def test_a_note_comes_back_with_its_case_and_with_the_same_hang(place):
    note = add_note(place, "a.zip", None, "restart of the journal")
    assert note.case == "in/a.zip"
    notes = read_notes(place)
    assert [each.resolved_by for each in notes_on(notes, "in/a.zip", None)] == ["restart of the journal"]
    assert [each.case for each in notes_on(notes, "in/b.zip", note.signature)] == ["in/a.zip"]
    assert notes_on(notes, "out/b.zip", "another") == []


def test_a_case_that_is_not_there_and_one_of_several_are_refused(place):
    with pytest.raises(stackan.StackanError, match="no such case"):
        add_note(place, "c.zip", "x", None)
    with pytest.raises(stackan.StackanError, match="in/b.zip, out/b.zip"):
        add_note(place, "b.zip", "x", None)


def test_a_name_may_end_anywhere_and_what_is_like_a_wrong_one_is_listed(place):
    assert add_note(place, "n/a.zip", "x", None).case == "in/a.zip"
    with pytest.raises(stackan.StackanError, match="most alike: in/a.zip"):
        add_note(place, "in/a.zap", "x", None)
    with pytest.raises(stackan.StackanError, match="as `cases` has it"):
        add_note(place, "QQQQQQQQ", "x", None)


def test_a_run_that_cleans_up_leaves_notes_alone(place):
    add_note(place, "a.zip", "x", None)
    remove_leftovers(place)
    assert len(read_notes(place)) == 1
