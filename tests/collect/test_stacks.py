"""stackan's own stacks of live programs: the same frames as debuggers find, and nobody is harmed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import stackan
from stackan.collect.maps import read_maps
from stackan.collect.memory import Memory
from stackan.collect.stacks import Copies, ptrace, render, take
from stackan.collect.stacks.stopping import copy_running
from stackan.collect.threads import glance, read_file, thread_ids
from stackan.collect.unwind.modules import open_modules
from stackan.errors import InputError
from tests.collect.comparing import Stacks, agree, of_debugger, own, read
from tests.collect.conftest import Build, Program, Start

WAYS = (
    "ab_ba", "ring5", "recursive", "robust", "shared", "inherit", "self", "convoy", "writer", "readers", "parked", "join", "once", "stdio",
    "dead", "across",
)  # fmt: skip

NO_TABLES = "-fno-asynchronous-unwind-tables -fno-unwind-tables"
FLAGS = (
    "-O0",
    f"-O0 -s {NO_TABLES}",
    f"-O2 -fno-omit-frame-pointer {NO_TABLES}",
    "-O1",
    "-O2",
    "-O2 -s",
    "-Os",
    "-O2 -fno-omit-frame-pointer",
    "-O0 -s -static",
    "-O2 -fcf-protection=full",
)


def settled(program: Program, running: int = 0) -> Program:
    """The program, once all of its threads stand but for those that never do: it says `ready` before its main thread rests."""
    for _ in range(200):
        looks = [glance(program.pid, tid) for tid in thread_ids(program.pid)]
        if sum(look.syscall == b"running\n" for look in looks) <= running:
            break
        time.sleep(0.02)
    return program


def names(stacks: Stacks) -> list[list[str]]:
    return [[name for _, name in frames] for frames in stacks.values()]


def needs_debugger() -> None:
    if not shutil.which("eu-stack") and not shutil.which("gdb"):
        pytest.skip("neither eu-stack nor gdb is here to compare with")


@pytest.mark.parametrize(
    "flags",
    [
        *("-O0 -g", "-O2", "-O2 -s", "-O2 -fno-omit-frame-pointer", "-O2 -Wl,--no-eh-frame-hdr"),
        "-O1 -g -gz -fno-asynchronous-unwind-tables -fno-unwind-tables",
    ],
)
def test_frames_are_those_of_a_debugger(start: Start, flags: str) -> None:
    needs_debugger()
    same = total = 0
    for way in WAYS:
        program = settled(start(way, flags))
        ours, theirs = own(program.pid), of_debugger(program.pid) or {}
        assert ours.keys() == theirs.keys()
        same += sum(agree(ours[tid], theirs[tid]) for tid in theirs)
        total += len(theirs)
    assert total > 50 and same >= 0.99 * total


@pytest.mark.parametrize("flags", FLAGS)
def test_hard_frames_are_those_of_a_debugger(start: Start, flags: str) -> None:
    needs_debugger()
    program = settled(start("all", flags, "frames"))
    ours, theirs = own(program.pid), of_debugger(program.pid) or {}
    assert [tid for tid in theirs if not agree(ours[tid], theirs[tid])] == []


@pytest.mark.parametrize("flags", ["-O0", "-O2"])
def test_stacks_go_on_below_signal_handlers_callbacks_and_dynamic_frames(start: Start, flags: str) -> None:
    program = settled(start("all", flags, "frames"))
    stacks = names(own(program.pid, attach=False))
    for wanted in (["handler", "signalled"], ["handler", "elsewhere"], ["compare", "sorts"], ["with_alloca"], ["aligned"]):
        assert any([name for name in each if name in wanted] == wanted for each in stacks)
    assert sorted(sum("deep" in name for name in each) for each in stacks)[-3:-1] >= [30, 280]  # some are inlined


def test_a_very_deep_stack_is_cut_and_says_so(start: Start, tmp_path: Path) -> None:
    program = settled(start("all", "-O2", "frames"))
    text = render(take(program.pid, attach=False))
    assert text.count(b"shown max number of frames") == 1
    (tmp_path / "stacks.txt").write_bytes(text)
    assert len(stackan.parse(tmp_path / "stacks.txt").threads) == 11


def test_a_stack_of_which_not_all_was_copied_says_so(start: Start) -> None:
    program = settled(start("runs", "-O0", "frames"), running=1)
    text = render(take(program.pid, attach=True))
    assert text.count(b" spins - ") > 1000 and text.count(b"shown max number of frames") == 1


def test_threads_that_go_on_without_their_main_thread_are_read(start: Start) -> None:
    program = settled(start("leaderless", "-O2", "frames"))
    (stack,) = names(own(program.pid))
    assert "deeper" in stack and program.pid not in own(program.pid)


def test_a_running_thread_stands_for_a_moment_only(start: Start) -> None:
    program = settled(start("spin"), running=1)
    copies = take(program.pid, attach=True)
    assert len(copies.pauses) == 1 and not copies.missing
    assert ["spins"] in [[name for name in each if name == "spins"] for each in names(read(render(copies).decode()))]
    assert_free(program.pid)


def test_code_of_the_kernel_is_unwound(start: Start) -> None:
    program = start("time", "-O2", "frames")
    stacks = [each for _ in range(5) for each in names(own(program.pid)) if "tells_time" in each]
    assert stacks and all(each[-2:] != ["tells_time"] for each in stacks)


def test_without_stopping_a_running_thread_has_no_stack_and_no_line_is_strange(start: Start, tmp_path: Path) -> None:
    program = settled(start("spin"), running=1)
    copies = take(program.pid, attach=False)
    assert len(copies.missing) == 1 and copies.pauses == []
    (tmp_path / "stacks.txt").write_bytes(render(copies))
    assert len(stackan.parse(tmp_path / "stacks.txt").threads) == 2
    document = stackan.analyze(stackan.load(tmp_path / "stacks.txt")).to_dict()
    assert [snapshot["unparsed_lines"] for snapshot in document["processes"][0]["snapshots"]] == [0]


def test_blocked_threads_do_not_notice(start: Start) -> None:
    program = settled(start("parked"))
    before = {tid: glance(program.pid, tid) for tid in thread_ids(program.pid)}
    for _ in range(3):
        render(take(program.pid, attach=True))
    assert {tid: glance(program.pid, tid) for tid in thread_ids(program.pid)} == before


def test_a_thread_that_moves_meanwhile_is_never_half_of_each(start: Start) -> None:
    program = start("flips", "-O0", "frames")
    seen = 0
    for _ in range(150):
        for stack in names(own(program.pid, attach=False)):
            sides = [name for name in stack if name in ("left", "right")]
            assert sides in ([], ["left"] * 8, ["right"] * 12)
            assert not stack or "main" in stack or "flips" in stack
            seen += bool(sides)
    assert seen > 20


def test_threads_are_stopped_one_at_a_time(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    program = start("flips", "-O0", "frames")
    seize, tids = ptrace.seize, thread_ids(program.pid)
    traced = []

    def seize_if_nobody_stands(tid: int) -> None:
        traced.append(sum(b"TracerPid:\t0" not in (read_file(f"/proc/{program.pid}/task/{each}/status") or b"") for each in tids))
        seize(tid)

    monkeypatch.setattr(ptrace, "seize", seize_if_nobody_stands)
    maps, memory = read_maps(program.pid), Memory(program.pid)
    copies = Copies(program.pid, open_modules(program.pid, maps, memory))
    copy_running(tids, copies, memory, maps, 0.05, time.monotonic() + 60)
    assert traced == [0] * 5 and sorted(copies.threads) == tids


def test_threads_that_come_and_go_harm_nothing(start: Start) -> None:
    program = start("churn", "-O2", "frames")
    for _ in range(30):
        copies = take(program.pid, attach=True)
        render(copies)
        assert all("ended" not in reason for reason in copies.missing.values())
    assert_free(program.pid)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_program_that_is_not_there_any_more_is_read_all_the_same(build: Build, start: Start, tmp_path: Path, replaced: bool) -> None:
    program = tmp_path / "server"
    shutil.copy(build("-O2"), program)
    running = settled(start("ab_ba", program=program))
    program.unlink()
    if replaced:
        shutil.copy(build("-O2 -s", "frames"), program)
    assert sum("in_ring" in each for each in names(own(running.pid, attach=False))) == 2


def test_a_process_that_has_ended_in_between_is_named_from_its_files(start: Start) -> None:
    program = settled(start("ab_ba"))
    copies = take(program.pid, attach=True)
    os.kill(program.pid, signal.SIGKILL)
    time.sleep(0.05)
    assert sum("in_ring" in each for each in names(read(render(copies).decode()))) == 2


def test_a_thread_that_somebody_else_traces_is_left_to_them(start: Start) -> None:
    program = settled(start("spin"), running=1)
    tid = max(thread_ids(program.pid))
    tracer = (
        "import sys, time; from stackan.collect.stacks import ptrace; ptrace.seize(int(sys.argv[1])); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", tracer, str(tid)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        copies = take(program.pid, attach=True)
        other.kill()
    assert list(copies.missing) == [tid] and "may not be stopped" in copies.missing[tid]
    assert_free(program.pid)


def test_what_cannot_be_read_is_said_in_one_sentence() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    with pytest.raises(InputError, match=f"process {child} has ended"):
        take(child, attach=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nobody_stands_when_the_collector_is_killed(start: Start, number: signal.Signals) -> None:
    program = settled(start("spin"), running=1)
    collector = "import sys; from stackan.collect.stacks import take\nwhile True: take(int(sys.argv[1]), attach=True)"
    for at in range(8):
        with subprocess.Popen([sys.executable, "-c", collector, str(program.pid)]) as process:
            time.sleep(0.25 + 0.0007 * at)
            process.send_signal(number)
        assert_free(program.pid)


def assert_free(pid: int) -> None:
    """Nobody traces it, and no thread stands."""
    time.sleep(0.02)
    for tid in thread_ids(pid):
        status = read_file(f"/proc/{pid}/task/{tid}/status") or b"TracerPid:\t0\nState:\tS"
        assert b"TracerPid:\t0" in status and re.search(rb"^State:\s+[Tt]", status, re.MULTILINE) is None


def test_copies_of_nothing_are_refused(start: Start) -> None:
    program = settled(start("parked"))
    os.kill(program.pid, signal.SIGKILL)
    time.sleep(0.05)
    with pytest.raises(InputError):
        take(program.pid, attach=True)


def test_the_text_has_a_header_for_each_thread(start: Start) -> None:
    program = settled(start("writer"))
    copies: Copies = take(program.pid, attach=True)
    head, *lines = render(copies).decode().splitlines()
    assert head == f"PID {program.pid} - process"
    assert [int(line[4:-1]) for line in lines if line.startswith("TID ")] == thread_ids(program.pid)


def test_a_thread_that_comes_to_no_stop_is_given_up_and_stays_free(build: Build) -> None:
    command = [build("-O2", "frames"), "vfork"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None and process.stdout.readline() == "ready\n"
        maps, memory = read_maps(process.pid), Memory(process.pid)
        copies = Copies(process.pid, open_modules(process.pid, maps, memory))
        copy_running([process.pid], copies, memory, maps, 0.05, time.monotonic() + 60)
        assert list(copies.missing.values()) == ["it did not come to a stop"]
        assert_free(process.pid)
        process.stdin.close()  # the child ends
        assert process.stdout.readline() == "on\n"
        assert_free(process.pid)
        process.kill()


def test_a_signal_that_arrives_meanwhile_is_not_lost_and_none_is_left(start: Start) -> None:
    program = start("alarms", "-O2", "frames")
    for _ in range(50):
        take(program.pid, attach=True)
    assert_free(program.pid)


def test_a_process_that_somebody_has_stopped_stays_so(start: Start) -> None:
    program = start("spin")
    os.kill(program.pid, signal.SIGSTOP)
    time.sleep(0.05)
    copies = take(program.pid, attach=True)
    assert len(copies.threads) == 2 and copies.pauses == []
    assert any("spins" in each for each in names(read(render(copies).decode())))
    assert all(b"\nState:\tT" in (read_file(f"/proc/{program.pid}/task/{tid}/status") or b"") for tid in thread_ids(program.pid))
