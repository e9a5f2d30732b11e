"""`stackan collect`: a capture of live processes, its archive, and what `analyze` makes of it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.collect import tools
from stackan.collect.guard import Guard, is_stopped
from stackan.collect.threads import read_file, state_in
from tests.collect.conftest import Build, Debugger, Start, unstoppable

needs_gdb = pytest.mark.skipif(shutil.which("gdb") is None, reason="no gdb, which takes the stacks here")


def call(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stackan", "collect", "--lang", "en", *map(str, words)], capture_output=True, text=True, **options
    )


def captured(pid: int, target: Path, *words: object) -> dict[str, Any]:
    """The document of a capture of two rounds, a second apart."""
    done = call("--pid", pid, "--rounds", 2, "--interval", "1s", "-o", target, *words)
    assert done.returncode == 0, done.stderr
    return stackan.analyze(stackan.load(target)).to_dict()


@pytest.mark.parametrize("way", ["ab_ba", "ring5", "recursive", "errorcheck", "adaptive", "robust", "shared"])
def test_without_any_debugger_the_owners_alone_prove_a_deadlock(start: Start, tmp_path: Path, way: str) -> None:
    program = start(way)
    document = captured(program.pid, tmp_path / "case.tar.gz", "--with", "proc")
    assert document["verdict"] == "deadlock"
    finding = document["findings"][0]
    assert (finding["kind"], finding["confidence"]) == ("deadlock", "certain")
    assert {each["lwp"] for each in finding["threads"]} == {truth.waiter for truth in program.truths}


@needs_gdb
@pytest.mark.parametrize(
    ("way", "verdict"), [("ab_ba", "deadlock"), ("self", "deadlock"), ("convoy", "blocked"), ("writer", "blocked"), ("parked", None)]
)
def test_stacks_and_recorded_owners_are_joined(start: Start, tmp_path: Path, way: str, verdict: str | None) -> None:
    program = start(way)
    document = captured(program.pid, tmp_path / "case.tar.gz", "--with", "gdb")
    assert verdict is None or document["verdict"] == verdict
    (process,) = document["processes"]
    assert [snapshot["format"] for snapshot in process["snapshots"]] == ["gdb", "gdb"]
    threads = {thread["lwp"]: thread for thread in process["threads"]}
    for truth in program.truths:
        if truth.holder and truth.kind in ("mutex", "rwlock"):
            assert [wait["owner_lwp"] for wait in threads[truth.waiter]["waits_for"]] == [truth.holder]
            assert threads[truth.waiter]["waits_for"][0]["evidence"] == "recorded"


@pytest.mark.parametrize("way", ["--no-block", pytest.param("--with=gdb", marks=needs_gdb)])
def test_two_processes_that_wait_for_each_others_shared_locks_are_one_deadlock(start: Start, tmp_path: Path, way: str) -> None:
    program = start("two")
    document = captured(program.pid, tmp_path / "case.tar.gz", way, "--children")
    assert document["verdict"] == "deadlock"
    (finding,) = [each for each in document["findings"] if each["kind"] == "deadlock"]
    assert finding["confidence"] == "certain"
    assert len(finding["processes"]) == 2
    assert {each["lwp"] for each in finding["threads"]} == {truth.waiter for truth in program.truths}


@pytest.mark.parametrize("words", [("--with", "proc"), ("--no-block",)])
@pytest.mark.parametrize("way", ["tcp", "unix", "pipes"])
def test_two_processes_that_wait_for_each_others_answer_are_a_deadlock_without_any_argument(
    start: Start, tmp_path: Path, way: str, words: tuple[str, ...]
) -> None:
    program = start(way)
    document = captured(program.pid, tmp_path / "case.tar.gz", "--children", *words)
    (finding,) = [each for each in document["findings"] if each["kind"] == "deadlock"]
    assert (document["verdict"], finding["confidence"], len(finding["processes"])) == ("deadlock", "likely", 2)
    assert {each["lwp"] for each in finding["threads"]} == {truth.waiter for truth in program.truths}
    assert "log" not in finding["explanation"]
    waits = [wait for process in document["processes"] for thread in process["threads"] for wait in thread["waits_for"]]
    assert {wait["kind"] for wait in waits} == {truth.kind for truth in program.truths}


@pytest.mark.parametrize("words", [("--with", "proc"), ("--no-block",)])
def test_locks_of_files_in_a_circle_are_a_deadlock_by_the_kernels_own_table(start: Start, tmp_path: Path, words: tuple[str, ...]) -> None:
    program = start("flock")
    document = captured(program.pid, tmp_path / "case.tar.gz", "--children", *words)
    (finding,) = [each for each in document["findings"] if each["kind"] == "deadlock"]
    assert (document["verdict"], finding["confidence"], len(finding["processes"])) == ("deadlock", "certain", 2)
    threads = {thread["lwp"]: thread for process in document["processes"] for thread in process["threads"]}
    for truth in program.truths:
        (wait,) = threads[truth.waiter]["waits_for"]
        assert (wait["kind"], [owner["lwp"] for owner in wait["owners"]]) == ("file", [truth.holder])
    assert "end of" not in finding["explanation"]


def test_the_archive_is_plain_and_has_a_manifest(start: Start, tmp_path: Path) -> None:
    program = start("writer")
    target = tmp_path / "case.tar.gz"
    assert call("--pid", program.pid, "--rounds", 2, "--interval", "0", "--no-block", "-o", target).returncode == 0
    with tarfile.open(target) as archive:
        names = archive.getnames()
        top = names[0].partition("/")[0]
        manifest = json.loads(archive.extractfile(f"{top}/manifest.json").read())  # type: ignore[union-attr]
    assert manifest["schema"] == "stackan.capture/1"
    assert [each["number"] for each in manifest["rounds"]] == [1, 2]
    assert [each["pid"] for each in manifest["processes"]] == [program.pid]
    assert {step["tool"] for step in manifest["steps"]} == {"proc", "waits", "descriptors", "own"}
    assert all(f"{top}/{step['file']}" in names for step in manifest["steps"])
    assert all(step["pause"] == 0 for step in manifest["steps"])
    assert {name for name in names if not name.endswith(f"{top}/manifest.json")} == set(manifest["checksums"])


def test_build_ids_of_all_loaded_code_are_kept(start: Start, build: Build, tmp_path: Path) -> None:
    program, target = start("parked"), tmp_path / "case.tar.gz"
    assert call("--pid", program.pid, "--rounds", 1, "--with", "proc", "-o", target).returncode == 0
    with tarfile.open(target) as archive:
        text = archive.extractfile(next(each for each in archive.getnames() if each.endswith("/process.txt"))).read().decode()  # type: ignore[union-attr]
    ids = dict(line.split()[2:0:-1] for line in text.splitlines() if line.startswith("build-id "))
    assert {os.path.basename(path).partition(".")[0] for path in ids} >= {"libc", "[vdso]"}
    noted = subprocess.run(["readelf", "-n", build("-O2")], capture_output=True, text=True, check=True).stdout
    assert f"Build ID: {ids[str(build('-O2'))]}" in noted


def test_a_capture_that_is_cut_off_is_a_capture(start: Start, tmp_path: Path) -> None:
    program = start("ab_ba")
    target = tmp_path / "case.tar.gz"
    command = [
        sys.executable,
        "-m",
        "stackan",
        "collect",
        "--pid",
        str(program.pid),
        "--rounds",
        "3",
        "--interval",
        "1h",
        "--no-block",
        "-o",
        target,
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None and "round 1 of 3" in process.stderr.readline()
        process.kill()
    assert stackan.analyze(stackan.load(target)).verdict == "deadlock"


@pytest.mark.parametrize(
    ("tool", "number"),
    [
        ("gdb", signal.SIGTERM),
        ("gdb", signal.SIGKILL),
        ("gdb", signal.SIGINT),
        ("eu-stack", signal.SIGKILL),
        ("pstack", signal.SIGKILL),
        ("lldb", signal.SIGKILL),
    ],
)
def test_a_target_runs_on_whatever_becomes_of_stackan(
    start: Start, debugger: Debugger, tmp_path: Path, tool: str, number: signal.Signals
) -> None:
    program = start("convoy")
    debugger.stand_in_for(tool)
    command = [sys.executable, "-m", "stackan", "collect", "--pid", str(program.pid), "--rounds", "1", "--with", tool]
    with subprocess.Popen([*command, "-o", tmp_path / "case.tar.gz"], stderr=subprocess.DEVNULL) as process:
        assert comes(lambda: bool(debugger.attached()) and is_stopped(program.pid))
        process.send_signal(number)
    (attached,) = debugger.attached()
    try:
        assert comes(lambda: state_in(read_file(f"/proc/{attached}/stat") or b"") in ("", "Z") and not is_stopped(program.pid))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(attached, signal.SIGKILL)


def test_a_process_that_came_to_no_stop_does_not_stop_when_its_debugger_is_gone(build: Build, debugger: Debugger) -> None:
    with unstoppable(build) as process:
        assert process.stdin is not None and process.stdout is not None
        taken = tools.take(tools.TOOLS["gdb"], process.pid, 1.0)
        assert debugger.attached() and taken.exit is None and taken.runs
        process.stdin.close()  # the child ends, and the parent comes out of the kernel
        readable, _, _ = select.select([process.stdout], [], [], 5)
        assert readable and process.stdout.readline() == "on\n" and not is_stopped(process.pid)


def test_a_stop_that_was_on_its_way_before_is_left_to_who_sent_it(build: Build) -> None:
    with unstoppable(build) as process:
        process.send_signal(signal.SIGSTOP)
        with Guard(process.pid) as guard:
            assert guard.let_run()
        assert is_stopped(process.pid)


def comes(condition: Callable[[], bool]) -> bool:
    """Whether it comes true within some seconds."""
    until = time.monotonic() + 10
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.01)
    return found


def test_what_would_be_done_is_told_with_what_it_does_to_the_process(start: Start) -> None:
    program = start("parked")
    for words, told in (
        ((), "threads that run are stopped one at a time, each for at most 50 ms"),
        (("--no-block",), "nothing is stopped"),
        (("--with", "gdb", "--timeout", "7s"), "the whole process is stopped while it is looked at, for at most 7 s"),
        (("--with", "proc"), "nothing is stopped"),
    ):
        done = call("--pid", program.pid, "--dry-run", *words)
        assert done.returncode == 0 and told in done.stdout and f"process {program.pid} (lab" in done.stdout
    assert "its program: /" in done.stdout


def test_no_script_is_written_over_another_file(tmp_path: Path) -> None:
    target = tmp_path / "capture.sh"
    assert call("--print-script", "-o", target).returncode == 0
    assert target.read_text().startswith("#!/bin/sh")
    target.write_text("mine")
    done = call("--print-script", "-o", target)
    assert (done.returncode, target.read_text()) == (2, "mine") and "nothing is overwritten" in done.stderr


def test_nothing_is_overwritten(start: Start, tmp_path: Path) -> None:
    program, target = start("parked"), tmp_path / "case.tar.gz"
    target.write_text("mine")
    done = call("--pid", program.pid, "--no-block", "-o", target)
    assert (done.returncode, target.read_text()) == (2, "mine")
    assert "nothing is overwritten" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name the processes"),
        (("--pid", 999_999_999), "no process 999999999 is running"),
        (("--match", "no such server anywhere"), "no process that is called"),
        (("--pid", os.getpid()), "give the archive to write"),
        (("--pid", os.getpid(), "-o", "case.rar"), "ends in .tar.gz or .tar.zst"),
        (("--pid", os.getpid(), "--interval", "soon", "-o", "x.tar.gz"), "is no time"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_in_one_sentence(words: tuple[object, ...], told: str) -> None:
    done = call(*words)
    assert done.returncode == 2 and told in done.stderr and "Traceback" not in done.stderr


def test_a_pattern_finds_servers_and_neither_the_call_nor_its_shell(start: Start) -> None:
    program = start("parked")
    done = subprocess.run(
        f'"{sys.executable}" -m stackan collect --lang en --dry-run --match "lab" --match parked; true',
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"process {program.pid} (lab" in done.stdout
    assert "stackan" not in done.stdout and "(sh)" not in done.stdout


def test_masks_replace_what_names_people_and_machines() -> None:
    from stackan.collect.masks import Masks

    masks = Masks("db1.example.com")
    text = (
        b'Thread 1 (Thread 0x7f00 (LWP 7) "worker"):\n'
        b'#0 f (sql="select \\"secret\\"", (const char *) "pw") from /home/maria/x '
        b"db1.example.com 10.0.0.7 10.0.0.7 127.0.0.1 fe80::1 12:30:45\n"
        b'"http-nio-8080" #12 prio=5\n   2: 0100007F:1B59 0200A8C0:C474 01\n#1 g (s="never closed'
    )
    assert masks.mask(text) == (
        b'Thread 1 (Thread 0x7f00 (LWP 7) "worker"):\n'
        b'#0 f (sql="string1", (const char *) "string2") from /home/user1/x host1 address1 address1 127.0.0.1 address2 12:30:45\n'
        b'"http-nio-8080" #12 prio=5\n   2: 0100007F:1B59 F0000001:C474 01\n#1 g (s="string3"'
    )


def test_a_run_times_tool_is_not_let_at_another_program(start: Start, tmp_path: Path) -> None:
    program = start("parked")
    done = call("--pid", program.pid, "--rounds", 1, "--with", "jcmd", "-o", tmp_path / "case.tar.gz")
    assert "none of that tool's run-time" in done.stderr
    os.kill(program.pid, 0)  # jcmd sends SIGQUIT, which ends whoever does not expect it


def test_the_archive_is_its_users_own(start: Start, tmp_path: Path) -> None:
    target = tmp_path / "case.tar.gz"
    call("--pid", start("parked").pid, "--rounds", 1, "--with", "proc", "-o", target)
    assert target.stat().st_mode & 0o077 == 0


def test_an_archive_can_be_redacted_at_once_and_says_the_same(start: Start, tmp_path: Path) -> None:
    program, target = start("ab_ba"), tmp_path / "case.tar.gz"
    done = call("--pid", program.pid, "--rounds", 2, "--interval", 0, "--no-block", "--command-lines", "--redact", "-o", target)
    assert done.returncode == 0 and "keep that to yourself" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["case.tar.gz", "case.tar.gz.replaced.json"]
    with tarfile.open(target) as archive:
        text = b"".join(archive.extractfile(each).read() for each in archive.getmembers())  # type: ignore[union-attr]
    assert re.search(rb"\b%b\b" % re.escape(socket.gethostname().encode()), text) is None and b"stackan.capture/1" in text
    analysis = stackan.analyze(target)
    assert (analysis.verdict, analysis.findings[0].confidence) == ("deadlock", "certain")


@pytest.mark.parametrize("name", ["case.tgz", "x.tar.d/case.tgz", "case.tar.gz"])
def test_no_name_that_an_archive_may_have_is_taken_for_what_is_not_redacted_yet(start: Start, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.parent.mkdir(exist_ok=True)
    done = call("--pid", start("parked").pid, "--rounds", 1, "--no-block", "--redact", "-o", target)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(target.parent)) == [target.name, f"{target.name}.replaced.json"]
    with tarfile.open(target) as archive:
        text = b"".join(archive.extractfile(each).read() for each in archive.getmembers())  # type: ignore[union-attr]
    assert re.search(rb"\b%b\b" % re.escape(socket.gethostname().encode()), text) is None


def test_a_capture_that_is_cut_off_before_it_is_redacted_says_what_it_leaves(start: Start, tmp_path: Path) -> None:
    words = (
        "--pid",
        str(start("parked").pid),
        "--rounds",
        "2",
        "--interval",
        "1h",
        "--no-block",
        "--redact",
        "-o",
        str(tmp_path / "case.tar.gz"),
    )
    command = [sys.executable, "-m", "stackan", "collect", "--lang", "en", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "round 1 of 2" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["case.unredacted.tar.gz"]
    assert "case.unredacted.tar.gz: what was captured so far, not redacted" in told


def test_nothing_is_captured_where_its_redacted_archive_could_not_be_written(start: Start, tmp_path: Path) -> None:
    (tmp_path / "case.tar.gz.replaced.json").write_text("mine")
    done = call("--pid", start("parked").pid, "--redact", "-o", tmp_path / "case.tar.gz")
    assert done.returncode == 2 and "is there already" in done.stderr
    assert os.listdir(tmp_path) == ["case.tar.gz.replaced.json"]


def test_a_tool_that_is_not_here_is_told_so(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = start("parked")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = call("--pid", program.pid, "--rounds", 1, "--with", "lldb", "-o", tmp_path / "case.tar.gz")
    assert "lldb is not installed, or not in PATH" in done.stderr
    assert "lldb is not installed" in call("--pid", program.pid, "--dry-run", "--with", "lldb").stdout
    assert "none of that tool's run-time" in call("--pid", program.pid, "--dry-run", "--with", "jcmd").stdout or not shutil.which("jcmd")
