"""Byte order marks."""

from __future__ import annotations

import pytest

from .packing import CODECS, DUMP, contents, piped

TEXT = 'Thread 1 "работник":\n#0  f () at x.cc:1\r\n'


@pytest.mark.parametrize("mark, encoding", [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_utf16_with_its_mark_becomes_utf8_without(mark: bytes, encoding: str) -> None:
    assert contents(piped(mark + TEXT.encode(encoding))) == [TEXT.encode()]


def test_a_utf8_mark_is_dropped_once() -> None:
    assert contents(piped(b"\xef\xbb\xbf\xef\xbb\xbfx")) == [b"\xef\xbb\xbfx"]


def test_a_mark_inside_compression_is_seen() -> None:
    assert contents(piped(CODECS["xz"](TEXT.encode("utf-16")))) == [TEXT.encode()]


def test_half_a_character_at_the_end_of_utf16_is_replaced() -> None:
    assert contents(piped(b"\xff\xfea\x00b")) == ["a\N{REPLACEMENT CHARACTER}".encode()]


def test_all_else_stays_as_it_stands() -> None:
    odd = b"\xc3(\r\r\n\x00\x1b[31m" + DUMP

    assert contents(piped(odd)) == [odd]
