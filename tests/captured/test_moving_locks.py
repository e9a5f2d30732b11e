"""A lock that is handed on, by tables of waits and counters beside the stacks, holds up nobody; one that is not, does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.model.finding import Finding

LOCK = "#0  0x01 __lll_lock_wait\n#1  0x02 pthread_mutex_lock\n#2  0x03 work\n#3  0x04 start_thread\n"
SLEEP = "#0  0x05 clock_nanosleep\n#1  0x06 usleep\n#2  0x07 work\n#3  0x04 start_thread\n"
OWN = "#0  0x05 syscall\n#1  0x06 Mutex::lockSlow\n#2  0x07 work\n#3  0x04 start_thread\n"
WAITERS = (11, 12, 13)
HOLDER = 19


def waits(owner: int, threads: Sequence[int] = WAITERS) -> dict[int, str]:
    """What the table says of each."""
    return dict.fromkeys(threads, f"waits for mutex 0x5510 (normal), owner {owner}, by its owner-word")


def analyzed(folder: Path, *rounds: tuple[Mapping[int, str], Mapping[int, str], Mapping[int, int]]) -> stackan.Analysis:
    """Of each round what a table says of threads, their stacks, and how often they were taken from a processor."""
    for number, (table, stacks, switches) in enumerate(rounds, 1):
        place = folder / f"db1/10/round-{number}"
        place.mkdir(parents=True)
        head = f"stackan waits/1 of process 10: {len(table)} threads at 2026-11-30T10:00:0{number}.000Z in 0.001 s\n"
        (place / "waits.txt").write_text(head + "".join(f'thread {tid} S "w": {words}\n' for tid, words in table.items()))
        (place / "eu-stack.txt").write_text("PID 10 - process\n" + "".join(f"TID {tid}:\n{stack}" for tid, stack in stacks.items()))
        status = "==> /proc/10/task/{0}/status <==\nName:\tw\nPid:\t{0}\nvoluntary_ctxt_switches:\t{1}\nnonvoluntary_ctxt_switches:\t0\n"
        ran = "==> /proc/10/task/{0}/schedstat <==\n1000 10 {1}\n"
        counts = "".join((status + ran).format(tid, count) for tid, count in switches.items())
        if counts:
            (place / "threads.txt").write_text(counts)
    return stackan.analyze(stackan.load(folder))


def queued(analysis: stackan.Analysis) -> Finding:
    (finding,) = [each for each in analysis.findings if each.kind in ("convoy", "stuck-wait")]
    return finding


def reasons(finding: Finding) -> set[str]:
    return {fact.name for fact in finding.reasons}


def stacks_of(threads: Sequence[int], holder: int = HOLDER) -> dict[int, str]:
    return {**dict.fromkeys(threads, LOCK), holder: SLEEP}


def test_a_lock_that_one_thread_keeps_holds_up_those_behind(tmp_path: Path) -> None:
    table = {**waits(HOLDER), HOLDER: "sleeps"}
    still = dict.fromkeys((*WAITERS, HOLDER), 7)
    finding = queued(analyzed(tmp_path, (table, stacks_of(WAITERS), still), (table, stacks_of(WAITERS), still)))
    assert (finding.severity, finding.confidence) == ("critical", "likely")


def test_a_lock_that_has_another_owner_in_the_next_table_moves(tmp_path: Path) -> None:
    stacks = {**stacks_of(WAITERS), 18: SLEEP}
    tables = [{**waits(owner), 18: "sleeps", 19: "sleeps"} for owner in (18, 19)]
    finding = queued(analyzed(tmp_path, *((table, stacks, {}) for table in tables)))
    assert finding.confidence == "possible" and "lock-changed-hands" in reasons(finding)


@pytest.mark.parametrize(("times", "moves"), [(50, True), (2, False)])
def test_a_lock_from_which_all_its_waiters_were_woken_again_and_again_moves(tmp_path: Path, times: int, moves: bool) -> None:
    """Once or twice may have been a stop of the whole process; two more are what a debugger's look takes."""
    table = {**waits(HOLDER), HOLDER: "sleeps"}
    before, after = (dict.fromkeys((*WAITERS, HOLDER), count) for count in (7, 9 + times))
    finding = queued(analyzed(tmp_path, (table, stacks_of(WAITERS), before), (table, stacks_of(WAITERS), after)))
    assert ("waiters-were-woken" in reasons(finding), finding.confidence) == ((True, "possible") if moves else (False, "likely"))


def test_one_that_is_not_woken_with_the_others_says_that_the_lock_stands(tmp_path: Path) -> None:
    table = {**waits(HOLDER), HOLDER: "sleeps"}
    before = dict.fromkeys((*WAITERS, HOLDER), 7)
    finding = queued(analyzed(tmp_path, (table, stacks_of(WAITERS), before), (table, stacks_of(WAITERS), {**before, 11: 90, 12: 90})))
    assert "waiters-were-woken" not in reasons(finding)


