"""The word that may have been meant."""

from __future__ import annotations

import time

from stackan.model.meant import closest


def test_a_word_is_told_by_what_looks_most_like_it() -> None:
    assert closest("analyse", ["compare", "analyze", "parse"]) == "analyze"
    assert closest("MARIADBD", ["postgres", "MariaDB"]) == "MariaDB"
    assert closest("frobnicate", ["compare", "analyze"]) is None
    assert closest("x", []) is None


def test_words_made_to_take_long_are_not_compared() -> None:
    start = time.process_time()
    assert closest("a" * 100_000, ["a" * 100_000] * 10) is None
    closest("ab" * 50, ["".join("ab"[(number >> bit) & 1] for bit in range(17)) * 5 for number in range(100_000)])
    assert time.process_time() - start < 20
