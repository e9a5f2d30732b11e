"""Cases that look alike are found, the same hang first, and strangers not at all."""

from __future__ import annotations

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from hypothesis import given
from hypothesis import strategies as st

from stackan.likeness.index import ask_index, up_to_date
from stackan.likeness.looks import look_of, tokens_of
from stackan.likeness.ranking import Weights, likeness
from stackan.likeness.searching import find_similar
from stackan.likeness.segments import segments
from stackan.store.parts import read_rows
from stackan.store.place import place_of
from stackan.store.signatures import case_signature

POOL = ["handle_request", "Pool::run", "worker"]
JOURNAL = ["Journal::append", "commit", "session", "worker"]
OTHER = ["render", "paint", "window"]


@pytest.fixture(params=["folder", "memory"])
def place(request, tmp_path):
    if request.param == "memory":
        pytest.importorskip("fsspec", reason="fsspec is not installed")
        return place_of(f"memory://{tmp_path.name}")
    return place_of(str(tmp_path / "results"))


def test_the_same_hang_comes_first_and_is_counted(place, fill, rows_of):
    fill(place, {"a": [JOURNAL], "b": [JOURNAL], "c": [["Journal::append", "commit", "replay"]], "d": [OTHER]})
    rows = rows_of([JOURNAL])
    found = find_similar(place, look_of(rows), case_signature(rows))
    assert found.seen == 2
    assert [(match.known.case, match.exact) for match in found.found] == [("a", True), ("b", True), ("c", False)]
    assert found.found[0].similarity == 1.0
    assert 0.3 < found.found[2].similarity < 1


def test_what_is_common_and_what_differs_is_named(place, fill, rows_of):
    fill(place, {"c": [["Journal::append", "commit", "replay"]], "d": [OTHER]})
    [match] = find_similar(place, look_of(rows_of([JOURNAL])), None).found
    assert match.common == ["Journal::append", "commit"]
    assert match.only_here == ["session", "worker"]
    assert match.only_there == ["replay"]


def test_a_case_without_kin_has_no_match(place, fill, rows_of):
    fill(place, {"a": [JOURNAL], "b": [POOL]})
    assert find_similar(place, look_of(rows_of([OTHER])), None).found == []


def test_a_case_does_not_match_itself(place, fill, rows_of):
    fill(place, {"a": [JOURNAL], "b": [JOURNAL]})
    rows = rows_of([JOURNAL])
    found = find_similar(place, look_of(rows), case_signature(rows), without="sha of a")
    assert (found.itself, found.seen, [match.known.case for match in found.found]) == (["a"], 1, ["b"])


def test_a_case_that_no_thread_of_is_stuck_knows_itself_and_what_it_was_before(place, fill, rows_of):
    fill(place, {"a": [JOURNAL]}, progress="progressing")
    fill(place, {"a": [["Journal::append", "commit", "replay"]]}, progress="progressing", version=2)
    rows = rows_of([JOURNAL], progress="progressing")
    assert case_signature(rows) is None
    assert find_similar(place, look_of(rows), None, without="sha of a") == (["a"], 0, [])
    assert [match.known.case for match in find_similar(place, look_of(rows), None, without="sha of none").found] == ["a"]


def test_a_case_knows_itself_among_many_that_look_so_and_where_nothing_hangs(place, fill, rows_of):
    fill(place, {f"case {number}": [JOURNAL] for number in range(100)}, progress="progressing")
    fill(place, {"idle": []})
    rows = rows_of([JOURNAL], progress="progressing")
    found = find_similar(place, look_of(rows), None, without="sha of case 99")
    assert found.itself == ["case 99"]
    assert "case 99" not in [match.known.case for match in found.found]
    assert find_similar(place, look_of([]), None, without="sha of idle") == (["idle"], 0, [])


def test_all_cases_of_a_hang_are_counted_and_as_many_shown_as_asked_for(place, fill, rows_of):
    fill(
        place,
        {"own": [JOURNAL], **{f"case {number}": [JOURNAL] for number in range(100)}, "kin": [["Journal::append", "commit", "replay"]]},
    )
    rows = rows_of([JOURNAL])
    found = find_similar(place, look_of(rows), case_signature(rows), most=101, without="sha of own")
    assert found.seen == 100
    assert [match.exact for match in found.found] == [True] * 100 + [False]
    assert "own" not in {match.known.case for match in found.found}


def test_a_case_that_was_analyzed_several_times_is_one_case(place, fill, rows_of):
    for version in (2, 3, 1):
        fill(place, {"a": [JOURNAL], "b": [["Journal::append", "commit", f"replay {version}"]]}, version=version)
    rows = rows_of([JOURNAL])
    found = find_similar(place, look_of(rows), case_signature(rows))
    assert found.seen == 1
    assert [match.known.case for match in found.found] == ["a", "b"]
    assert {match.known.analyzed_at[:10] for match in found.found} == {"2026-01-03"}
    assert find_similar(place, look_of(rows), case_signature(rows), without="sha of a").seen == 0


