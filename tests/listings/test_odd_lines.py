"""Tables whose lines hold what no table of a database's console has."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan

EXAMPLE = Path(__file__).parents[2] / "examples" / "mariadb-pool-exhausted"


@pytest.mark.parametrize("cell", ["0x1\r", "x" * 200_000, '"0x1', "0\x001"])
def test_a_table_with_an_odd_cell_leaves_the_analysis_as_it_is(tmp_path, cell):
    (tmp_path / "latches.csv").write_text(f"ID,TID,LATCH_WAIT,LATCH_HOLD\n1,103,{cell},0x2\n", newline="")
    for name in ("snap1.txt", "snap2.txt"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    assert stackan.analyze(stackan.load(tmp_path)).verdict == stackan.analyze(stackan.load(EXAMPLE)).verdict
