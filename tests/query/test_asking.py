"""A query reads the store, and can do nothing else."""

from __future__ import annotations

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pytest.importorskip("duckdb", reason="duckdb is not installed")

import stackan
from stackan.query.asking import ask
from stackan.query.named import NAMED
from stackan.store.about import introduce
from stackan.store.notes import add_note
from stackan.store.parts import case_id, write_part
from stackan.store.place import place_of
from stackan.store.rows import name_case, tables_of


@pytest.fixture(scope="module")
def store(example, tmp_path_factory) -> str:
    place = place_of(str(tmp_path_factory.mktemp("results")))
    analysis = stackan.analyze(example)
    for name, content, version in (("one", "a", "1"), ("one", "a", "2"), ("one", "b", "2"), ("two", "c", "2")):
        rows = tables_of(analysis, analysis.to_dict())
        rows["cases"][0].update(sha256=f"sha of {content}", version=version)
        name_case(rows, case_id(name, content, version), name)
        introduce(place, {})
        write_part(place, [rows])
    add_note(place, "one", None, "a larger pool")
    return place.name


def values(store: str, sql: str) -> list[tuple[object, ...]]:
    return list(ask(store, sql).rows())


def test_tables_are_asked_by_their_names(store):
    assert values(store, "select count(*), min(verdict) from cases") == [(4, "worker-exhaustion")]
    assert values(store, 'select "case" from newest order by 1') == [("one",), ("two",)]
    assert values(store, "select resolved_by from notes") == [("a larger pool",)]
    assert values(store, "select count(*) from events") == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "copy cases to '{}/x.parquet'",
        "copy (select 1) to 'x.csv'",
        "create table t as select 1",
        "attach 'x.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "pragma version",
        "call pragma_version()",
        "export database 'x'",
        "select 1; select 2",
        "select 1; drop view newest",
        "",
        "-- nothing",
    ],
)
def test_what_is_no_single_select_is_refused(store, sql, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(stackan.StackanError, match="exactly one SELECT|cannot be answered"):
        values(store, sql.format(store))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('/etc/passwd')",
        "select * from read_parquet('{}/cases/*.parquet')",
        "select * from '{}/cases/*.parquet'",
        "select * from read_text('https://example.org/')",
        "select * from glob('/*')",
        "select * from query('copy cases to ''x.csv''')",
        "select * from stackan",
        "select * from read_text(':memory:')",
    ],
)
def test_no_other_file_and_no_network_is_in_reach(store, sql, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ":memory:").write_text("of somebody")
    with pytest.raises(stackan.StackanError, match="cannot be answered"):
        values(store, sql.format(store))
    assert [path.name for path in tmp_path.iterdir()] == [":memory:"]


def test_a_mistake_is_one_sentence(store):
    with pytest.raises(stackan.StackanError) as caught:
        values(store, "select nothing\nfrom cases")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", NAMED)
def test_every_question_with_a_name_can_be_answered(store, name):
    answer = ask(store, NAMED[name].sql)
    rows = list(answer.rows())
    assert answer.columns
    assert rows or name == "failures"


def test_a_query_takes_no_more_memory_than_it_may(store):
    sql = "select list(a.range || repeat('x', 1000)) from range(10000000) a"
    with pytest.raises(stackan.StackanError, match=r"more memory than it may take \(.*\); ask for less"):
        list(ask(store, sql, 100 << 20).rows())


@pytest.mark.parametrize("sql", ["select case from cases", "select verdict, case from cases"])
def test_whoever_forgets_that_case_is_a_word_of_sql_is_told(store, sql):
    with pytest.raises(stackan.StackanError, match='write the column as "case"$'):
        values(store, sql)


def test_other_mistakes_are_not_blamed_on_the_word_case(store):
    for sql in ('select "case" frm cases', "select case when true then 1 end frm from cases +"):
        with pytest.raises(stackan.StackanError) as caught:
            values(store, sql)
        assert "write the column" not in str(caught.value)


def test_the_newest_rows_of_a_case_count(store):
    assert values(store, NAMED["verdicts"].sql) == [("worker-exhaustion", 2, 20)]


def test_a_store_that_is_none_is_refused(tmp_path):
    with pytest.raises(stackan.StackanError, match="no result store"):
        ask(str(tmp_path), "select 1")


def test_a_store_behind_a_url_is_asked_in_the_same_way(example):
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    place = place_of("memory://asked")
    analysis = stackan.analyze(example)
    rows = tables_of(analysis, analysis.to_dict())
    rows["cases"][0].update(sha256="x", version="1")
    name_case(rows, "id", "remote")
    introduce(place, {})
    write_part(place, [rows])
    assert values("memory://asked", 'select "case" from cases') == [("remote",)]