def test_an_index_of_an_older_version_is_made_again(place, fill, rows_of, monkeypatch):
    from stackan.likeness import segments as module

    columns, rows = module._INDEXED, rows_of([JOURNAL])
    fill(place, {"a": [JOURNAL]})
    with monkeypatch.context() as patch:
        patch.setattr(module, "_VERSION", b"1")
        patch.setattr(module, "_TEXTS", module._TEXTS[:-1])
        patch.setattr(module, "_INDEXED", columns.remove(columns.get_field_index("analyzed_at")))
        up_to_date(place)
    for _ in range(2):
        assert find_similar(place, look_of(rows), case_signature(rows)).seen == 1
    assert [segment.is_current for segment in segments(place)] == [True]


def test_a_store_that_grows_is_indexed_as_it_grows(place, fill, rows_of):
    rows = rows_of([JOURNAL])
    for number in range(12):
        fill(place, {f"case {number}": [JOURNAL]})
        found = find_similar(place, look_of(rows), case_signature(rows), most=50)
        assert found.seen == number + 1
        assert len({match.known.case for match in found.found}) == number + 1
    assert len(segments(place)) <= 9


def test_files_that_were_merged_are_indexed_once(tmp_path, fill, rows_of):
    from stackan.store.merging import merge

    place = place_of(str(tmp_path))
    rows = rows_of([JOURNAL])
    for number in range(20):
        fill(place, {f"case {number}": [JOURNAL]})
    assert find_similar(place, look_of(rows), case_signature(rows)).seen == 20
    fill(place, {"before": [JOURNAL]})
    if not merge(place):
        pytest.skip("this system cannot merge")
    fill(place, {"behind": [JOURNAL]})
    assert find_similar(place, look_of(rows), case_signature(rows)).seen == 22


