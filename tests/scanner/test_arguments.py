"""The native reading of arguments gives what the plain one gives, on any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.model import arguments as plain
from stackan.model.columns import GDB

native = pytest.importorskip("stackan._fast", reason="the native scanner is not built")

NAMES = (b"mutex", b"m", b"expected", b"", b"2", b"1", b'a"', b"fd")
PIECES = (
    *(b"mutex=", b"m=", b"mutex@entry=", b"expected=", b"fd=", b"=", b'a"=', b'"', b"\\", b", ", b" ", b"\n", b",", b"@", b"0x"),
    *(b"0x0", b"(", b"(type *) ", b") ", b" <", b"<", b">", b"->", b"operator", b"7f8f1911de38", b"0", b"12", b"ABCDEFabcdef"),
    *(b"0123456789" * 3, b"`", b"\xff", "ü".encode(), b"?", b"<optimized out>", b"..."),
)
texts = st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join))


@given(texts, st.sampled_from(NAMES))
def test_an_argument_is_the_same_by_both_ways(text: bytes, name: bytes) -> None:
    assert native.value_argument(text, name) == plain.value_argument(text, name)
    assert native.number_argument(text, name) == plain.number_argument(text, name)
    assert native.address_argument(text, name) == plain.address_argument(text, name)


@given(texts)
def test_an_address_is_the_same_by_both_ways(text: bytes) -> None:
    found = native.read_address(text)
    assert found == plain.read_address(text)
    assert found is None or type(found) is plain.Address


@given(st.lists(texts, min_size=1, max_size=5), st.sampled_from(NAMES))
def test_the_arguments_of_a_dumps_frames_are_the_same_by_both_ways(lines: list[bytes], name: bytes) -> None:
    frames = b"".join(b"#%d  0x%016x in f%d (%b) at f.c:1\n" % (at, at + 1, at, line) for at, line in enumerate(lines))
    data = b"Thread 1 (LWP 7):\n" + frames
    columns = native.scan(data, GDB)
    ours, theirs = native.FrameArguments(data, columns), plain.FrameArguments(data, columns)
    for thread, frames_of_it in enumerate(columns.thread_frames):
        for at in range(frames_of_it):
            assert ours.text(thread, at) == theirs.text(thread, at)
            assert ours.address(thread, at, name) == theirs.address(thread, at, name)
            assert ours.number(thread, at, name) == theirs.number(thread, at, name)
            assert ours.addresses([thread, thread], at, name) == theirs.addresses([thread, thread], at, name)