def progress_of(analysis: stackan.Analysis, tid: int) -> tuple[str, Any]:
    (track,) = [track for process in analysis.processes for track in process.tracks if track.lwp == tid]
    return track.progress, [fact.name for fact in track.note]


def test_who_has_the_lock_by_the_table_and_waits_for_it_by_the_stack_has_run_meanwhile(tmp_path: Path) -> None:
    first = {**waits(HOLDER), HOLDER: "sleeps"}
    second = {**waits(11, (12, 13)), 11: "sleeps", HOLDER: "sleeps"}
    analysis = analyzed(tmp_path, (first, stacks_of(WAITERS), {}), (second, stacks_of(WAITERS), {}))
    assert progress_of(analysis, 11) == ("progressing", ["ran-while-looked-at"])


def test_a_lock_of_the_programs_own_may_wait_in_any_call(tmp_path: Path) -> None:
    """Such as one that sleeps for a moment before it asks again: the table is no word against its stack."""
    table = {11: "sleeps", HOLDER: "sleeps"}
    analysis = analyzed(tmp_path, *[(table, {11: OWN, HOLDER: SLEEP}, {})] * 2)
    assert progress_of(analysis, 11)[0] == "stuck"


def test_a_thread_without_a_stack_that_ran_is_at_work(tmp_path: Path) -> None:
    table, stacks = {11: "runs", HOLDER: "sleeps"}, {11: "warning: tid 11 was not taken: it runs\n", HOLDER: SLEEP}
    analysis = analyzed(tmp_path, *[(table, stacks, {})] * 2)
    assert progress_of(analysis, 11) == ("progressing", ["ran-while-looked-at"])


def test_a_streams_lock_is_at_another_address_than_the_stream(tmp_path: Path) -> None:
    """gdb's frames print the stream, the table its lock: who has that is known all the same."""
    for number in (1, 2):
        place = tmp_path / f"db1/10/round-{number}"
        place.mkdir(parents=True)
        (place / "waits.txt").write_text(
            f"stackan waits/1 of process 10: 2 threads at 2026-11-30T10:00:0{number}.000Z in 0.001 s\n"
            'thread 11 S "w": waits for stdio 0x7f16b2128a00, owner 12, by its owner-word\nthread 12 S "w": waits for a signal\n'
        )
        (place / "gdb.txt").write_text(
            'Thread 2 (Thread 0x7f16b174e6c0 (LWP 12) "w"):\n#0  0x00007f16b2026df2 in __libc_pause () at pause.c:29\n'
            "#1  0x000056145a8b32bd in keeps (x=0x0) at w.c:9\n#2  0x00007f16b1fdc1f5 in start_thread (arg=0x0) at pthread_create.c:442\n\n"
            'Thread 1 (Thread 0x7f16b174e6c1 (LWP 11) "w"):\n'
            "#0  futex_wait (private=0, expected=2, futex_word=0x7f16b2128a00 <_IO_stdfile_2_lock>) at futex-internal.h:146\n"
            "#1  __GI___lll_lock_wait_private (futex=0x7f16b2128a00 <_IO_stdfile_2_lock>) at ./nptl/lowlevellock.c:34\n"
            "#2  0x00007f16b1fa4ded in __flockfile (stream=0x7f16b2127680 <_IO_2_1_stderr_>) at ./stdio-common/flockfile.c:25\n"
            "#3  0x000056145a8b3920 in says (x=0x0) at w.c:3\n#4  0x00007f16b1fdc1f5 in start_thread (arg=0x0) at pthread_create.c:442\n"
        )
    (thread,) = [
        each
        for process in stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"]
        for each in process["threads"]
        if each["lwp"] == 11
    ]
    assert [owner["lwp"] for wait in thread["waits_for"] for owner in wait["owners"]] == [12]


def test_tables_of_two_moments_of_one_second_are_two_rounds(tmp_path: Path) -> None:
    for number, moment in ((1, "10:00:00.100"), (2, "10:00:00.900")):
        place = tmp_path / f"db1/10/round-{number}"
        place.mkdir(parents=True)
        (place / "waits.txt").write_text(
            f"stackan waits/1 of process 10: 2 threads at 2026-11-30T{moment}Z in 0.001 s\n"
            'thread 11 S "w": waits for mutex 0x5510 (normal), owner 12, by its owner-word\n'
            'thread 12 S "w": waits for mutex 0x5538 (normal), owner 11, by its owner-word\n'
        )
    (process,) = stackan.analyze(stackan.load(tmp_path)).processes
    assert len(process.dumps) == 2
