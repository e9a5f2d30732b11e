"""The table of goals: each group gives its rows at a small size, and the page takes the table."""

from __future__ import annotations

import pathlib

import goals
import pytest


@pytest.mark.parametrize("group", goals.GROUPS, ids=lambda group: group.__name__)
def test_each_goal_gets_its_row(tmp_path, group):
    rows = list(group(goals.Bench(tmp_path, 0.002)))
    assert rows
    for row in rows:
        assert row.what
        assert row.ours or "is not installed" in row.baseline
    made = goals.table(rows)
    assert len({len(line) for line in made.splitlines()}) == 1


def test_a_page_takes_the_table_between_its_marks_and_keeps_the_rest():
    page = f"before\n{goals.BEGIN}old\n{goals.END}after\n"
    assert goals.put_into(page, "new\n") == f"before\n{goals.BEGIN}new\n{goals.END}after\n"
    with pytest.raises(ValueError, match="no place"):
        goals.put_into("nothing\n", "new\n")


def test_the_documented_table_has_its_place(tmp_path):
    page = (pathlib.Path(goals.ROOT) / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "\nnew\n" in goals.put_into(page, "new\n")
