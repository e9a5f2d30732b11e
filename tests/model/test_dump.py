"""A dump as sequences: rows by number, distinct stacks, and the way from a byte back to its line, frame and thread."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stackan.model.arguments import Address
from stackan.model.dump import Dump
from stackan.model.rows import FrameRows, StackRows, ThreadRows
from stackan.parsing import parse_all

TEXT = """\
[New LWP 9]
Thread 4 (Thread 0x7f04 (LWP 10) "empty"):

Thread 3 (Thread 0x7f03 (LWP 9) "worker"):
#0  0x01 in lock (mutex=0x77 <audit>, n=2) at lock.c:5
        held = 1
#1  0x02 in work () from /opt/libwork.so

Thread 2 (Thread 0x7f02 (LWP 8) "worker"):
#0  0x01 in lock (mutex=0x78, n=3) at lock.c:5
#1  0x02 in work () from /opt/libwork.so

Thread 1 (Thread 0x7f01 (LWP 7)):
#0  work () at main.c:9
stray text
Thread 5 (LWP 6):
"""


@pytest.fixture
def dump() -> Dump:
    (found,) = parse_all(TEXT.encode(), "snap.txt")
    return found


def test_lengths_are_those_of_the_text(dump: Dump) -> None:
    assert (len(dump.threads), len(dump.frames), len(dump.stacks)) == (5, 5, 2)


def test_rows_are_sequences(dump: Dump) -> None:
    for rows in (dump.threads, dump.frames, dump.stacks):
        assert isinstance(rows, Sequence)
        assert rows.columns is dump.columns


def test_rows_are_numbered_from_the_start_and_from_the_end(dump: Dump) -> None:
    assert [thread.lwp for thread in dump.threads] == [10, 9, 8, 7, 6]
    assert dump.threads[1].lwp == dump.threads[-4].lwp == 9
    assert dump.threads[-1] == dump.threads[4]
    assert (dump.frames[0].function, dump.frames[-1].function) == ("lock", "work")
    assert dump.frames[-1].file == "main.c"


def test_a_slice_is_a_list_of_rows(dump: Dump) -> None:
    assert [thread.lwp for thread in dump.threads[1:3]] == [9, 8]
    assert [thread.lwp for thread in dump.threads[::-2]] == [6, 8, 10]
    assert [frame.line for frame in dump.frames[-2:]] == [11, 14]
    assert dump.frames[5:] == []
    assert dump.stacks[:1] == [dump.stacks[0]]


@pytest.mark.parametrize("index", [5, -6, 10**9])
def test_a_row_that_is_not_there_raises_index_error(dump: Dump, index: int) -> None:
    rows: tuple[ThreadRows | FrameRows | StackRows, ...] = (dump.threads, dump.frames, dump.stacks)
    for each in rows:
        with pytest.raises(IndexError):
            each[index]


def test_a_thread_has_what_its_header_says(dump: Dump) -> None:
    thread = dump.threads[1]
    assert (thread.row, thread.number, thread.lwp, thread.pthread, thread.name) == (1, 3, 9, "0x7f03", "worker")
    assert (thread.line, thread.first, thread.frames) == (4, 0, 2)


def test_what_a_header_does_not_say_is_none(dump: Dump) -> None:
    assert dump.threads[3].name is None
    assert dump.threads[4].pthread is None


def test_stacks_are_distinct_and_innermost_first(dump: Dump) -> None:
    assert sorted(dump.stacks) == [("lock", "work"), ("work",)]
    empty, first, second, third, last = dump.threads
    assert first.node == second.node != third.node
    assert empty.node == last.node == -1
    assert dump.stack(first.node) == ("lock", "work")


def test_an_argument_is_read_by_its_name(dump: Dump) -> None:
    assert dump.argument(0, b"mutex") == Address(0x77, "audit")
    assert dump.argument(2, b"mutex") == Address(0x78, None)
    assert dump.argument(0, b"n") is None
    assert dump.argument(1, b"mutex") is None
    assert dump.arguments(0) == b"mutex=0x77 <audit>, n=2"
    assert dump.arguments(1) == b""


def test_a_line_is_found_by_its_number(dump: Dump) -> None:
    assert dump.line_text(1) == "[New LWP 9]"
    assert dump.line_text(3) == ""
    assert dump.line_text(5) == "#0  0x01 in lock (mutex=0x77 <audit>, n=2) at lock.c:5"
    assert dump.line_text(16) == "Thread 5 (LWP 6):"


def test_each_row_stands_on_the_line_that_it_names(dump: Dump) -> None:
    for thread in dump.threads:
        assert dump.line_text(thread.line).startswith(f"Thread {thread.number} (")
    for frame in dump.frames:
        assert dump.line_text(frame.line).startswith(f"#{frame.level} ")


def test_a_line_is_given_without_its_end() -> None:
    (dump,) = parse_all(b"Thread 1 (LWP 7):\r\n#0  0x01 in f ()\r\nlast", "snap.txt")
    assert [dump.line_text(line) for line in (1, 2, 3)] == ["Thread 1 (LWP 7):", "#0  0x01 in f ()", "last"]


def test_a_byte_has_the_number_of_its_line(dump: Dump) -> None:
    assert dump.line_number(0) == 1
    assert dump.line_number(TEXT.index("\n")) == 1
    assert dump.line_number(TEXT.index("\n") + 1) == 2
    assert dump.line_number(TEXT.index("held")) == 6
    assert dump.line_number(len(TEXT) - 1) == 16


@pytest.mark.parametrize(
    ("mark", "frame"),
    [
        ("[New", None),
        ('"empty"', None),
        ("#0  0x01 in lock (mutex=0x77", 0),
        ("<audit>", 0),
        ("held = 1", 0),
        ("#1  0x02", 1),
        ("LWP 8", None),
        ("0x78", 2),
        ("main.c:9", 4),
        ("LWP 6", None),
    ],
)
def test_a_byte_belongs_to_the_frame_whose_text_or_locals_hold_it(dump: Dump, mark: str, frame: int | None) -> None:
    assert dump.frame_at(TEXT.index(mark)) == frame


def test_a_frame_belongs_to_its_thread_though_others_have_none(dump: Dump) -> None:
    assert [dump.thread(dump.thread_of(frame.row)).lwp for frame in dump.frames] == [9, 9, 8, 8, 7]


def test_unparsed_lines_are_listed(dump: Dump) -> None:
    assert dump.unparsed == [(15, "stray text")]
    assert dump.lines["unparsed"] == 1


def test_a_dump_tells_what_it_is(dump: Dump) -> None:
    assert repr(dump) == "<Dump snap.txt: gdb, 5 threads, 5 frames>"
    assert (dump.source, dump.format, dump.data, dump.taken_at) == ("snap.txt", "gdb", TEXT.encode(), None)


def test_the_rows_of_a_second_snapshot_are_its_own() -> None:
    one = "Thread 2 (LWP 8):\n#0  0x01 in f (n=1)\n\nThread 1 (LWP 7):\n#0  0x02 in g ()\n"
    _, second = parse_all((one + one.replace("n=1", "n=2").replace("g ()", "h ()")).encode(), "two.txt")
    assert [(thread.lwp, thread.line) for thread in second.threads] == [(8, 6), (7, 9)]
    assert [(frame.function, frame.arguments, frame.line) for frame in second.frames] == [("f", "n=2", 7), ("h", "", 10)]
    assert list(second.stacks) == [("f",), ("h",)]
    assert second.threads[-1].row == 3
    assert second.frames[0].row == 2
    assert second.frame_at(one.index("0x01")) is None
    assert second.frame_at(len(one) + one.index("0x01")) == 2
    with pytest.raises(IndexError):
        second.threads[2]
