"""Stacks without names show neither a wait nor that anything moves, unless they lead to a root that is known."""

from __future__ import annotations

import pytest

import stackan
from tests.dumping import START, Frame, Thread, analyze, app, dump, eu_stack, poll_events, progress, thread, told, unnamed

LIBGOMP = "/lib/x86_64-linux-gnu/libgomp.so.1"
MAIN = thread(6800, "tellerd", poll_events(), app("serve"), app("main"))


def garbage(lwp: int, *more: int) -> Thread:
    return thread(lwp, "etcd", *(Frame("??", "", "", pc) for pc in (0x4723A3, 0x438536, *more, 0x80, 0)))


def of(before: Thread, after: Thread, form: object = dump) -> stackan.Analysis:
    return analyze(form(MAIN, before), form(MAIN, after))  # type: ignore[operator]


@pytest.mark.parametrize("form", [dump, eu_stack])
def test_garbage_that_differs_is_no_movement(form: object) -> None:
    assert progress(of(garbage(6801, 0xC0_0006_B148), garbage(6801, 0xC0_0010_2D48, 0x35), form))[6801] == "unknown"


def test_a_linkers_symbol_is_no_functions_name() -> None:
    def stack(pc: int) -> Thread:
        return thread(6801, "etcd", Frame("??", "", "", pc), Frame("__bss_start", "", "", 0x1893698), Frame("??", "", "", 0))

    assert progress(of(stack(0x4723A3), stack(0x4725C0)))[6801] == "unknown"


def test_a_process_of_such_threads_cannot_be_judged_and_a_go_programs_own_dump_is_asked_for() -> None:
    texts = [dump(*(garbage(lwp, 0xC0_0006_B148 + at) for lwp in (6801, 6802, 6803))) for at in (0, 0x600)]
    analysis = analyze(*texts)
    assert analysis.verdict == "inconclusive"
    (finding,) = analysis.findings
    assert told(finding, "take-goroutine-dump")
    assert "kill -QUIT" in analysis.headline


def rooted(*pcs: int, library: str = "") -> Thread:
    return thread(6801, "tellerd", *(unnamed(pc, library) for pc in pcs), START)


def test_a_stripped_programs_stack_that_leads_to_its_root_shows_movement() -> None:
    assert progress(of(rooted(0x5581_0001, 0x5581_0010), rooted(0x5581_0002, 0x5581_0010)))[6801] == "progressing"


def test_a_stripped_programs_own_code_at_one_place_runs() -> None:
    assert progress(of(*[rooted(0x5581_0001, 0x5581_0010)] * 2))[6801] == "progressing"


def test_where_no_library_is_printed_a_stack_without_names_at_one_place_may_wait() -> None:
    assert progress(of(*[rooted(0x5581_0001, 0x5581_0010)] * 2, eu_stack))[6801] == "unknown"


def in_library(*outside: Frame) -> list[Thread]:
    return [thread(6801, "tellerd", unnamed(0x7F0E_0B36, LIBGOMP), *outside, unnamed(0x7F0E_0B44, LIBGOMP), START)] * 2


def test_a_librarys_function_without_a_name_at_one_place_may_wait() -> None:
    assert progress(of(*in_library(app("apply_update"))))[6801] == "unknown"


def test_who_waits_unseen_inside_of_the_programs_work_leaves_it_unjudged() -> None:
    assert of(*in_library(app("apply_update"))).verdict == "inconclusive"


def test_a_run_times_own_threads_do_not_hide_that_the_others_move() -> None:
    moving = [thread(6802, "tellerd", app(function), app("work"), START) for function in ("sort", "merge")]
    texts = [dump(MAIN, in_library()[0], each) for each in moving]
    assert analyze(*texts).verdict == "progressing"


LIBC_STRIPPED = "/lib/x86_64-linux-gnu/libc.so.6"


def waits_without_names(number: int, own: int) -> Thread:
    """A worker of a stripped program in the two halves of a stripped C library's sem_wait, below so many functions of its own."""
    halves = [unnamed(pc, LIBC_STRIPPED) for pc in (0x7F52_18C2_6F16, 0x7F52_18C3_1A2F)]
    start = [unnamed(pc, LIBC_STRIPPED) for pc in (0x7F52_18C2_81F5, 0x7F52_18CA_88EC)]
    return thread(6810 + number, "radiusd", *halves, *(unnamed(0x5633_E6DC_0000 + at, "") for at in range(own)), *start)


@pytest.mark.parametrize(("own", "said"), [(1, "idle"), (12, "unknown")])
def test_nameless_waits_of_several_threads_at_one_place_of_a_stripped_programs_loop_count_work(own: int, said: str) -> None:
    text = dump(MAIN, *(waits_without_names(number, own) for number in range(5)))
    assert {said} == {track for lwp, track in progress(analyze(text, text)).items() if lwp != 6800}
