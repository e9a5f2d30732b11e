"""Parts of a store: whole or not there, once however often they are written, and what a killed run left is removed."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

import stackan

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from stackan.errors import UsageError
from stackan.store.lock import check_token, leave_token
from stackan.store.parts import (
    case_id,
    drop_cases,
    known_cases,
    read_rows,
    remove_doubles,
    remove_leftovers,
    write_part,
    written_by,
    written_parts,
)
from stackan.store.place import place_of
from stackan.store.rows import Rows, name_case, tables_of
from stackan.store.schema import TABLES


def rows_of(example: Path, name: str, **more: Any) -> Rows:
    analysis = stackan.analyze(example)
    document = analysis.to_dict()
    rows = tables_of(analysis, document)
    rows["cases"][0].update(sha256="ab", version="1", document=json.dumps(document), **more)
    name_case(rows, case_id(name, "ab", "1"), name)
    return rows


@pytest.fixture(params=["folder", "memory"])
def place(request, tmp_path):
    if request.param == "memory":
        pytest.importorskip("fsspec", reason="fsspec is not installed")
        return place_of(f"memory://{tmp_path.name}")
    return place_of(str(tmp_path / "results"))


def test_what_is_written_is_read_again(place, example):
    write_part(place, [rows_of(example, "one"), rows_of(example, "two")])
    cases = list(read_rows(place, "cases"))
    assert [row["case"] for row in cases] == ["one", "two"]
    assert json.loads(cases[0]["document"])["verdict"] == cases[0]["verdict"] == "worker-exhaustion"
    threads = [row for row in read_rows(place, "threads") if row["case"] == "one"]
    assert sum(row["count"] for row in threads) == cases[0]["threads"] > len(threads) > 1
    assert {row["fingerprint"] for row in threads} == {row["fingerprint"] for row in read_rows(place, "stacks")}


def test_every_column_of_a_row_is_one_of_its_table(example):
    rows = rows_of(example, "one")
    assert rows.keys() == TABLES.keys()
    assert {table: set(row) - TABLES[table].keys() - {"case"} for table in rows for row in rows[table]} == {
        table: set() for table in rows if rows[table]
    }


def test_a_part_that_is_written_twice_is_there_once(place, example):
    names = {write_part(place, [rows_of(example, "one")]) for _ in range(2)}
    assert len(names) == 1
    assert len(list(read_rows(place, "cases"))) == 1


def test_files_without_a_case_are_of_a_killed_run_and_removed(place, example):
    write_part(place, [rows_of(example, "one")])
    write_part(place, [rows_of(example, "two")])
    place.remove(place.list("cases")[0])
    assert len(place.list("findings")) == 2
    assert remove_leftovers(place) >= 3
    assert {row["case_id"] for row in read_rows(place, "findings")} == known_cases(place).keys()
    assert len(written_parts(place)) == len(known_cases(place)) == 1


def test_a_failed_write_leaves_nothing_behind(tmp_path, example, monkeypatch):
    place = place_of(str(tmp_path / "results"))

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_part(place, [rows_of(example, "one")])
    assert [path for path in (tmp_path / "results").rglob("*") if path.is_file()] == []


def test_a_case_that_stands_in_two_parts_is_taken_out_of_one(place, example):
    write_part(place, [rows_of(example, "one"), rows_of(example, "two")])
    write_part(place, [rows_of(example, "two"), rows_of(example, "three")])
    threads = len(rows_of(example, "one")["threads"])
    assert remove_doubles(place) == 1
    assert sorted(row["case"] for row in read_rows(place, "cases")) == ["one", "three", "two"]
    assert len(list(read_rows(place, "threads"))) == 3 * threads
    assert remove_doubles(place) == 0


def test_a_group_s_parts_are_found_again_and_what_is_not_finished_is_left_to_its_writer(place, example):
    write_part(place, [rows_of(example, "one")], "aa")
    write_part(place, [rows_of(example, "three")], "bb")

    def look() -> None:
        found.append(written_by(place, "aa"))

    found: list[dict[str, list[str]]] = []
    write_part(place, [rows_of(example, "two")], "aa", check=look)
    assert found == [{"one": [case_id("one", "ab", "1")]}] * 2
    assert {row["case"] for row in read_rows(place, "findings")} == {"one", "two", "three"}


@pytest.mark.parametrize("slow", ["aa0", "aa9"])
@pytest.mark.parametrize("tidied", [False, True], ids=["at work", "and its files taken for leftovers"])
def test_a_worker_that_was_believed_lost_takes_no_rows_with_it(place, example, slow, tidied):
    def taken_over() -> None:
        if place.list("processes") and not place.list("cases"):
            assert written_by(place, "aa") == {}
            write_part(place, [rows_of(example, "one")], "aa5")
            write_part(place, [rows_of(example, "two"), rows_of(example, "three")], "aa5")
            if tidied:
                remove_leftovers(place)

    write_part(place, [rows_of(example, "one"), rows_of(example, "two")], slow, check=taken_over)
    remove_leftovers(place)
    assert remove_doubles(place) == 2
    for table in ("cases", "processes", "findings"):
        assert sorted({row["case"] for row in read_rows(place, table)}) == ["one", "three", "two"], table
    assert len(list(read_rows(place, "processes"))) == 3


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("again", [None, "time-limit"])
def test_of_a_case_that_was_tried_again_the_newer_row_stays(place, again, order):
    key = {"case_id": "1", "case": "one"}
    rows = [("memory-limit", datetime(2026, 1, 1, tzinfo=timezone.utc)), (again, datetime(2026, 1, 2, tzinfo=timezone.utc))]
    for group, (failure, when) in zip("ab", rows[::order]):
        write_part(place, [{"cases": [{**key, "failure": failure, "analyzed_at": when}]}], group)
    assert remove_doubles(place) == 1
    assert [row["failure"] for row in read_rows(place, "cases")] == [again]


def test_a_part_counts_only_if_nobody_took_the_store_over_meanwhile(place, example):
    token = leave_token(place)
    write_part(place, [rows_of(example, "one")], check=lambda: check_token(place, token))
    leave_token(place)
    with pytest.raises(UsageError, match="another run"):
        write_part(place, [rows_of(example, "two")], check=lambda: check_token(place, token))
    assert [row["case"] for row in read_rows(place, "cases")] == ["one"]


def test_cases_that_are_dropped_are_gone_and_others_stay(place, example):
    write_part(place, [rows_of(example, "one"), rows_of(example, "two", failure="time-limit")])
    failed = [key for key, failure in known_cases(place).items() if failure]
    drop_cases(place, failed)
    assert [row["case"] for row in read_rows(place, "cases")] == ["one"]


def test_texts_that_no_file_can_hold_are_replaced(place, example):
    rows = rows_of(example, "one", headline="half a pair \ud800")
    rows["threads"][0]["lwps"] = [1 << 70, 5]
    write_part(place, [rows])
    assert next(read_rows(place, "cases"))["headline"] == "half a pair ?"
    assert [None, 5] in [row["lwps"] for row in read_rows(place, "threads")]


def test_threads_that_stand_in_the_same_places_give_the_same_signature(example):
    first, second = rows_of(example, "one"), rows_of(example, "two")
    assert first["cases"][0]["signature"] == second["cases"][0]["signature"] is not None
    assert all(row["names"] and "start_thread" not in row["names"] for row in first["signatures"])
    assert not any(row["progress"] == "idle" for row in first["signatures"])


def test_the_page_names_every_table_and_column(root):
    page = (root / "docs" / "store.md").read_text(encoding="utf-8")
    for table, columns in TABLES.items():
        line = next(line for line in page.splitlines() if line.startswith(f"| `{table}` |"))
        assert [column for column in columns if column not in ("case_id", "case") and f"`{column}`" not in line] == []


def test_files_are_listed_by_the_beginning_of_their_names(place):
    for name in ("ab1", "ab2", "b1"):
        place.put(f"cases/{name}.parquet", b"x")
    assert place.list("cases", "ab") == ["cases/ab1.parquet", "cases/ab2.parquet"]
    assert place.list("cases", "c") == place.list("pools", "c") == []
    assert len(place.list("cases")) == 3
