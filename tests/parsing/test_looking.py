"""Words and lines are found in a text natively as plainly, and the words of a family are in all that it recognizes."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stackan import _reference_looking, backend
from stackan.parsing.detect import FAMILIES
from stackan.parsing.marks import MARKS
from stackan.parsing.prepare import prepare
from stackan.parsing.stretches import stretches

DUMPS = Path(__file__).parents[1] / "dumps"
native = pytest.mark.skipif(backend.name() != "native", reason="only the native module finds it in another way")

pieces = st.lists(
    st.sampled_from([b"Thread (0x", b"Thread ", b"read (0", b"\n", b"tid: ", b"\ntid", b"x", b" ", b"\0", b"#0", b"1"]), max_size=20
)
words = st.lists(
    st.sampled_from([b"Thread (0x", b"\nThread (0x", b"ead (0x", b"tid: ", b"\ntid: ", b"#0", b"Thread ", b"xx", b"\n1 x1 x"]),
    max_size=6,
).map(tuple)


@native
@given(pieces.map(b"".join), words)
@example(b"\nThread (0x", (b"\nThread (0x", b"Thread (0x"))
@example(b"tid: ", (b"tid: ", b"\ntid: "))
def test_the_words_of_a_text_are_found_at_once(text, words):
    assert backend.word_set(words).within(text) == _reference_looking.ReferenceWordSet(words).within(text)


@native
@given(
    pieces.map(b"".join),
    st.sampled_from([b"> \t", b"0123456789", b"#"]),
    st.lists(st.sampled_from([b"", b"x", b"Thread", b"#", b": "]), max_size=3).map(tuple),
    st.integers(0, 60),
)
def test_lines_are_found_behind_a_run_of_bytes(text, lead, words, start):
    assert backend.find_led(text, lead, words, start) == _reference_looking.find_led(text, lead, words, start)


def test_a_word_is_found_wherever_it_stands():
    word, other = b"goroutine", b"\nSTACK 1"
    looked_for = backend.word_set((word, other, b"[<"))
    for before in range(20):
        for behind in range(12):
            assert looked_for.within(b"." * before + word + b"." * behind) == {word}
    assert looked_for.within(other[1:]) == {other}
    assert looked_for.within(b"." + other[1:] + word[:-1]) == set()


def test_a_family_recognizes_no_text_without_its_words():
    seen = set()
    for path in sorted(DUMPS.rglob("*")):
        if path.is_file() and path.stat().st_size < 1 << 20:
            for stretch in stretches(prepare(path.read_bytes()).data):
                for family, marks in MARKS.items():
                    if next(import_module(f"stackan.parsing.{family}.detect").recognize(stretch), None) is not None:
                        assert backend.word_set(marks).within(stretch), (path, family)
                        seen.add(family)
    assert {"python", "ruby", "go", "lldb"} <= seen
    assert set(MARKS) < set(FAMILIES)
