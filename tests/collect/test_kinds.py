"""What `analyze` makes of captures of live programs that hang in many ways, or do not: the right threads, and no false alarm."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.collect.archive import Archive
from stackan.collect.plan import Plan
from stackan.collect.rounds import collect
from stackan.collect.targets import Wanted, find_targets
from tests.collect.conftest import Program, Start

CRITICAL = ("deadlock", "self-deadlock", "worker-exhaustion")
# The program, its way, and what a capture of it may be taken for.
CIRCLES = [
    *(("kinds", way) for way in ("pi_ring", "writers", "timed", "sockets3", "waitpid", "wait_any")),
    *(("modern", way) for way in ("abba", "recursive", "shared", "timed")),
    *(("more", way) for way in ("standard", "onces", "join_with_lock", "both", "two_plain", "two_robust", "two_rwlocks", "filters")),
]
NOT_PROVED = {("kinds", way) for way in ("timed", "sockets3", "waitpid", "wait_any")} | {("modern", "timed"), ("more", "filters")}
WAITS = [
    *(("kinds", way) for way in ("semaphores", "messages", "system_v", "queues", "ofd", "file_waits", "epolls", "upgrade")),
    *(("kinds", way) for way in ("lost_wakeup", "dead_thread", "vector", "forked_lock")),
    *(("modern", way) for way in ("latch", "barrier", "semaphore", "atomic", "future", "any", "statics")),
]
HEALTHY = [
    *(("kinds", way) for way in ("events", "sums", "works", "moves", "produces", "starved", "keep_alive", "tries", "yields")),
    *(("modern", way) for way in ("idle", "loaded")),
    *(("more", way) for way in ("in_order", "supervises", "speak")),
]
WITHOUT_FRAMES = [*(("kinds", way) for way in ("events", "keep_alive", "moves")), ("more", "supervises")]
FLAGS = {"kinds": "-O2 -s", "modern": "-O2 -std=c++20", "more": "-O2 -s"}


def captured(program: Program, folder: Path, **plan: Any) -> dict[str, Any]:
    """The document of two rounds over the program and its children."""
    target = folder / "case.tar.gz"
    with Archive(str(target)) as archive:
        collect(find_targets(Wanted([program.pid], children=True)), Plan(rounds=2, interval=0.7, **plan), archive, lambda words: None)
    return stackan.analyze(stackan.load(target)).to_dict()


def threads_of(document: dict[str, Any]) -> dict[int, Any]:
    return {thread["lwp"]: thread for process in document["processes"] for thread in process["threads"]}


@pytest.mark.parametrize(("source", "way"), CIRCLES)
def test_a_circle_is_a_deadlock_of_those_that_are_in_it(start: Start, tmp_path: Path, source: str, way: str) -> None:
    program = start(way, FLAGS[source], source)
    document = captured(program, tmp_path)
    (finding,) = [each for each in document["findings"] if each["severity"] == "critical"]
    assert (document["verdict"], finding["kind"]) == ("deadlock", "deadlock")
    assert finding["confidence"] == ("likely" if (source, way) in NOT_PROVED else "certain")
    assert {each["lwp"] for each in finding["threads"]} == {truth.waiter for truth in program.truths}
    threads = threads_of(document)
    for truth in program.truths:
        if truth.holder and truth.kind in ("mutex", "rwlock"):
            assert [owner["lwp"] for wait in threads[truth.waiter]["waits_for"] for owner in wait["owners"]] == [truth.holder]


@pytest.mark.parametrize("way", ["nested", "pools"])
def test_workers_that_wait_for_tasks_of_their_own_pools_are_an_exhaustion(start: Start, tmp_path: Path, way: str) -> None:
    program = start(way, "-O0 -g -std=c++20", "modern")
    document = captured(program, tmp_path)
    assert document["verdict"] == "worker-exhaustion"
    members = {each["lwp"] for finding in document["findings"] for each in finding["threads"]}
    assert members == {truth.waiter for truth in program.truths}


@pytest.mark.parametrize(("source", "way"), WAITS)
def test_who_waits_for_what_nobody_records_is_in_no_deadlock(start: Start, tmp_path: Path, source: str, way: str) -> None:
    program = start(way, FLAGS[source], source)
    document = captured(program, tmp_path)
    assert document["verdict"] in ("blocked", "idle", "inconclusive")
    assert not [each for each in document["findings"] if each["kind"] in CRITICAL and each["confidence"] != "possible"]
    threads = threads_of(document)
    for truth in program.truths:
        owners = {owner["lwp"] for wait in threads[truth.waiter]["waits_for"] for owner in wait["owners"]}
        assert owners <= {truth.holder}


@pytest.mark.parametrize(
    ("source", "way", "plan"),
    [
        *((*each, {}) for each in HEALTHY),
        *((*each, {"way": "gdb"}) for each in (("kinds", "moves"), ("modern", "loaded"))),
        *((*each, {"way": "proc"}) for each in WITHOUT_FRAMES),
        *((*each, {"attach": False}) for each in (("kinds", "moves"), ("kinds", "sums"))),
    ],
)
def test_a_program_that_is_in_order_raises_no_alarm(start: Start, tmp_path: Path, source: str, way: str, plan: dict[str, Any]) -> None:
    if plan.get("way") == "gdb" and shutil.which("gdb") is None:
        pytest.skip("no gdb is here")
    document = captured(start(way, FLAGS[source], source), tmp_path, **plan)
    alarms = {each["kind"] for each in document["findings"] if each["severity"] == "critical" or each["kind"] in CRITICAL}
    assert (alarms, document["verdict"] == "blocked") == (set(), way == "starved")  # its writer never gets its turn
    assert len({process["pid"] for process in document["processes"]}) == len(document["processes"])


def test_who_has_a_lock_and_waits_for_a_pipe_holds_it_for_those_behind(start: Start, tmp_path: Path) -> None:
    program = start("reads_with_lock", "-O2 -s", "kinds")
    threads = threads_of(captured(program, tmp_path))
    for truth in program.truths:
        assert [owner["lwp"] for wait in threads[truth.waiter]["waits_for"] for owner in wait["owners"]] == [truth.holder]


def test_servers_all_of_whose_workers_ask_each_other_are_one_exhaustion(start: Start, tmp_path: Path) -> None:
    """Without a symbol: threads of one make are workers, where requests lie with their process that nobody takes."""
    program = start("exhaust", "-O2 -s", "kinds")
    document = captured(program, tmp_path)
    (finding,) = [each for each in document["findings"] if each["severity"] == "critical"]
    assert (document["verdict"], finding["kind"], finding["confidence"]) == ("worker-exhaustion", "worker-exhaustion", "likely")
    assert {each["lwp"] for each in finding["threads"]} == {truth.waiter for truth in program.truths}


@pytest.mark.parametrize("plan", [{}, {"way": "proc"}], ids=["own", "proc"])
def test_who_locks_again_in_a_signal_handler_what_it_has_waits_for_itself(start: Start, tmp_path: Path, plan: dict[str, Any]) -> None:
    document = captured(start("handler", FLAGS["more"], "more"), tmp_path, **plan)
    assert [(each["kind"], each["confidence"]) for each in document["findings"]] == [("self-deadlock", "certain")]


@pytest.mark.parametrize("flags", ["-O2 -s", "-O0"])
def test_whom_the_kernel_refused_a_lock_has_no_owner_but_the_right_one(start: Start, tmp_path: Path, flags: str) -> None:
    """Two others wait, one for the other: of what the refused one wants either may be the owner, if no register has kept its address."""
    program = start("ring3", flags, "more")
    threads = threads_of(captured(program, tmp_path))
    for truth in program.truths:
        assert {owner["lwp"] for wait in threads[truth.waiter]["waits_for"] for owner in wait["owners"]} <= {truth.holder}


def test_a_thread_that_runs_and_was_not_stopped_is_said_to_run(start: Start, tmp_path: Path) -> None:
    document = captured(start("sums", "-O2 -s", "kinds"), tmp_path, attach=False)
    (thread,) = [each for each in threads_of(document).values() if each["progress"] == "progressing"]
    assert thread["note"] == "ran while its registers were read" and document["findings"] == []


def test_processes_in_which_any_thread_might_go_on_are_deadlocked_if_none_can(start: Start, tmp_path: Path) -> None:
    """Locks of files, of which the kernel tells the process, not the thread."""
    program = start("flock_threads", "-O2 -s", "kinds")
    document = captured(program, tmp_path)
    (finding,) = [each for each in document["findings"] if each["kind"] == "deadlock"]
    assert (document["verdict"], finding["confidence"], len(finding["processes"])) == ("deadlock", "likely", 2)


def test_who_had_a_lock_in_the_round_before_is_no_holder_of_it_now(tmp_path: Path) -> None:
    """Threads that pass one lock on: the holder of the first round waits in the second, by a table that is older than its stack."""
    waits = 'thread {0} S "w": waits for mutex 0x5510 (normal), owner {1}, by its owner-word\n'
    rounds = (waits.format(11, 12) + 'thread 12 R "w": runs\n', waits.format(12, 11) + 'thread 11 S "w": sleeps\n')
    lock = "#0  0x01 __lll_lock_wait\n#1  0x02 pthread_mutex_lock\n#2  0x03 work\n#3  0x04 start_thread\n"
    sleep = "#0  0x05 clock_nanosleep\n#1  0x06 usleep\n#2  0x07 work\n#3  0x04 start_thread\n"
    for number, text in enumerate(rounds, 1):
        folder = tmp_path / f"db1/10/round-{number}"
        folder.mkdir(parents=True)
        (folder / "waits.txt").write_text(f"stackan waits/1 of process 10: 2 threads at 2026-11-30T10:0{number}:00Z in 0.001 s\n{text}")
        (folder / "eu-stack.txt").write_text(f"PID 10 - process\nTID 11:\n{lock}TID 12:\n{sleep}")
    assert [finding.kind for finding in stackan.analyze(stackan.load(tmp_path)).findings if finding.kind in CRITICAL] == []
