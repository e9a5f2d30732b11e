"""The first look at a log: what it finds, and that the native one and the reference find the same on every input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stackan._reference_logs import ReferenceSieve
from stackan.model.sifted import Sieve, Sifted

MARKS = (b"dead instance detected", b"IS READY", b"[LINK_CHECK]", b"aab", b"ab", "设置命令".encode())
LOG = (
    b"2024-05-12 09:14:03.528 [INFO] dmcss P0000049062 T0000000000000049106  vote disk check ok, cost 28 ms\r\n"
    b"2024-05-12 09:14:34:357 [INFO] dmcss P0000049062 main_thread  DMCSS IS READY\n"
    b"a line behind it, IS READY, too\n"
    b"\n"
    b"[2024-05-12 09:13:17:769] [CSS]: [!!!DSC INFO!!!]dead instance detected, detect ep DSC1[1] broken.\n"
    b"[monitor]          [2024-05-12 09:15:17:769] show GRP_DSC\n"
    b"\t2024-05-12 10:03:31    DSC0          0         5236\n"
    + "2024-05-12 09:16:00 [INFO] dmcss P0000000777 main_thread  设置命令[LINK_CHECK]\n".encode()
    + "2024-05-12 09:16:01 [INFO] dmcss P0000000777 main_thread  设置命令[LINK_CHECK]\n".encode("gb18030")
    + b"\x81 neither\n2024-05-12 09:16:02 [INFO] dmcss P777"
)


@pytest.fixture(scope="session")
def native() -> Callable[[tuple[bytes, ...]], Sieve]:
    """The native sieve; skipped where it is not built."""
    sieve: Callable[[tuple[bytes, ...]], Sieve] = pytest.importorskip("stackan._fast", reason="the native scanner is not built").LogSieve
    return sieve


@pytest.fixture(scope="session", params=["native", "pure"])
def sift(request: pytest.FixtureRequest) -> Callable[[bytes], Sifted]:
    """Either one: what a test with this fixture says holds for both."""
    make = request.getfixturevalue("native") if request.param == "native" else ReferenceSieve

    def sift(data: bytes) -> Sifted:
        found: Sifted = make(MARKS).sift(data, len(data), b"")
        return found

    return sift


def test_lines_and_records_are_counted_and_a_line_without_a_time_continues_a_record(sift):
    found = sift(LOG)
    assert (found.lines, found.records) == (11, 7)
    assert LOG[found.earliest :].startswith(b"2024-05-12 09:13:17:769] [CSS]")
    assert LOG[found.latest :].startswith(b"2024-05-12 09:16:02")
    assert LOG[found.head :] == b"2024-05-12 09:16:02 [INFO] dmcss P777"


def test_lines_with_marks_are_found_with_the_records_that_they_belong_to(sift):
    hits = [(hit.line, LOG[hit.start : hit.end].rpartition(b"  ")[2], LOG[hit.head :][:12], hit.marks) for hit in sift(LOG).hits]
    assert hits[:3] == [
        (1, b"DMCSS IS READY", b"2024-05-12 0", 0b10),
        (2, b"a line behind it, IS READY, too", b"2024-05-12 0", 0b10),
        (4, b"[2024-05-12 09:13:17:769] [CSS]: [!!!DSC INFO!!!]dead instance detected, detect ep DSC1[1] broken.", b"[2024-05-12 ", 0b1),
    ]
    assert [(hit.line, hit.marks) for hit in sift(LOG).hits[3:]] == [(7, 0b100100), (8, 0b100)]


def test_a_line_ends_before_what_ends_it(sift):
    [hit] = sift(b"x IS READY\r\n").hits
    assert (hit.start, hit.end, hit.head) == (0, 10, -1)


def test_encodings_are_told_apart_line_by_line(sift):
    assert sift(LOG).recoded == (1, 1, 1)


def test_a_record_of_another_process_is_told(sift):
    found = sift(LOG)
    assert [line for line, _ in found.writers] == [0, 7]
    assert found.writer == b"0000000777"


@pytest.mark.parametrize(
    "line", [b"2024-05-12 09:14:03 [INFO] x P12345678901234567890123 y", b"2024-05-12 09:14:03 [INFO] x P123 y", b"P12345"]
)
def test_what_only_looks_like_a_pid_is_none(sift, line):
    assert (sift(line).writers, sift(line).writer) == ([], b"")


def both(native: Callable[[tuple[bytes, ...]], Sieve], marks: tuple[bytes, ...], data: bytes, writer: bytes = b"") -> Sifted:
    ours = native(marks).sift(data, len(data), writer)
    assert ours == ReferenceSieve(marks).sift(data, len(data), writer), data
    return ours


def test_the_writer_of_the_piece_before_is_no_news(native):
    line = b"2024-05-12 09:14:03 [INFO] dmcss P0000049062 main_thread  x\n"
    assert both(native, MARKS, line, b"0000049062").writers == []
    assert both(native, MARKS, line, b"0000049061").writers == [(0, 0)]


def test_they_agree_on_every_beginning_and_every_end_of_a_log(native):
    for at in range(len(LOG) + 1):
        both(native, MARKS, LOG[:at])
        both(native, MARKS, LOG[at:])


def test_they_agree_where_only_a_part_of_the_buffer_is_filled(native):
    for size in range(0, len(LOG), 37):
        assert native(MARKS).sift(bytearray(LOG), size, b"1") == ReferenceSieve(MARKS).sift(bytearray(LOG), size, b"1")


PARTS = st.sampled_from(
    [
        b"2024-05-12 09:14:03",
        b"2023-05-12 09:14:03",
        b".123",
        b" ",
        b"\t",
        b"[",
        b"]",
        b"[monitor]",
        b" P0000049062",
        b" p12345 ",
        b"\n",
        b"\r\n",
        b"\r",
    ]
    + [b"2024-05-12 09:14:03" + part + b"dmcss P0000049062" for part in (b".123 [INFO] ", b":124 [INFO] ", b" [INFO] ", b". P1 [INFO] ")]
    + [b"a", b"aa", b"b", b"dead instance ", b"detected", b"IS READY", b"[LINK_CHECK]", b"_", b"0"]
    + [text.encode(encoding) for text in ("设置", "命令", "é", "\U0001f600") for encoding in ("utf-8", "gb18030")]
    + [b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe0\x80\x80", b"\x81\x30\x81\x30", b"\x81\x7f", b"\xff", b"\x80"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.one_of(PARTS, st.binary(max_size=3)), max_size=60).map(b"".join), st.sampled_from([b"", b"0000049062", b"12345"]))
@example(b"[0123456789abcdefg] [2024-05-12 09:14:03", b"")
@example(b"[0123456789abcdef] " + b" " * 31 + b"[2024-05-12 09:14:03", b"")
@example(b"[0123456789abcdef] " + b" " * 32 + b"[2024-05-12 09:14:03", b"")
def test_they_agree_on_whatever_stands_there(native, data, writer):
    both(native, MARKS, data, writer)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(min_size=2, max_size=5).filter(lambda mark: not set(mark) & {10, 13}), max_size=64), st.data())
def test_they_agree_on_any_marks(native, marks, data):
    pieces = st.sampled_from([*marks, b"\n", b"ab"]) if marks else st.binary(max_size=4)
    both(native, tuple(marks), b"".join(data.draw(st.lists(pieces, max_size=40))))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab", min_size=2, max_size=6), st.lists(st.text(alphabet="ab\n", max_size=40)))
def test_marks_that_overlap_each_other_are_all_found(native, mark, text):
    marks = tuple(dict.fromkeys((mark.encode(), mark[1:].encode() + b"a", mark[:-1].encode() + b"b", b"aaa")))
    both(native, marks, "".join(text).encode())


def test_a_mark_of_one_byte_and_too_many_marks_are_refused(native):
    for marks in ((b"a",), tuple(b"%03d" % number for number in range(65))):
        with pytest.raises(ValueError):
            native(marks)
