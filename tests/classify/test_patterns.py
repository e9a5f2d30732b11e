"""Frame patterns: what each element of the grammar matches, and that matching is what a plain recursive matcher says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackan.classify.patterns import match, read_elements


def matches(pattern: Sequence[str], stack: Sequence[str], at: int = 0) -> bool:
    return match(read_elements(pattern), stack, at)


@pytest.mark.parametrize(
    ("pattern", "stack", "expected"),
    [
        # a name
        (["poll"], ["poll"], True),
        (["poll"], ["ppoll"], False),
        (["poll"], ["poll64"], False),
        (["poll"], [], False),
        ([], [], True),
        (["io_wait", "vio_read"], ["io_wait", "vio_read"], True),
        (["io_wait", "vio_read"], ["vio_read", "io_wait"], False),
        (["io_wait", "vio_read"], ["io_wait"], False),
        # the pattern need not reach the outermost frame
        (["io_wait"], ["io_wait", "vio_read", "main"], True),
        # alternatives
        (["a|b|c"], ["b"], True),
        (["a|b|c"], ["a|b"], False),
        (["a|b|c"], ["d"], False),
        (["MDL_wait::timed_wait|MDL_context::acquire_lock", "main"], ["MDL_context::acquire_lock", "main"], True),
        # any text at an end, at both, or inside
        (["srv_*"], ["srv_monitor_thread"], True),
        (["srv_*"], ["srv_"], True),
        (["srv_*"], ["my_srv_monitor"], False),
        (["*_thread"], ["srv_monitor_thread"], True),
        (["*_thread"], ["srv_thread_pool"], False),
        (["*private_worker*"], ["tbb::rml::private_worker::run"], True),
        (["*private_worker*"], ["private_worker"], True),
        (["*private_worker*"], ["private_work"], False),
        (["tbb::*::run"], ["tbb::rml::private_worker::run"], True),
        (["tbb::*::run"], ["tbb::run"], False),
        (["ab*ba"], ["aba"], False),
        (["ab*ba"], ["abba"], True),
        (["rw_lock_*_lock_*|poll"], ["poll"], True),
        (["*"], ["anything"], True),
        # a frame that may be inlined away
        (["get_event?", "worker_main"], ["get_event", "worker_main"], True),
        (["get_event?", "worker_main"], ["worker_main"], True),
        (["get_event?", "worker_main"], ["other", "worker_main"], False),
        (["a?", "a"], ["a"], True),
        (["a?", "a", "b"], ["a", "a", "b"], True),
        (["a?"], [], True),
        (["a|b?", "c"], ["b", "c"], True),
        (["a|b?", "c"], ["c"], True),
        (["x_*?", "c"], ["c"], True),
        # frames without a name
        (["??"], ["??"], True),
        (["??"], ["?? libc.so.6"], True),
        (["??"], ["poll"], False),
        (["??"], [], False),
        (["??", "??", "f"], ["??", "f"], False),
        (["??*", "f"], ["f"], True),
        (["??*", "f"], ["??", "?? libc.so.6", "??", "f"], True),
        (["??*", "f"], ["??", "g", "f"], False),
        (["?? libslapd*", "f"], ["?? libslapd-2.5.so", "f"], True),
        (["?? libslapd*", "f"], ["??", "f"], False),
        # any frames
        (["..."], [], True),
        (["...", "main"], ["main"], True),
        (["...", "main"], ["a", "b", "main"], True),
        (["...", "main"], ["a", "b"], False),
        (["a", "...", "d"], ["a", "d"], True),
        (["a", "...", "d"], ["a", "b", "c", "d", "e"], True),
        (["a", "...", "d"], ["b", "c", "d"], False),
        (["...", "a", "...", "b"], ["b", "a", "x", "b"], True),
        (["...", "a", "...", "b"], ["b", "b", "a"], False),
        # regular expressions, over the whole name
        (["/a+/"], ["aaa"], True),
        (["/a+/"], ["baaa"], False),
        (["/a+/"], ["aaab"], False),
        (["/(lock|wait)_[0-9]+/", "f"], ["wait_12", "f"], True),
        (["/a|b/"], ["b"], True),
        (["/.*::~?Pool/"], ["net::~Pool"], True),
    ],
)
def test_a_pattern_matches_from_the_innermost_frame(pattern: list[str], stack: list[str], expected: bool) -> None:
    assert matches(pattern, stack) is expected


def test_matching_starts_at_the_given_frame() -> None:
    stack = ["futex_wait", "pthread_cond_wait", "get_event", "worker_main"]
    assert matches(["get_event", "worker_main"], stack, 2)
    assert not matches(["get_event"], stack, 1)
    assert matches(["..."], stack, 4)
    assert not matches(["futex_wait"], stack, 4)


def test_gaps_cost_no_backtracking() -> None:
    pattern = ["...", "a"] * 40 + ["b"]
    assert not matches(pattern, ["a"] * 400)


def test_a_frame_without_a_name_may_be_an_alternative() -> None:
    assert matches(["f|??", "g"], ["?? libc.so.6", "g"])
    assert not matches(["f|??", "g"], ["g"])


# -- against a matcher that tries everything


def recursive(pattern: Sequence[str], stack: Sequence[str]) -> bool:
    """The definition: element by element, frame by frame, all choices tried."""
    if not pattern:
        return True
    element, rest = pattern[0], pattern[1:]
    if element == "...":
        return any(recursive(rest, stack[used:]) for used in range(len(stack) + 1))
    if element == "??*":
        return recursive(rest, stack) or (bool(stack) and stack[0].startswith("??") and recursive(pattern, stack[1:]))
    optional = element != "??" and element.endswith("?")
    if optional and recursive(rest, stack):
        return True
    words = (element[:-1] if optional else element).split("|")
    return bool(stack) and any(word_fits(word, stack[0]) for word in words) and recursive(rest, stack[1:])


def word_fits(word: str, name: str) -> bool:
    if word == "??":
        return name.startswith("??")
    head, star, tail = word.partition("*")
    if not star:
        return name == word
    return any(name == head + name[len(head) : stop] + tail for stop in range(len(head), len(name) + 1))


names = st.sampled_from(["a", "ab", "abb", "b", "ba", "??", "?? libc.so.6"])
words = st.sampled_from(["a", "ab", "b", "a*", "*b", "a*b", "?? lib*"])
alternatives = st.lists(words, min_size=1, max_size=3).map("|".join)
elements = st.one_of(st.sampled_from(["...", "??", "??*"]), alternatives, alternatives.map(lambda text: text + "?"))


@settings(deadline=None)
@given(st.lists(elements, max_size=6), st.lists(names, max_size=7))
def test_match_is_what_a_recursive_matcher_says(pattern: list[str], stack: list[str]) -> None:
    assert matches(pattern, stack) == recursive(pattern, stack)


@settings(deadline=None)
@given(st.lists(elements, max_size=5), st.lists(names, max_size=6), st.lists(names, max_size=3))
def test_frames_further_out_never_undo_a_match(pattern: list[str], stack: list[str], outer: list[str]) -> None:
    if matches(pattern, stack):
        assert matches(pattern, stack + outer)


@settings(deadline=None)
@given(st.lists(names, min_size=1, max_size=6))
def test_a_stack_matches_itself(stack: list[str]) -> None:
    assert matches(["??" if name.startswith("??") else name for name in stack], stack)
