"""Sleeps near the root of a thread keep time; deeper ones, and those of functions that try for something, may be part of any work."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, analyze, app, dump, eu_stack, progress, sleep, thread, unnamed

NAMELESS = (unnamed(0x5581_0000_0001), unnamed(0x5581_0000_0002), unnamed(0x5581_0000_0003))


def sleeper(*frames: Frame | tuple[Frame, ...]) -> str:
    text = dump(thread(6400, "tellerd", sleep(), app("main")), thread(6401, "clock", sleep(), *frames, START))
    return progress(analyze(text, text))[6401]


@pytest.mark.parametrize("frames", [(app("TIM_sleep"), app("tick")), (app("SleepFor"), unnamed(1), app("tick")), NAMELESS])
def test_a_sleep_few_frames_above_the_threads_start_is_a_timers(frames: tuple[Frame, ...]) -> None:
    assert sleeper(*frames) == "idle"


def test_a_sleep_deep_inside_of_work_is_not_judged() -> None:
    assert sleeper(app("throttle"), app("copy_page"), app("rebuild"), app("serve")) == "unknown"


@pytest.mark.parametrize("function", ["backoff", "SpinLock::acquire", "waitForPeer", "page_lock_slow"])
def test_a_function_that_tries_again_after_each_sleep_keeps_no_time(function: str) -> None:
    assert sleeper(app(function), app("serve")) == "unknown"


def test_a_stripped_thread_that_only_sleeps_makes_no_process_unjudged() -> None:
    text = eu_stack(thread(6400, "tellerd", sleep(), app("main")), thread(6401, "clock", sleep(), *NAMELESS, START))
    assert analyze(text, text).verdict == "idle"
