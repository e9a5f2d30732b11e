"""The native columns of frames are those of the plain way, and nothing outside of what they were given is read."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stackan import backend
from stackan.model.columns import UNKNOWN
from stackan.report.spread import PlainSpread, known_bits, number_texts

pytestmark = pytest.mark.skipif(backend.name() != "native", reason="only the native module has other columns")

LEAST = {"i": -(1 << 31), "I": 0, "q": -(1 << 63), "Q": 0}
BITS = {"i": 32, "I": 32, "q": 64, "Q": 64}


def numbers(code: str) -> st.SearchStrategy[int]:
    edges = st.sampled_from([LEAST[code], LEAST[code] + (1 << BITS[code]) - 1, 0, 1])
    return edges | st.integers(LEAST[code], LEAST[code] + (1 << BITS[code]) - 1)


@given(st.data())
def test_the_columns_of_frames_are_those_of_the_plain_way(data):
    calls = data.draw(st.lists(st.integers(0, 4), max_size=12))
    size = st.integers(0, len(calls))
    frames = data.draw(st.lists(size, max_size=8))
    firsts = [data.draw(st.integers(0, len(calls) - each)) for each in frames]
    native, plain = (each(array("i", firsts), array("i", frames)) for each in (backend.spread(), PlainSpread))
    assert native.size == plain.size
    assert native.levels() == plain.levels()
    starts = array("q", [data.draw(st.integers(0, 1 << 60)) for _ in frames])
    rows = array("I", [data.draw(numbers("I")) for _ in calls])
    assert native.offsets(starts, rows) == plain.offsets(starts, rows)
    for code in LEAST:
        of_threads = array(code, [data.draw(numbers(code)) for _ in frames])
        assert native.of_threads(of_threads) == plain.of_threads(of_threads)
        of_calls = array(code, [data.draw(numbers(code)) for _ in range(5)])
        assert native.of_calls(array("i", calls), of_calls) == plain.of_calls(array("i", calls), of_calls)
        assert native.of_calls(array("i", calls), memoryview(of_calls)).typecode == code


@given(st.sampled_from(sorted(LEAST)), st.lists(st.integers(0, 2), max_size=40), st.integers(0, 2))
def test_what_is_known_is_marked(code, values, unknown):
    assert backend.known_bits()(array(code, values), unknown) == known_bits(array(code, values), unknown)


@given(st.lists(st.text("ab", max_size=9) | st.none(), max_size=30))
@example(["a" * 40, "a" * 40 + "b", "a" * 40, None, ""])
def test_parts_of_a_text_get_their_numbers(parts):
    text = "".join(part or "" for part in parts).encode()
    starts, sizes, at = array("q"), array("i"), 0
    for part in parts:
        starts.append(UNKNOWN if part is None else at)
        sizes.append(len(part or ""))
        at += len(part or "")
    assert backend.number_texts()(text, starts, sizes) == number_texts(text, starts, sizes)


@pytest.mark.parametrize(
    ("first", "frames", "call"),
    [(1, 3, 0), (-1, 1, 0), (2, 2, 0), (0, 3, 5), (0, 3, -1), (1 << 30, 1 << 30, 0)],
)
def test_columns_that_lead_out_of_others_are_refused(first, frames, call):
    spread = backend.spread()(array("i", [first]), array("i", [frames if frames < 1 << 20 else 1]))
    with pytest.raises(IndexError):
        spread.of_calls(array("i", [call] * 3), array("q", [0] * 5))


def test_a_part_behind_the_text_is_refused():
    for start, size in ((0, 4), (3, 1), (-2, 1), (1, -1), ((1 << 63) - 1, 1)):
        with pytest.raises(IndexError):
            backend.number_texts()(b"abc", array("q", [start]), array("i", [size]))


def test_a_column_of_bytes_is_refused():
    with pytest.raises(ValueError, match="items of 1 bytes"):
        backend.known_bits()(array("b", [1]), 1)
