"""More than two snapshots, more than one process."""

from __future__ import annotations

import random

import pytest

import stackan
from stackan import wording
from tests.dumping import START, analyze, app, case, condition, dump, mutex, noted, thread

LOCK, OTHER = 0x5581_4140, 0x5581_4180
MAIN = thread(4100, "teller", condition(0x5581_9000, 0x5581_9040), app("main"))


def waits(address: int = LOCK):
    return thread(4101, "worker", mutex(address), app("audit"), app("work"), START)


def runs(top: str):
    return thread(4101, "worker", app(top), app("sort_rows"), app("work"), START)


def follow(*workers):
    """The track of LWP 4101 through one snapshot for each argument; None leaves it out."""
    analysis = analyze(*(dump(MAIN, *([worker] if worker else [])) for worker in workers))
    return next(track for track in analysis.processes[0].tracks if track.lwp == 4101)


@pytest.mark.parametrize("snapshots", [3, 5, 20])
def test_a_thread_in_one_place_in_all_snapshots_is_stuck(snapshots):
    track = follow(*[waits()] * snapshots)
    assert track.progress == "stuck"
    assert track.timeline == " ".join("S" * (snapshots - 1))


@pytest.mark.parametrize("snapshots", [3, 5, 20])
def test_a_thread_that_is_elsewhere_in_every_snapshot_progresses(snapshots):
    track = follow(*(runs(f"compare_{number}") for number in range(snapshots)))
    assert track.progress == "progressing"
    assert track.timeline == " ".join("P" * (snapshots - 1))


def test_a_time_line_has_a_letter_for_each_interval():
    idle = thread(4101, "worker", condition(0x5581_A000, 0x5581_A040), app("work"), START)
    track = follow(None, idle, idle, runs("compare"), runs("compare"), waits(), waits(LOCK), waits(OTHER), None)
    assert track.timeline == "A I P R P S P V"


def test_a_thread_that_moved_once_and_then_stood_still_three_times_is_stuck():
    track = follow(runs("compare"), waits(), waits(), waits())
    assert (track.progress, track.timeline) == ("stuck", "P S S")
    assert noted(track) == "the same stack and the same wait in the last 3 snapshots"


def test_two_equal_snapshots_behind_a_move_are_not_enough():
    assert follow(runs("compare"), waits(), waits()).progress == "progressing"


def test_a_new_thread_that_then_stands_still_is_stuck_and_no_longer_new():
    assert follow(None, waits(), waits()).progress == "appeared"
    assert follow(None, waits(), waits(), waits()).progress == "stuck"


def test_a_stable_base_below_a_moving_top_is_told_as_such():
    assert noted(follow(runs("compare"), runs("swap"))) == "moves inside sort_rows"


def test_an_lwp_with_another_pthread_id_is_another_thread():
    """Thread-per-connection servers: the kernel gave the number to a new thread."""
    old = thread(4101, "worker", mutex(LOCK), app("audit"), app("work"), START, pthread=0x7F31_AAAA_06C0)
    new = thread(4101, "worker", mutex(LOCK), app("audit"), app("work"), START, pthread=0x7F31_BBBB_06C0)
    analysis = analyze(dump(MAIN, old), dump(MAIN, new))
    assert sorted(track.progress for track in analysis.processes[0].tracks if track.lwp == 4101) == ["appeared", "vanished"]


def test_processes_in_containers_with_equal_numbers_are_told_apart():
    """Two hosts, the same process id and LWPs; stacks and libraries lie elsewhere."""
    here = dump(MAIN, waits())
    there = dump(*(each._replace(pthread=0x7F99_0000_06C0 + each.lwp * 0x1000) for each in (MAIN, waits())))
    analysis = analyze(here, there, here, there, names=["a/1.txt", "b/1.txt", "a/2.txt", "b/2.txt"])
    assert [[found.source for found in process.dumps] for process in analysis.processes] == [["a/1.txt", "a/2.txt"], ["b/1.txt", "b/2.txt"]]
    assert len({process.id for process in analysis.processes}) == 2


def test_single_threaded_processes_that_wait_alike_are_one_finding():
    texts, names = [], []
    for process in range(14):
        worker = thread(5000 + process, "postgres", mutex(LOCK + process * 64), app("LockBuffer"), app("main"))
        for snapshot in (1, 2):
            texts.append(dump(worker._replace(frames=tuple(frame._replace(arguments="") for frame in worker.frames))))
            names.append(f"snap{snapshot}/{5000 + process}.txt")
    analysis = analyze(*texts, names=names)
    assert len(analysis.processes) == 14
    assert [(finding.kind, len(finding.threads), len(finding.processes)) for finding in analysis.findings] == [("convoy", 14, 14)]


def test_fifty_processes_in_any_order_give_the_same_document():
    texts, names = [], []
    for process in range(50):
        threads = [
            each._replace(lwp=each.lwp + 100 * process, pthread=0x7F10_0000_06C0 + (each.lwp + 100 * process) * 0x1000)
            for each in (MAIN, waits() if process % 2 else runs("compare"))
        ]
        for snapshot in (1, 2):
            texts.append(dump(*threads))
            names.append(f"node{process}/snap{snapshot}.txt")
    document = stackan.analyze(case(*texts, names=names)).to_dict()
    assert len(document["processes"]) == 50
    order = list(range(100))
    random.Random(3).shuffle(order)
    shuffled = case(*(texts[at] for at in order), names=[names[at] for at in order])
    assert stackan.analyze(shuffled).to_dict() == document


def shared_lock_dump(pid: int, wanted: int, owner: int) -> bytes:
    """A process that waits for a mutex in shared memory, whose owner gdb was asked to print."""
    text = dump(thread(pid, "writer", mutex(wanted), app("main"))).decode()
    return (
        text + f"+p *(pthread_mutex_t *) {wanted:#x}\n$1 = {{__data = {{__lock = 2, __count = 0, __owner = {owner}, __nusers = 1}}}}\n"
    ).encode()


def test_a_deadlock_across_processes_is_proved_by_printed_owners():
    texts = [shared_lock_dump(100, LOCK, 200), shared_lock_dump(200, OTHER, 100)] * 2
    analysis = analyze(*texts, names=["p0.snap1", "p1.snap1", "p0.snap2", "p1.snap2"])
    finding = analysis.findings[0]
    assert (finding.kind, finding.confidence) == ("deadlock", "certain")
    assert sorted(process.id for process in finding.processes) == ["100", "200"]
    assert any("__owner = 200" in quote.text for quote in finding.evidence)


def test_dumps_of_two_processes_taken_once_prove_no_deadlock():
    """They were not taken at one instant."""
    analysis = analyze(shared_lock_dump(100, LOCK, 200), shared_lock_dump(200, OTHER, 100), names=["p0.snap1", "p1.snap1"])
    assert all(finding.confidence == "possible" for finding in analysis.findings if finding.kind == "deadlock")
    assert not analysis.critical


def test_an_owner_that_is_in_no_dump_is_named():
    analysis = analyze(*[shared_lock_dump(100, LOCK, 999)] * 2)
    assert "Its owner word names LWP 999" in wording.explanation(analysis.findings[0])
    assert analysis.verdict == "blocked"
