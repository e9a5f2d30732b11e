"""`stackan parse --format arrow` and `parquet`: a row for each frame."""

from __future__ import annotations

import io
import pathlib
import sys

import pytest

import stackan
from stackan.errors import UsageError
from stackan.parsing import parse_all

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
feather = pytest.importorskip("pyarrow.feather")
parquet = pytest.importorskip("pyarrow.parquet")

SESSION = b"""(gdb) thread 2
[Switching to thread 2 (Thread 0x7f01 (LWP 12))]
#0  0x0000000000000000 in ?? ()
(gdb) bt
#0  0x0000000000000000 in ?? ()
#1  0x00005583 in "w" (x=0x1) at w.c:1
(gdb) thread 1
[Switching to thread 1 (Thread 0x7f02 (LWP 11))]
#0  compute (x=0x1) at w.c:9
(gdb) bt
#0  compute (x=0x1) at w.c:9
#1  main () from /usr/bin/w
"""


def rows(dumps: list[stackan.Dump], format: str = "arrow") -> list[dict[str, object]]:
    from stackan.report.arrow import write

    file = io.BytesIO()
    write(dumps, format, file)
    file.seek(0)
    table = feather.read_table(file) if format == "arrow" else parquet.read_table(file)
    return table.to_pylist()


@pytest.mark.parametrize("format", ["arrow", "parquet"])
def test_a_table_says_of_each_frame_what_the_dump_says(example, format):
    dumps = stackan.load(example).dumps
    found = rows(dumps, format)
    expected = [
        (dump.source, at, thread.lwp, thread.name, frame.level, frame.pc, frame.function, frame.file, frame.file_line, frame.library)
        for at, dump in enumerate(dumps)
        for thread in dump.threads
        for frame in dump.frames_of(thread.row)
    ]
    keys = ("source", "snapshot", "lwp", "name", "level", "pc", "function", "file", "file_line", "library")
    assert [tuple(row[key] for key in keys) for row in found] == expected


DUMPS = sorted(path for path in (pathlib.Path(__file__).parents[1] / "dumps").rglob("*") if path.suffix in (".txt", ".xz", ".json"))


@pytest.mark.parametrize("size", [5, 1 << 18])
def test_each_dump_gives_the_rows_that_its_threads_and_frames_give(monkeypatch, size):
    from stackan.report import arrow

    monkeypatch.setattr(arrow, "_ROWS", size)
    compared = 0
    for path in DUMPS:
        try:
            dumps = stackan.load(path).dumps
        except stackan.StackanError:
            continue
        expected = [
            {
                "source": dump.source,
                "snapshot": at,
                "format": dump.format,
                "pid": dump.facts.pid,
                "thread": row,
                "number": thread.number,
                "lwp": thread.lwp,
                "pthread": None if thread.pthread is None else int(thread.pthread, 16),
                "name": thread.name,
                "level": level,
                "pc": frame.pc,
                "function": frame.function or "??",
                "file": frame.file,
                "file_line": frame.file_line,
                "library": frame.library,
                "offset": dump.columns.thread_start[thread.row] + dump.columns.frame_start[frame.row],
            }
            for at, dump in enumerate(dumps)
            for row, thread in enumerate(dump.threads)
            for level, frame in enumerate(dump.frames_of(thread.row))
        ]
        table = arrow.frames_table(dumps)
        assert table.num_rows == len(expected)
        found = table.to_pylist() if len(expected) < 2000 else table.slice(0, 500).to_pylist()
        assert found == expected[: len(found)], path
        compared += 1
    assert compared > 100


def test_an_offset_is_where_the_frames_text_stands(example):
    data = (example / "snap1.txt").read_bytes()
    for row in rows(parse_all(data))[:200]:
        assert data.startswith(b"#%d " % row["level"], row["offset"])


def test_frames_that_a_session_printed_again_are_no_rows():
    found = rows(parse_all(SESSION))
    assert [(row["lwp"], row["level"], row["pc"], row["function"]) for row in found] == [
        (12, 0, 0, "??"),
        (12, 1, 0x5583, '"w"'),
        (11, 0, None, "compute"),
        (11, 1, None, "main"),
    ]


def test_a_column_is_handed_over_without_a_copy(example):
    from stackan.report.arrow import column

    [dump] = parse_all((example / "snap1.txt").read_bytes())
    lwps = column(dump.columns.thread_lwp)
    assert lwps.buffers()[1].address == memoryview_address(dump.columns.thread_lwp)
    assert lwps.to_pylist() == list(dump.columns.thread_lwp)


def test_numpy_takes_a_column_without_a_copy(example):
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    [dump] = parse_all((example / "snap1.txt").read_bytes())
    calls = numpy.asarray(memoryview(dump.columns.frame_call))
    assert calls.ctypes.data == memoryview_address(dump.columns.frame_call)
    assert len(calls) == 435


def memoryview_address(values: object) -> int:
    return pyarrow.py_buffer(values).address


def test_without_pyarrow_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "stackan.report.arrow", raising=False)
    with pytest.raises(UsageError, match=r"pip install 'stackan\[arrow\]'"):
        import stackan.report.arrow  # noqa: F401
    monkeypatch.undo()
    sys.modules.pop("stackan.report.arrow", None)
