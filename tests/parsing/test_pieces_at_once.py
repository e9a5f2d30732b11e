"""Texts in which no thread comes again are seen at once; the result is that of going through them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stackan.model.columns import Columns
from stackan.parsing import pieces

THREAD = st.tuples(st.sampled_from([-1, 1, 2, 3, 4, 5]), st.sampled_from([-1, 7, 8, 9, 10]), st.sampled_from([0, 0, 21, 22]), st.booleans())
DOWN = st.integers(1, 6).map(lambda most: [(number, -1, 0, True) for number in range(most, 0, -1)])


def columns_of(threads: list[tuple[int, int, int, bool]]) -> Columns:
    columns = Columns()
    columns.site_function.append(b"main")
    columns.site_location.append(b"")
    columns.site_has_pc.append(0)
    columns.call_site.append(0)
    columns.call_pc.append(0)
    for row, (number, lwp, pthread, has_stack) in enumerate(threads):
        columns.thread_number.append(number)
        columns.thread_lwp.append(lwp)
        columns.thread_pthread.append(pthread)
        columns.thread_first.append(len(columns.frame_call))
        columns.thread_frames.append(has_stack)
        columns.thread_start.append(row * 9)
        columns.thread_line.append(row + 1)
        columns.frame_call.extend([0] * has_stack)
        columns.frame_start.extend([1] * has_stack)
    return columns


@given(st.one_of(st.lists(THREAD, max_size=8), st.tuples(DOWN, st.lists(THREAD, max_size=4)).map(lambda both: both[0] + both[1])))
def test_a_plain_text_is_one_piece_as_if_gone_through(threads):
    columns = columns_of(threads)
    at_once = pieces.split(columns)
    is_plain, pieces._is_plain = pieces._is_plain, lambda *_: False
    try:
        assert at_once == pieces.split(columns)
    finally:
        pieces._is_plain = is_plain


@given(st.lists(THREAD, max_size=8))
def test_the_identities_of_all_threads_are_those_of_each(threads):
    columns = columns_of(threads)
    assert pieces.identities(columns) == [pieces.identity(columns, row) for row in range(len(threads))]


def test_a_list_without_repetition_is_seen_at_once():
    columns = columns_of([(1, -1, 0, True), (4, -1, 0, True), (-1, 8, 0, False), (-1, 9, 0, False), (2, -1, 0, True)])
    assert pieces._is_plain(columns, pieces.identities(columns))
    again = columns_of([(2, -1, 0, True), (1, -1, 0, True), (3, -1, 0, True)])
    assert not pieces._is_plain(again, pieces.identities(again)), "behind 1 another list may begin"
