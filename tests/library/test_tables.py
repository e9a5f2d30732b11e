"""Threads and frames as tables, for data frames."""

from __future__ import annotations

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