def test_a_case_that_failed_and_was_tried_again_is_found(tmp_path, fill, rows_of):
    from stackan.store import merging
    from stackan.store.about import introduce
    from stackan.store.parts import case_id, remove_doubles, write_part

    place, rows = place_of(str(tmp_path)), rows_of([JOURNAL])
    introduce(place, {})
    write_part(place, [{"cases": [{"case_id": case_id("a", "a", "1"), "case": "a", "failure": "too-large"}]}], run="1")
    fill(place, {f"other {at}": [OTHER] for at in range(2)})
    assert find_similar(place, look_of(rows), case_signature(rows)).seen == 0
    fill(place, {"a": [JOURNAL]})
    remove_doubles(place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_MANY", 2)
        merging.merge(place)
    assert find_similar(place, look_of(rows), case_signature(rows)).seen == 1


def test_a_store_in_which_all_cases_failed_knows_none(place, rows_of):
    from stackan.store.about import introduce
    from stackan.store.parts import write_part

    introduce(place, {})
    write_part(place, [{"cases": [{"case_id": "0", "case": "a", "failure": "too-large"}]}])
    rows = rows_of([JOURNAL])
    assert find_similar(place, look_of(rows), case_signature(rows)) == ([], 0, [])


def test_an_index_that_is_up_to_date_is_not_written_again(place, fill):
    fill(place, {"a": [JOURNAL]})
    before = [segment.name for segment in up_to_date(place)]
    assert [segment.name for segment in up_to_date(place)] == before


@pytest.mark.parametrize("halves", [[{0, 1}, {0, 1, 2}], [{0, 1}, {1, 2}], [{0}, {1}, {2}, {0, 1, 2}]])
def test_segments_that_share_parts_count_their_cases_once(place, fill, rows_of, halves):
    """As where two index at the same time, or one is killed after it has made many segments one."""
    from stackan.likeness.segments import write_segment

    rows, names = rows_of([JOURNAL]), []
    for number in range(3):
        fill(place, {f"case {number}": [JOURNAL]})
        names.append(next(path[6:-8] for path in place.list("cases") if path[6:-8] not in names))
    cases = {row["case_id"]: row for row in read_rows(place, "cases")}.values()
    by_number = {int(row["case"].split()[1]): (row, look_of(rows)) for row in cases}
    for half in halves:
        write_segment(place, [names[at] for at in half], [by_number[at] for at in half])
    for _ in range(2):
        assert find_similar(place, look_of(rows), case_signature(rows)).seen == 3


def test_a_segment_without_its_last_file_does_not_count(place, fill, rows_of):
    fill(place, {"a": [JOURNAL]})
    [segment] = up_to_date(place)
    place.remove(f"indexed/{segment.name}.parquet")
    rows = rows_of([JOURNAL])
    assert find_similar(place, look_of(rows), case_signature(rows)).seen == 1


def test_a_store_that_may_only_be_read_is_indexed_in_memory(place, fill, rows_of, monkeypatch):
    rows = rows_of([JOURNAL])
    fill(place, {"a": [JOURNAL]})
    up_to_date(place)
    fill(place, {"b": [JOURNAL], "c": [["Journal::append", "commit", "replay"]]})

    def fail(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(type(place), "put", fail)
    monkeypatch.setattr(type(place), "remove", fail)
    for _ in range(2):
        found = find_similar(place, look_of(rows), case_signature(rows))
        assert (found.seen, [match.known.case for match in found.found]) == (2, ["a", "b", "c"])
    assert found.found[2].only_there == ["replay"]
    assert len(segments(place)) == 1


def test_a_question_is_asked_again_where_another_call_has_merged_the_index(place, fill, rows_of):
    fill(place, {"a": [JOURNAL]})
    asked = []

    def ask(index):
        asked.append(index)
        if len(asked) < 3:
            place.remove(f"vocabulary/{index[0].name}.parquet")
            place.remove(f"indexed/{index[0].name}.parquet")
        return index[0].counts_of(look_of(rows_of([JOURNAL])).stacks[0])

    assert set(ask_index(place, ask).values()) == {1}
    assert len(asked) == 3


def test_threads_that_hang_are_looked_at_before_others(rows_of):
    both = [*rows_of([JOURNAL]), *rows_of([OTHER], "progressing")]
    assert look_of(both).names == (tuple(JOURNAL),)
    assert look_of(rows_of([OTHER], "progressing")).names == (tuple(OTHER),)


def test_plumbing_is_left_out(rows_of):
    assert look_of(rows_of([["std::__invoke_impl", "commit", "start_thread"]])).names == (("commit",),)
    assert look_of(rows_of([["std::__invoke_impl", "start_thread"]])).names == ()


STRIPPED = """\
Thread 1 (Thread 0x7f02 (LWP {lwp})):
#0  0x00007f0000000001 in {wait} () from /lib64/libpthread.so.0
#1  0x00007f0000000002 in {caller} () from /lib64/libpthread.so.0
#2  0x0000000000{pc} in ?? ()

"""


@pytest.mark.parametrize(
    ("wait", "caller"),
    [("__lll_lock_wait", "pthread_mutex_lock"), ("__futex_abstimed_wait_common64", "pthread_rwlock_wrlock")],
)
def test_programs_without_symbols_that_wait_alike_are_strangers(tmp_path, wait, caller):
    import stackan
    from stackan.store.signatures import signature_rows

    for lwp, pc in ((5, 888888), (700, 401234)):
        folder = tmp_path / str(lwp)
        folder.mkdir()
        for at in (1, 2):
            (folder / f"snap{at}.txt").write_text(STRIPPED.format(lwp=lwp, pc=pc, wait=wait, caller=caller))
        rows = signature_rows(stackan.analyze(folder))
        assert [row["progress"] for row in rows] == ["stuck"]
        assert (case_signature(rows), look_of(rows).stacks) == (None, ())


def test_a_stack_that_tells_makes_a_signature_with_those_that_do_not(rows_of):
    waits = ["lll_lock_wait", "pthread_mutex_lock"]
    assert case_signature(rows_of([waits])) is None
    assert case_signature(rows_of([waits, JOURNAL])) not in (None, case_signature(rows_of([JOURNAL])))


NAMES = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=8)


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(NAMES, min_size=1, max_size=4))
def test_likeness_is_from_0_to_1_the_same_both_ways_and_1_for_the_same(one, other):
    def stacks(names):
        return look_of({"progress": "stuck", "names": each, "count": 1} for each in names).stacks

    first, second = stacks(one), stacks(other)
    weights = Weights(10, {token: 1 + token % 10 for token in tokens_of(first) | tokens_of(second)})
    there, back = likeness(first, second, weights), likeness(second, first, weights)
    assert 0 <= there <= 1 + 1e-9
    assert abs(there - back) < 0.02 or len(first) > 1 or len(second) > 1
    assert likeness(first, first, weights) == pytest.approx(1)


def test_the_order_of_frames_tells_among_kin():
    def stacks(*names):
        return look_of([{"progress": "stuck", "names": names, "count": 1}]).stacks

    asked = stacks("a", "b", "c", "d")
    weights = Weights(4, dict.fromkeys(tokens_of(asked), 1))
    assert likeness(asked, stacks("a", "b", "c", "d"), weights) > likeness(asked, stacks("d", "c", "b", "a"), weights)
