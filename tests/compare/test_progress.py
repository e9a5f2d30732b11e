"""What a thread does, told from two or more snapshots."""

from __future__ import annotations

import pytest

from stackan.model.track import Track
from tests.dumping import (
    START,
    Frame,
    Thread,
    analyze,
    app,
    dump,
    join,
    lock_guard,
    lwps,
    mutex,
    mutex_without_address,
    noted,
    owners,
    parked,
    poll_events,
    progress,
    receive,
    sleep,
    spin,
    thread,
    unnamed,
)

MAIN = thread(4100, "tellerd", sleep(), app("stay"), app("main"))
LOCK, OTHER_LOCK = 0x5581_D178_4140, 0x5581_D178_4180


def one(*frames: Frame | tuple[Frame, ...]) -> Thread:
    return thread(4101, "worker", *frames, START)


def track(*texts: bytes, lwp: int = 4101) -> Track:
    """The thread's way through the snapshots."""
    return next(track for track in analyze(*texts).processes[0].tracks if track.lwp == lwp)


def judged(*versions: Thread) -> str:
    """What a thread that looks so in one snapshot after the other is said to do."""
    return track(*[dump(MAIN, version) for version in versions]).progress


# -- which thread is which


def test_threads_are_matched_by_lwp_although_the_debuggers_numbers_shift() -> None:
    left, right = thread(4101, "left", mutex(LOCK), app("add"), START), thread(4102, "right", poll_events(), app("loop"), START)
    before = dump(MAIN, left, right)
    after = dump(MAIN, thread(4110, "new", poll_events(), app("loop"), START), left, right)

    analysis = analyze(before, after)

    assert b"Thread 2 (Thread 0x7f31010056c0 (LWP 4101)" in before
    assert b"Thread 3 (Thread 0x7f31010056c0 (LWP 4101)" in after
    assert progress(analysis) == {4100: "idle", 4101: "stuck", 4102: "idle", 4110: "appeared"}


def test_a_thread_that_is_renamed_is_the_same_thread() -> None:
    named = [dump(MAIN, thread(4101, name, mutex(LOCK), app("add"), START)) for name in ("worker", "query 7")]

    assert (track(*named).progress, track(*named).name) == ("stuck", "query 7")


def test_threads_without_an_lwp_are_matched_by_their_pthread_id() -> None:
    def without_lwps(*threads: Thread) -> bytes:
        text = dump(*threads)
        for each in threads:
            text = text.replace(f" (LWP {each.lwp}) ".encode(), b" ").replace(f"[New LWP {each.lwp}]\n".encode(), b"")
        return text

    left, right = thread(4101, "left", mutex(LOCK), app("add"), START), thread(4102, "right", mutex(OTHER_LOCK), app("add"), START)
    moved = thread(4102, "right", mutex(LOCK), app("add"), START)

    analysis = analyze(without_lwps(MAIN, left, right), without_lwps(MAIN, moved, left), names=["1.txt", "2.txt"])

    tracks = [track for process in analysis.processes for track in process.tracks]
    assert [track.lwp for track in tracks] == [None] * len(tracks)
    assert {track.name: track.progress for track in tracks} == {"tellerd": "idle", "left": "stuck", "right": "progressing"}


def test_a_thread_with_a_used_lwp_is_one_thread_in_all_later_snapshots() -> None:
    others = [thread(4110 + number, "loop", poll_events(), app("loop"), START) for number in range(3)]
    old = dump(MAIN, *others, thread(4101, "conn", mutex(LOCK), app("add"), START, pthread=0x7F00_0000_16C0))
    new = dump(MAIN, *others, thread(4101, "conn", mutex(LOCK), app("add"), START, pthread=0x7F00_0000_96C0))

    (process,) = analyze(old, new, new, new).processes

    assert sorted((track.progress, track.present) for track in process.tracks if track.lwp == 4101) == [
        ("stuck", [1, 2, 3]),
        ("vanished", [0]),
    ]


# -- stuck, or not


