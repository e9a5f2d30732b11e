"""When the rounds of a capture begin."""

from __future__ import annotations

import math
import time

from hypothesis import given
from hypothesis import strategies as st

from stackan.collect.turns import Turns


def begun(interval: float, align: float, *called: float) -> list[float]:
    """The beginnings of the rounds that are asked for at these times."""
    turns = Turns(interval, align)
    return [turns.next(now) for now in called]


def test_rounds_at_marks_are_an_interval_apart_though_each_begins_a_little_late() -> None:
    assert begun(10, 10, 1003.2, 1010.4, 1020.9) == [1010, 1020, 1030]
    assert begun(180, 60, 60.0, 61.0) == [60, 240]


def test_an_interval_that_is_no_multiple_goes_on_to_the_next_mark() -> None:
    assert begun(15, 10, 1000.0, 1001.0, 1021.0) == [1000, 1020, 1040]


def test_a_round_that_took_longer_than_the_interval_is_followed_at_once_or_at_the_next_mark() -> None:
    assert begun(10, 0, 100.0, 125.0) == [100, 125]
    assert begun(10, 10, 100.0, 125.0) == [100, 130]


def test_a_round_that_is_late_lets_the_threads_wait_again_that_a_tool_has_stopped() -> None:
    turns = Turns(0.001, 0)
    turns.wait()
    ended = time.monotonic()
    turns.wait()
    assert time.monotonic() - ended >= 0.2


@given(st.floats(0, 1e4), st.floats(0.5, 1e3), st.floats(1, 2e9), st.floats(0, 1e3))
def test_a_round_is_never_early_and_always_at_the_first_mark_that_is_due(interval: float, align: float, start: float, took: float) -> None:
    first, second = begun(interval, align, start, start + took)
    assert start - 1e-3 <= first <= start + align + 1e-3
    due = max(first + interval, start + took)
    assert due - 1e-3 <= second <= due + align + 1e-3
    assert abs(second / align - round(second / align)) * align < 1e-3 and math.isfinite(second)
