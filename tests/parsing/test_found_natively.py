"""What native code finds in all threads or lines of a scanned text is what the plain way finds."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stackan import backend
from stackan.model.columns import Columns
from stackan.model.loads import FARTHEST
from stackan.parsing import pieces
from stackan.parsing.gdb import commands

pytestmark = pytest.mark.skipif(backend.name() != "native", reason="only the native module finds it in another way")

PLACES = [FARTHEST + 1, 2 * FARTHEST, 2 * FARTHEST + 1, 5 * FARTHEST // 2, 3 * FARTHEST + 1, 9 * FARTHEST, 10 * FARTHEST + 1, (1 << 64) - 1]
calls = st.tuples(st.sampled_from([b"from /a.so", b"from /b.so", b""]), st.sampled_from(PLACES))


@given(st.lists(st.lists(calls, max_size=4), max_size=12), st.sets(st.integers(0, 12)))
@example([[(b"from /a.so", FARTHEST + 1)], [(b"from /a.so", 9 * FARTHEST)], [(b"from /a.so", FARTHEST + 1)]], set())
@example([[(b"from /a.so", place)] for place in (PLACES[0], PLACES[1], PLACES[3], PLACES[4], PLACES[0])], set())
def test_the_threads_of_other_processes_are_found(stacks, borders):
    columns = Columns()
    known: dict[tuple[bytes, int], int] = {}
    for library in (b"from /a.so", b"from /b.so", b""):
        columns.site_location.append(library)
        columns.site_function.append(b"f")
    for stack in stacks:
        columns.thread_first.append(len(columns.frame_call))
        columns.thread_frames.append(len(stack))
        for call in stack:
            if call not in known:
                known[call] = len(known)
                columns.call_site.append(columns.site_location.index(call[0]))
                columns.call_pc.append(call[1])
            columns.frame_call.append(known[call])
    natively = pieces._find_elsewhere(columns, borders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend, "find_elsewhere", lambda: None)
        assert natively == pieces._find_elsewhere(columns, borders)


def test_native_code_leaves_doubts_to_the_plain_way():
    def found(*places: int) -> list[int] | None:
        columns = Columns()
        columns.thread_first.extend(range(len(places)))
        columns.thread_frames.extend([1] * len(places))
        columns.frame_call.extend(range(len(places)))
        columns.call_pc.extend(places)
        return backend.find_elsewhere()(columns, array("i", [0] * len(places)), array("i"))

    assert found(0, FARTHEST, 1) == []
    assert found(0, FARTHEST + 2, 1) == [1, 2]
    assert found(0, FARTHEST, FARTHEST + 1) is None


lines = st.lists(
    st.sampled_from([b"pstack 1", b"[New LWP 1]", b"gdb ", b"x" * 236 + b" gdb -p", b"", b"g\ndb ", b"gstack \xff"]), max_size=9
)


@given(lines, st.sampled_from([(b"pstack ", b"gdb "), (b"gdb ",), (b"gstack ", b"LWP ")]))
def test_lines_with_words_are_found(texts, words):
    data = b"\n".join(texts)
    starts = array("q", [sum(len(text) + 1 for text in texts[:at]) for at in range(len(texts))])
    assert list(commands.lines_holding(data, starts, words)) == list(commands._lines_holding(data, starts, words))


def test_columns_that_lead_out_of_others_are_refused():
    columns = Columns()
    columns.thread_first.append(1)
    columns.thread_frames.append(2)
    columns.frame_call.extend([0, 0])
    columns.call_pc.append(1)
    with pytest.raises(IndexError, match="frames 1 to 3 of 2"):
        backend.find_elsewhere()(columns, array("i", [0]), array("i"))
    columns.thread_first[0], columns.frame_call[1] = 0, 1
    with pytest.raises(IndexError, match="call 1 of 1"):
        backend.find_elsewhere()(columns, array("i", [0]), array("i"))
    with pytest.raises(IndexError, match="byte 9 of 3"):
        backend.lines_holding()(b"abc", array("q", [9]), (b"ab",), 240)