def test_the_same_stack_on_the_same_mutex_is_stuck() -> None:
    assert judged(one(mutex(LOCK), app("append")), one(mutex(LOCK), app("append"))) == "stuck"


def test_the_same_stack_on_another_mutex_is_progress() -> None:
    assert judged(one(mutex(LOCK), app("append")), one(mutex(OTHER_LOCK), app("append"))) == "progressing"


def test_the_same_mutex_under_another_stack_is_progress() -> None:
    assert judged(one(mutex(LOCK), app("append")), one(mutex(LOCK), app("flush"))) == "progressing"


def test_other_argument_values_and_line_numbers_of_the_same_frames_are_no_progress() -> None:
    before = one(mutex(LOCK), app("append", "record=0x7f3100a0", line=12))
    after = one(mutex(LOCK), app("append", "record=0x7f3100b8", line=14))

    assert judged(before, after) == "stuck"


def test_a_move_and_a_return_to_the_old_place_is_progress() -> None:
    away, home = one(app("compute")), one(mutex(LOCK), app("append"))

    assert judged(home, away, home) == "progressing"


def test_a_thread_that_stood_elsewhere_in_the_first_of_three_snapshots_is_progressing() -> None:
    assert judged(one(mutex(OTHER_LOCK), app("append")), one(mutex(LOCK), app("append")), one(mutex(LOCK), app("append"))) == "progressing"


def test_without_an_object_the_program_counters_tell() -> None:
    here, there = app("append", pc=0x5581_0000_1234), app("append", pc=0x5581_0000_1299)

    assert judged(one(mutex_without_address(), here), one(mutex_without_address(), here)) == "stuck"
    assert judged(one(mutex_without_address(), here), one(mutex_without_address(), there)) == "progressing"


def test_unnamed_frames_with_other_program_counters_are_progress() -> None:
    here = one(receive(5), unnamed(0x5581_0000_1234), app("session"), app("serve"))
    there = one(receive(5), unnamed(0x5581_0000_9876), app("session"), app("serve"))

    assert judged(here, there) != "stuck"
    assert judged(one(mutex_without_address(), unnamed(0x1234)), one(mutex_without_address(), unnamed(0x1234))) == "stuck"
    assert judged(one(mutex_without_address(), unnamed(0x1234)), one(mutex_without_address(), unnamed(0x9876))) == "progressing"


def test_a_thread_that_moved_last_is_active_in_the_wait_for_graph() -> None:
    here, there = one(mutex(LOCK), app("append")), one(mutex(OTHER_LOCK), app("append"))

    def needs(*versions: Thread) -> list[int]:
        nodes = analyze(*[dump(MAIN, version) for version in versions]).graph.nodes.values()
        return [node["needs"] for node in nodes if node["lwp"] == 4101]

    assert needs(here, here) == [1]
    assert needs(there, here) == [0]


# -- there or not


def test_a_thread_of_the_newest_snapshot_only_has_appeared() -> None:
    assert track(dump(MAIN), dump(MAIN, one(mutex(LOCK), app("append")))).progress == "appeared"


def test_a_thread_that_the_newest_snapshot_lacks_has_vanished() -> None:
    worker = one(mutex(LOCK), app("append"))

    found = track(dump(MAIN, worker), dump(MAIN, worker), dump(MAIN))

    assert (found.progress, found.present) == ("vanished", [0, 1])


def test_a_thread_that_vanished_for_one_snapshot_is_judged_by_where_it_was_seen() -> None:
    worker = one(mutex(LOCK), app("append"))

    found = track(dump(MAIN, worker), dump(MAIN), dump(MAIN, worker))

    assert (found.progress, found.present) == ("stuck", [0, 2])


def test_a_vanished_thread_waits_for_nobody_and_holds_nothing() -> None:
    gone = one(mutex(OTHER_LOCK), app("append", locals=(lock_guard(LOCK),)))
    waiter = thread(4102, "waiter", mutex(LOCK), app("append"), START)

    analysis = analyze(dump(MAIN, waiter, gone, full=True), dump(MAIN, waiter, full=True))

    assert [lwps(finding) for finding in analysis.findings] == [[4102]]
    assert owners(analysis, 4102) == []


