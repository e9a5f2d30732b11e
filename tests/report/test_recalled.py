"""What a store knows of a hang, as reports tell it."""

from __future__ import annotations

import io

import pytest

import stackan
from stackan.model.recalled import Alike, Noted, Recalled
from stackan.report.html import page
from stackan.report.recalled import sentences

NOTE = Noted("old.zip", None, "a larger pool", "2026-11-30T00:00:00+00:00")
OTHER = Noted("kin.zip", "ask the owner", None, "2026-11-30T00:00:00+00:00")


def alike(case: str, notes: list[Noted], *, exact: bool = False) -> Alike:
    return Alike(case, 1.0 if exact else 0.5, exact, "blocked", f"{case} hangs.", None, ["f"], [], [], notes)


RECALLED = Recalled(
    "results",
    [],
    2,
    [NOTE],
    [alike("old.zip", [NOTE], exact=True), alike("kin.zip", [OTHER]), alike("kin of kin.zip", [OTHER, NOTE])],
)


def test_a_note_that_comes_with_several_cases_is_told_once():
    told = [sentence for _, sentence in sentences(RECALLED)]
    assert [sentence for sentence in told if "pool" in sentence] == ["resolved by a larger pool (old.zip, noted 2026-11-30)"]
    assert [sentence for sentence in told if "owner" in sentence] == ["ask the owner (kin.zip, noted 2026-11-30)"]
    assert told.index("ask the owner (kin.zip, noted 2026-11-30)") < told.index("kin of kin.zip: alike by 0.50")


@pytest.mark.parametrize(
    ("seen", "matches", "words"),
    [
        (1, RECALLED.matches, "its hang was seen in 1 other case."),
        (14, RECALLED.matches, "its hang was seen in 14 other cases."),
        (0, RECALLED.matches[1:], "its hang was seen in no other one, and the case most like it is kin.zip (0.50)."),
        (0, [], "neither its hang nor one like it was seen in another one."),
    ],
)
def test_a_case_that_the_store_has_is_told_so_and_what_else_there_is(seen, matches, words):
    own = RECALLED._replace(itself=["own.zip"], seen=seen, matches=matches)
    assert next(sentences(own)) == (0, f"This case is in the store already, as own.zip; {words}")


def test_the_page_names_what_a_store_knows_once(example):
    analysis = stackan.analyze(example)
    analysis.recalled = RECALLED
    written = io.StringIO()
    page.write(analysis, written)
    assert written.getvalue().count("<dt>seen before</dt>") == 1
    assert written.getvalue().count("kin.zip hangs.") == 2
