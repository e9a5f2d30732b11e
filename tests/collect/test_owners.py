"""Who waits for which lock, and who has it, read from live programs without stopping them and without symbols."""

from __future__ import annotations

import os
import time

import pytest

from stackan.collect.owners import View, render, take
from stackan.collect.owners.reading import Seen
from stackan.collect.owners.who import GONE, NOBODY, OTHER, SAME, UNKNOWN
from stackan.collect.targets import Wanted, find_targets
from stackan.collect.threads import inner_id, read_file, thread_ids
from tests.collect.conftest import Start

WAYS = (
    "ab_ba", "ring5", "recursive", "errorcheck", "adaptive", "robust", "shared", "inherit", "self", "convoy", "writer", "readers", "parked",
    "join", "once", "stdio", "dead", "across",
)  # fmt: skip


SLEEPS = (35, 230)  # nanosleep, clock_nanosleep: by these the program's threads take turns until all have what they will have


def looked_at(*pids: int) -> dict[int, Seen]:
    """The threads, once all of them stand where they will: on a busy machine the program says `ready` before the last one does."""
    for _ in range(100):
        threads = {seen.state.tid: seen for view in take(pids) for seen in view.threads}
        calls = [seen.state.call for seen in threads.values() if seen.stood]
        if len(calls) == len(threads) and not any(call is not None and call.number in SLEEPS for call in calls):
            break
        time.sleep(0.05)
    return threads


@pytest.mark.parametrize("flags", ["-O0 -g", "-O2", "-O2 -s"])
@pytest.mark.parametrize("way", WAYS)
def test_each_wait_is_read_with_its_owner(start: Start, way: str, flags: str) -> None:
    program = start(way, flags)
    threads = looked_at(program.pid)
    assert program.truths
    for truth in program.truths:
        wait, owner = threads[truth.waiter].wait, threads[truth.waiter].owner
        assert wait is not None and wait.kind == truth.kind
        assert (owner.tid if owner is not None else 0) == truth.holder


def test_an_owner_that_has_ended_and_one_of_another_process_are_told_apart(start: Start) -> None:
    for way, where in (("dead", GONE), ("across", OTHER)):
        program = start(way)
        owner = looked_at(program.pid)[program.truths[0].waiter].owner
        assert owner is not None and owner.where == where


def test_readers_of_a_rwlock_are_counted_as_nobody_records_who_they_are(start: Start) -> None:
    program = start("readers")
    seen = looked_at(program.pid)[program.truths[0].waiter]
    assert seen.wait is not None and (seen.wait.readers, seen.wait.mode) == (1, "write")
    assert seen.owner is not None and seen.owner.where == NOBODY


def test_a_thread_that_runs_waits_for_nothing(start: Start) -> None:
    program = start("spin")
    spinner = max(seen.state.tid for seen in take([program.pid])[0].threads)
    text = render(take([program.pid])[0]).decode()
    assert f'thread {spinner} R "lab' in text and ": runs" in text


def test_nothing_is_stopped_and_nothing_wakes_up(start: Start) -> None:
    program = start("parked")
    before = {tid: seen.state.switches for tid, seen in looked_at(program.pid).items()}
    for _ in range(5):
        take([program.pid])
    assert {tid: seen.state.switches for tid, seen in looked_at(program.pid).items()} == before


def test_the_text_has_a_line_for_each_thread(start: Start) -> None:
    program = start("writer")
    head, *lines = render(take([program.pid])[0]).decode().splitlines()
    assert head.startswith(f"stackan waits/1 of process {program.pid}: 4 threads at 20")
    assert sum("waits for rwlock 0x" in line and f"owner {program.pid}," in line for line in lines) == 3


def test_a_process_that_is_gone_has_no_threads() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    assert take([child])[0].threads == ()


def circles(views: list[View]) -> bool:
    """Whether each of two processes waits for the other."""
    waits = {view.pid: seen.owner for view in views for seen in view.threads if seen.stood and seen.owner is not None}
    return len(waits) == 2 and all(owner.pid not in (None, pid) for pid, owner in waits.items())


def test_two_healthy_processes_never_seem_to_wait_for_each_other(start: Start) -> None:
    program = start("healthy")
    pids = [program.pid, program.truths[0].holder]
    assert not any(circles(take(pids)) for _ in range(150))
    assert any(circles([view for pid in pids for view in take([pid])]) for _ in range(2000))  # who looks one after the other sees some


@pytest.mark.parametrize("way", ["ab_ba", "robust", "inherit", "join", "across"])
def test_owners_in_a_container_are_told_by_the_ids_of_the_host(start: Start, apart: list[str], way: str) -> None:
    program = start(way, within=apart)
    pids = [target.pid for target in find_targets(Wanted([program.pid], children=True))]
    outer = {inner_id(read_file(f"/proc/{pid}/task/{tid}/status") or b""): tid for pid in pids[1:] for tid in thread_ids(pid)}
    threads = looked_at(*pids)
    assert program.truths and program.truths[0].holder < pids[0]  # as the container counts
    for truth in program.truths:
        owner = threads[outer[truth.waiter]].owner
        assert owner is not None and (owner.tid, owner.where) == (outer[truth.holder], OTHER if way == "across" else SAME)


def test_an_id_of_another_namespace_names_nobody(start: Start, apart: list[str]) -> None:
    """A lock is shared with a container, whose process 1 has it: process 1 of the host is a stranger."""
    program = start("contained")
    owner = looked_at(program.pid)[program.truths[0].waiter].owner
    assert owner is not None and (owner.tid, owner.where) == (1, UNKNOWN)
    assert "owner 1 which cannot be told" in render(take([program.pid])[0]).decode()


def test_who_may_not_be_looked_at_leaves_the_others_as_they_are(start: Start) -> None:
    """The kernel shows the memory of its first process to root alone."""
    if os.getuid() == 0:
        pytest.skip("root may look at all processes")
    program = start("ab_ba")
    denied, view = take([1, program.pid])
    assert denied.denied and not denied.threads and len(view.threads) == 3


@pytest.mark.parametrize(("way", "words"), [("tcp", "socket of descriptor"), ("pipes", "pipe of descriptor")])
def test_who_reads_is_told_with_the_descriptor(start: Start, way: str, words: str) -> None:
    program = start(way)
    looked_at(program.pid)
    assert f"waits for {words}" in (text := render(take([program.pid])[0]).decode()) and " for read, by its call" in text


@pytest.mark.parametrize(("way", "words"), [("spin", "waits for a signal"), ("sleeper", "sleeps"), ("server", "accepts connections")])
def test_who_waits_for_nobody_in_particular_is_told_so(start: Start, way: str, words: str) -> None:
    program = start(way)
    looked_at(program.pid)
    assert f": {words}" in render(take([program.pid])[0]).decode()
