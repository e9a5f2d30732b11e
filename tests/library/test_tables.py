"""Threads and frames as tables, for data frames."""

from __future__ import annotations

import pickle
import sys

import pytest

import stackan


def test_each_thread_of_the_document_has_its_row(analysis):
    told = [(process["id"], thread) for process in analysis.to_dict()["processes"] for thread in process["threads"]]
    rows = analysis.threads
    assert len(rows) == len(told)
    for row, (process, thread) in zip(rows, told):
        assert (row.process, row.lwp, row.thread_id, row.name) == (process, thread["lwp"], thread["thread_id"], thread["name"])
        assert (row.pool, row.progress, row.state, row.idle) == (thread["pool"], thread["progress"], thread["state"], thread["idle"])
        assert row.confidence == thread["confidence"]
        waits = thread["waits_for"][0] if thread["waits_for"] else {"kind": None, "address": None}
        assert (row.waits_for, row.address) == (waits["kind"], waits["address"])


def test_a_row_is_made_of_plain_values(analysis):
    assert {type(value) for row in analysis.threads for value in row} <= {str, int, type(None)}


def test_a_row_tells_where_a_thread_stands(exhausted):
    row = exhausted.threads[0]
    assert (row.pid, row.lwp, row.pool, row.progress, row.function) == (17802, 17870, "MariaDB thread pool", "stuck", "lock_wait")
    assert (row.snapshots, row.line) == (2, 30)
    assert row.source.endswith("snap2.txt")


def test_the_rows_are_an_arrow_table_beside_that_of_the_frames(exhausted, example):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    threads = stackan.threads_table(exhausted)
    assert threads.num_rows == 25
    assert threads.column_names == list(exhausted.threads[0]._fields)
    assert threads.to_pylist()[0] == exhausted.threads[0]._asdict()
    case = stackan.load(example)
    assert stackan.frames_table(case).num_rows == stackan.frames_table(case.dumps).num_rows == 870
    assert stackan.frames_table(case.dumps[0]).num_rows == 435
    joined = threads.join(stackan.frames_table(case).select(["source", "lwp", "level", "function"]), ["source", "lwp"])
    assert joined.num_rows == 435


def test_a_case_without_threads_has_an_empty_table(root):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from stackan.model.case import Case

    result = stackan.analyze(Case([]))
    assert result.threads == []
    assert stackan.threads_table(result).num_rows == 0


@pytest.fixture
def dump(example):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    return stackan.load(example).dumps[0]


def test_frames_are_a_table_for_whoever_speaks_arrow(dump):
    import pyarrow

    assert pyarrow.table(dump.frames).equals(stackan.frames_table(dump))
    assert dump.frames.to_arrow().num_rows == len(dump.frames)
    assert pickle.loads(pickle.dumps(dump)).frames.to_arrow().equals(dump.frames.to_arrow())


def test_distinct_stacks_are_a_table_with_the_number_of_their_threads(dump):
    import pyarrow

    rows = pyarrow.table(dump.stacks).to_pylist()
    assert [tuple(row["functions"]) for row in rows] == [tuple(name or "??" for name in stack) for stack in dump.stacks]
    assert [row["stack"] for row in rows] == list(range(len(dump.stacks)))
    assert sum(row["threads"] for row in rows) == len(dump.threads)


def test_pandas_takes_both(dump):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frames = dump.frames.to_pandas()
    assert isinstance(frames, pandas.DataFrame)
    assert list(frames["function"]) == [frame.function or "??" for frame in dump.frames]
    assert dump.stacks.to_pandas()["threads"].sum() == len(dump.threads)


def test_polars_takes_both(dump):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frames = dump.frames.to_polars()
    assert isinstance(frames, polars.DataFrame)
    assert frames["file_line"].to_list() == [frame.file_line for frame in dump.frames]
    assert dump.stacks.to_polars()["threads"].sum() == len(dump.threads)


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_library_that_is_not_installed_is_named(dump, monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(stackan.StackanError, match=f"pip install {name}"):
        getattr(dump.frames, f"to_{name}")()


def test_the_first_dump_of_a_text_gives_tables_too(example):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert stackan.parse(example / "snap1.txt").frames.to_arrow().num_rows == 435


def test_a_dump_that_did_not_come_through_the_library_says_so(example):
    from stackan.parsing import parse_all

    (dump,) = parse_all((example / "snap1.txt").read_bytes())
    with pytest.raises(stackan.StackanError, match=r"stackan\.load"):
        dump.stacks.to_arrow()