# -- idle, running, spinning, sleeping


def test_a_thread_that_is_idle_in_both_snapshots_is_idle_although_its_stack_differs() -> None:
    assert judged(one(poll_events(), app("event_loop")), thread(4101, "worker", parked())) == "idle"


def test_a_thread_that_moved_and_was_then_parked_three_times_is_idle() -> None:
    rest = one(poll_events(), app("event_loop"))

    assert judged(one(app("compute")), rest, rest, rest) == "idle"


def test_a_thread_that_was_idle_and_now_works_is_progressing() -> None:
    assert judged(thread(4101, "worker", parked()), one(mutex(LOCK), app("append"))) == "progressing"


def test_a_main_thread_that_joins_a_living_worker_is_idle() -> None:
    main = thread(4100, "tellerd", join(4101), app("main"))
    text = dump(main, one(poll_events(), app("event_loop")))

    assert progress(analyze(text, text)) == {4100: "idle", 4101: "idle"}


def test_a_main_thread_that_turns_out_to_be_parked_has_rested_all_the_time() -> None:
    """The time line says the same as the word."""
    main = thread(4100, "tellerd", join(4101), app("main"))
    found = track(*[dump(main, one(receive(5), app(name))) for name in ("read", "write", "read")], lwp=4100)
    assert (found.progress, found.timeline) == ("idle", "I I")


def test_a_thread_that_joins_a_stuck_one_is_stuck() -> None:
    text = dump(thread(4100, "tellerd", join(4101), app("main")), one(mutex(LOCK), app("append")))

    assert progress(analyze(text, text)) == {4100: "stuck", 4101: "stuck"}


def test_a_running_thread_in_one_place_is_progressing_with_a_note() -> None:
    crunch = dump(MAIN, one(app("crunch"), app("report")))

    found = track(crunch, crunch)

    assert found.progress == "progressing"
    assert "same place" in noted(found)
    assert found.note != track(crunch, dump(MAIN, one(app("print"), app("report")))).note


def test_a_thread_in_pthread_spin_lock_twice_is_spinning() -> None:
    assert judged(one(spin(), app("take_ticket")), one(spin(), app("take_ticket"))) == "spinning"


def test_a_thread_that_spins_elsewhere_is_progressing() -> None:
    assert judged(one(spin(), app("take_ticket")), one(spin(), app("give_ticket"))) == "progressing"


def test_a_sleep_inside_of_work_is_unknown_as_it_ends_by_itself() -> None:
    nap = one(sleep(), app("back_off"), app("retry"))

    found = track(dump(MAIN, nap), dump(MAIN, nap))

    assert (found.progress, "ends by itself" in noted(found)) == ("unknown", True)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (one(mutex(LOCK), app("append")), "unknown"),
        (one(spin(), app("take_ticket")), "unknown"),
        (one(app("crunch")), "unknown"),
        (one(poll_events(), app("event_loop")), "idle"),
    ],
    ids=["waiting", "spinning", "running", "parked"],
)
def test_one_snapshot_tells_only_who_is_idle(version: Thread, expected: str) -> None:
    found = track(dump(MAIN, version))

    assert found.progress == expected
    assert noted(found)


def test_who_moved_in_a_dump_that_breaks_off_moved():
    """Whom such a dump does show is judged by it, too: only who is missing from it is judged without it."""
    stands = [thread(lwp, "worker", mutex(LOCK), app("post"), START) for lwp in (4101, 4102, 4103)]
    whole = dump(MAIN, *stands)
    moved = dump(MAIN, *stands[:2], thread(4103, "worker", receive(5), app("read"), START))
    cut = moved[: moved.index(b"Thread 2 ")]
    assert [track(whole, whole, cut, lwp=lwp).progress for lwp in (4101, 4103)] == ["stuck", "progressing"]
