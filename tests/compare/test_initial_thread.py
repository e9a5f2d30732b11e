"""The initial thread of a process waits for what the others do, also where no symbol says that its function is main."""

from __future__ import annotations

import stackan
from tests.dumping import (
    LIBSTDCXX,
    START,
    Frame,
    Thread,
    analyze,
    app,
    condition,
    dump,
    eu_stack,
    future,
    join,
    mutex,
    poll_events,
    progress,
    thread,
    unnamed,
)

PROGRAM = (
    Frame("__libc_start_call_main", "main=main@entry=0x558100", "at ../sysdeps/nptl/libc_start_call_main.h:58"),
    Frame("__libc_start_main_impl", "main=0x558100, argc=1", "at ../csu/libc-start.c:360"),
)
STARTUP = unnamed(0x5581_0000_1111)  # a stripped _start
WORKER = thread(6301, "tellerd", condition(0x5581_D178_4100, 0x5581_D178_4140), unnamed(0x5581_0000_3333), START)


DOOR = thread(6399, "tellerd", poll_events(), app("listen_for_tellers"), START)  # something from outside can wake the process


def joiner(lwp: int = 6300) -> Thread:
    return thread(lwp, "tellerd", join(6301, show="nothing"), unnamed(0x5581_0000_2222), PROGRAM, STARTUP)


def moves(at: int) -> Thread:
    return thread(6302, "tellerd", unnamed(at), unnamed(0x5581_0000_4444), START)


def test_a_stripped_programs_initial_thread_that_joins_is_parked() -> None:
    analysis = analyze(*(eu_stack(joiner(), WORKER, DOOR),) * 2)
    assert progress(analysis)[6300] == "idle"
    assert analysis.verdict == "idle"


def test_any_other_thread_that_joins_one_which_is_not_shown_waits_where_one_is_stuck() -> None:
    other = thread(6303, "tellerd", join(6999, show="nothing"), app("supervise"), START)
    hung = thread(6304, "tellerd", mutex(0x5581_D178_4140), app("serve"), START)
    assert progress(analyze(*(eu_stack(joiner(), WORKER, other, hung),) * 2))[6303] == "stuck"


def test_a_supervisor_that_joins_an_unknown_thread_is_parked_while_all_others_live() -> None:
    supervisor = thread(6303, "tellerd", join(6999, show="nothing"), app("supervise"), START)
    assert progress(analyze(*(eu_stack(joiner(), WORKER, DOOR, supervisor),) * 2))[6303] == "idle"


def test_the_initial_thread_that_awaits_a_result_is_parked_while_others_move() -> None:
    waits = thread(6300, "tellerd", future(), unnamed(0x5581_0000_2222), PROGRAM, STARTUP)
    assert progress(dumped(waits, WORKER))[6300] == "idle"


def test_the_initial_thread_that_awaits_a_result_beside_threads_that_stand_waits() -> None:
    waits = thread(6300, "tellerd", future(), unnamed(0x5581_0000_2222), PROGRAM, STARTUP)
    text = dump(waits, WORKER)
    assert progress(analyze(text, text))[6300] == "stuck"


def test_what_calls_main_and_a_stripped_start_are_no_part_of_the_program() -> None:
    place = analyze(eu_stack(joiner(), WORKER)).processes[0].tracks[0].place
    assert place.of_initial_thread
    assert place.application == ("??",)


# -- one-time initializations: std::async joins its thread in one, and runs its function in another


def once(*frames: Frame) -> tuple[Frame, ...]:
    return (*frames, Frame("__pthread_once_slow", "once_control=0x5581d1784328, init_routine=0x7f3100", "at ./nptl/pthread_once.c:116"))


def asynchronous(*inside: Frame) -> Thread:
    """Main waits for the result of std::async, of which a stripped program shows a join inside of a call_once."""
    joins = (*join(6302), Frame("std::thread::join", "", LIBSTDCXX))
    return thread(6300, "tellerd", once(*joins), *inside, PROGRAM, STARTUP)


def dumped(*threads: Thread) -> stackan.Analysis:
    return analyze(dump(*threads, moves(0x5581_0000_5555)), dump(*threads, moves(0x5581_0000_6666)))


def test_who_joins_inside_of_a_one_time_initialization_runs_it() -> None:
    analysis = dumped(asynchronous(unnamed(0x5581_0000_7777)), WORKER)
    assert analysis.processes[0].tracks[-1].place.kind == "thread"
    assert analysis.verdict == "progressing"
    assert not analysis.findings


def test_the_call_of_an_initializer_is_no_purpose() -> None:
    analysis = dumped(asynchronous(app("report_day")), WORKER)
    assert {track.lwp: track.place.purpose for track in analysis.processes[0].tracks}[6300] == "report_day"


def test_who_sleeps_directly_on_an_initialization_waits_for_it() -> None:
    futex = Frame("futex_wait", "private=0, expected=1, futex_word=0x5581d1784328", "at ../sysdeps/nptl/futex-internal.h:146", inlined=True)
    waits = thread(6304, "tellerd", once(futex), app("load_rates"), START)
    locked = thread(6305, "tellerd", mutex(0x5581_D178_5000), once(), app("load_rates"), START)
    tracks = dumped(asynchronous(), WORKER, waits, locked).processes[0].tracks
    assert [track.place.kind for track in tracks if track.lwp in (6304, 6305)] == ["mutex", "once"]
