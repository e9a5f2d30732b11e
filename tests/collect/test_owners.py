"""Who waits for which lock, and who has it, read from live programs without stopping them and without symbols."""

from __future__ import annotations

import os
import time

import pytest

from stackan.collect.owners import read, take
from stackan.collect.owners.reading import GONE, NOBODY, OTHER, Seen
from tests.collect.conftest import Start

WAYS = (
    "ab_ba", "ring5", "recursive", "errorcheck", "adaptive", "robust", "shared", "inherit", "self", "convoy", "writer", "readers", "parked",
    "join", "once", "stdio", "dead", "across",
)  # fmt: skip


def looked_at(pid: int) -> dict[int, Seen]:
    """The threads, once all of them stand: the program says `ready` before the last one has gone to sleep."""
    for _ in range(50):
        (view,) = take([pid])
        if all(seen.stood for seen in view.threads):
            break
        time.sleep(0.05)
    return {seen.state.tid: seen for seen in view.threads}


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
    text = read([program.pid])[program.pid].decode()
    assert f'thread {spinner} R "lab' in text and ": runs" in text


def test_nothing_is_stopped_and_nothing_wakes_up(start: Start) -> None:
    program = start("parked")
    before = {tid: seen.state.switches for tid, seen in looked_at(program.pid).items()}
    for _ in range(5):
        take([program.pid])
    assert {tid: seen.state.switches for tid, seen in looked_at(program.pid).items()} == before


def test_the_text_has_a_line_for_each_thread(start: Start) -> None:
    program = start("writer")
    head, *lines = read([program.pid])[program.pid].decode().splitlines()
    assert head.startswith(f"stackan waits/1 of process {program.pid}: 4 threads at 20")
    assert sum("waits for rwlock 0x" in line and f"owner {program.pid}," in line for line in lines) == 3


def test_a_process_that_is_gone_has_no_threads() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    assert take([child])[0].threads == ()
