"""The script for hosts without Python: the same capture by dash, busybox and bash, which a security desk can read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

import stackan
from stackan.collect.guard import is_stopped
from stackan.collect.script import script
from stackan.collect.threads import read_file, state_in
from tests.collect.conftest import Build, Debugger, Start, unstoppable

SHELLS = [("dash",), ("busybox", "ash"), ("bash",)]
needs_gdb = pytest.mark.skipif(shutil.which("gdb") is None, reason="no gdb, which takes the stacks here")


def run(shell: tuple[str, ...], folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"no {shell[0]} is installed")
    (folder / "capture.sh").write_text(script(), encoding="utf-8")
    return subprocess.run([*shell, "capture.sh", *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=120)


@needs_gdb
@pytest.mark.parametrize("shell", SHELLS, ids=["dash", "busybox", "bash"])
def test_its_capture_proves_a_deadlock(start: Start, tmp_path: Path, shell: tuple[str, ...]) -> None:
    program = start("ab_ba")
    done = run(shell, tmp_path, "-p", program.pid, "-r", 2, "-i", 1, "-o", "case")
    assert done.returncode == 0, done.stderr
    analysis = stackan.analyze(tmp_path / "case.tar.gz")
    assert (analysis.verdict, analysis.findings[0].confidence) == ("deadlock", "certain")
    assert {track.lwp for _, track in analysis.findings[0].threads} == {truth.waiter for truth in program.truths}
    assert analysis.warnings == ()


@needs_gdb
@pytest.mark.parametrize("way", ["convoy", "inherit", "robust", "join", "recursive", "writer", "stdio"])
def test_owners_are_those_that_the_program_tells(start: Start, tmp_path: Path, way: str) -> None:
    program = start(way)
    assert run(("sh",), tmp_path, "-p", program.pid, "-r", 1, "-o", "case").returncode == 0
    document = stackan.analyze(tmp_path / "case.tar.gz").to_dict()
    threads = {thread["lwp"]: thread for thread in document["processes"][0]["threads"]}
    for truth in program.truths:
        assert [owner["lwp"] for wait in threads[truth.waiter]["waits_for"] for owner in wait["owners"]] == [truth.holder]


CIRCLES = [
    *(("kinds", way) for way in ("pi_ring", "writers", "timed", "sockets3", "waitpid", "wait_any")),
    *(("more", way) for way in ("two_plain", "two_rwlocks", "filters")),
]


@needs_gdb
@pytest.mark.parametrize(("source", "way"), CIRCLES)
def test_a_circle_of_any_kind_is_a_deadlock_of_those_that_are_in_it(start: Start, tmp_path: Path, source: str, way: str) -> None:
    """Locks of all kinds, also of several processes; ends of sockets and pipes; children."""
    program = start(way, "-O2 -s", source)
    words = [word for pid in family_of(program.pid) for word in ("-p", pid)]
    assert run(("sh",), tmp_path, *words, "-r", 2, "-i", 1, "-o", "case").returncode == 0
    (finding,) = [each for each in stackan.analyze(tmp_path / "case.tar.gz").findings if each.severity == "critical"]
    assert finding.kind == "deadlock"
    assert {track.lwp for _, track in finding.threads} == {truth.waiter for truth in program.truths}


def family_of(pid: int) -> list[int]:
    """A process and all below it."""
    made = "".join(Path(f"/proc/{pid}/task/{tid}/children").read_text() for tid in os.listdir(f"/proc/{pid}/task"))
    return [pid, *(each for child in made.split() for each in family_of(int(child)))]


@pytest.mark.parametrize(("source", "way"), [("lab", "flock"), ("lab", "unix"), ("kinds", "sockets3")])
def test_no_debugger_is_needed_for_files_and_sockets(start: Start, tmp_path: Path, source: str, way: str) -> None:
    if shutil.which("ss") is None and way != "flock":
        pytest.skip("no ss is here, which alone knows the pairs of Unix sockets")
    program = start(way, "-O2 -s", source)
    words = [word for pid in family_of(program.pid) for word in ("-p", pid)]
    assert run(("sh",), tmp_path, "-n", *words, "-r", 2, "-i", 1, "-o", "case").returncode == 0
    analysis = stackan.analyze(tmp_path / "case.tar.gz")
    assert (analysis.verdict, analysis.findings[0].confidence) == ("deadlock", "likely")


@needs_gdb
def test_a_lock_whose_owner_is_left_behind_by_a_fork_is_not_held_by_who_waits(start: Start, tmp_path: Path) -> None:
    program = start("forked_lock", "-O2 -s", "kinds")
    words = [word for pid in family_of(program.pid) for word in ("-p", pid)]
    assert run(("sh",), tmp_path, *words, "-r", 2, "-i", 1, "-o", "case").returncode == 0
    analysis = stackan.analyze(tmp_path / "case.tar.gz")
    assert analysis.verdict == "blocked" and "which is gone" in str(analysis.findings[0].evidence)


@needs_gdb
def test_threads_have_their_names(start: Start, tmp_path: Path) -> None:
    program = start("ab_ba")
    assert run(("sh",), tmp_path, "-p", program.pid, "-r", 1, "-o", "case").returncode == 0
    name = Path(f"/proc/{program.pid}/comm").read_text(encoding="utf-8").strip()
    text = subprocess.run(
        ["tar", "-xzOf", tmp_path / "case.tar.gz", "--wildcards", "*/waits.txt"], capture_output=True, text=True, check=True
    )
    assert text.stdout.count(f'"{name}": waits for mutex') == 2


@pytest.mark.parametrize("shell", SHELLS[:2], ids=["dash", "busybox"])
def test_who_has_no_right_is_told_so_in_a_sentence(start: Start, tmp_path: Path, shell: tuple[str, ...]) -> None:
    """Not in the shell's own words, of which nobody knows the reason."""
    if os.geteuid() or shutil.which("setpriv") is None:
        pytest.skip("only root may do it as somebody else")
    program = start("parked")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o777)
    done = run(("setpriv", "--reuid", "65534", "--clear-groups", *shell), tmp_path, "-n", "-p", program.pid, "-r", 1, "-o", "case")
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if not line.startswith("capture: ")] == []
    assert f"process {program.pid}: what its threads wait for may not be read" in done.stderr


def test_without_a_debugger_it_takes_what_proc_shows(start: Start, tmp_path: Path) -> None:
    program = start("parked")
    assert run(("sh",), tmp_path, "-n", "-p", program.pid, "-r", 1, "-o", "case").returncode == 0
    listed = subprocess.run(["tar", "-tzf", tmp_path / "case.tar.gz"], capture_output=True, text=True, check=True).stdout
    assert "/round-1/threads.txt" in listed and "gdb.txt" not in listed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no process was named"),
        (("-p", "abc"), "abc is no number"),
        (("-p", 1, "-r", 0), "takes no round"),
        (("-p", 1, "junk"), "junk belongs to no option"),
        (("-p", 999999999), "no process 999999999"),
        (("-x",), "usage:"),
    ],
)
def test_a_call_that_makes_no_sense_is_told(tmp_path: Path, words: tuple[object, ...], told: str) -> None:
    done = run(("sh",), tmp_path, *words)
    assert done.returncode == 2 and told in done.stderr


def test_what_was_taken_before_an_interruption_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "capture.sh").write_text(script(), encoding="utf-8")
    words = ["sh", "capture.sh", "-p", str(start("parked").pid), "-n", "-r", "2", "-i", "300", "-o", "cut"]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert running.stderr is not None and "round 1 of 2" in running.stderr.readline()
        os.killpg(running.pid, signal.SIGTERM)
        assert "cut has what was taken" in running.stderr.read()
    assert running.returncode == 1
    assert (tmp_path / "cut" / "manifest-1.json").exists()


def test_how_it_is_called_can_be_asked(tmp_path: Path) -> None:
    done = run(("sh",), tmp_path, "-h")
    assert done.returncode == 0 and "usage:" in done.stderr


def test_nothing_is_overwritten(start: Start, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    done = run(("sh",), tmp_path, "-p", start("parked").pid, "-o", "case")
    assert done.returncode == 2 and "nothing is overwritten" in done.stderr


def test_a_security_desk_can_read_it() -> None:
    lines = script().splitlines()
    assert len(lines) < 250 and max(map(len, lines)) < 200
    assert stackan.__version__ in lines[1]
    checker = shutil.which("shellcheck")
    if checker is None:
        pytest.skip("no shellcheck is installed")
    done = subprocess.run([checker, "-"], input=script(), capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.fixture
def pstack(build: Build, debugger: Debugger, monkeypatch: pytest.MonkeyPatch) -> Debugger:
    """No gdb, and a pstack that has another program stop the process, as the real one has a gdb do it, and never ends."""
    for source in ("lab", "frames"):
        build("-O2", source)  # while there is a compiler
    debugger.stand_in_for("attach")
    script = debugger.folder / "pstack"
    script.write_text(f'#!/bin/sh\n"{debugger.folder}/attach" -p "$1"\necho late\n', encoding="utf-8")
    script.chmod(0o755)
    words = "sh dash bash env sed cut sort tr cat date uname mkdir rm tar gzip sleep grep find wc ls head setsid"
    for name in words.split():
        if (path := shutil.which(name)) is not None:
            (debugger.folder / name).symlink_to(path)
    monkeypatch.setenv("PATH", str(debugger.folder))
    return debugger


@pytest.mark.parametrize("shell", SHELLS, ids=["dash", "busybox", "bash"])
def test_a_tool_that_hangs_is_ended_with_all_that_it_started_and_the_process_runs_again(
    start: Start, tmp_path: Path, pstack: Debugger, shell: tuple[str, ...]
) -> None:
    program = start("convoy")
    path = shutil.which(shell[0], path=os.defpath)
    done = run((path or shell[0], *shell[1:]), tmp_path, "-p", program.pid, "-r", 1, "-t", 2, "-o", "case")
    assert done.returncode == 1 and "was ended after 2 s" in done.stderr
    (tool,) = pstack.attached()
    assert not is_stopped(program.pid) and state_in(read_file(f"/proc/{tool}/stat") or b"") in ("", "Z")


def test_a_stop_that_is_on_its_way_is_taken_back(build: Build, tmp_path: Path, pstack: Debugger) -> None:
    with unstoppable(build) as process:
        run(("sh",), tmp_path, "-p", process.pid, "-r", 1, "-t", 2, "-o", "case")
        assert pstack.attached() and not is_stopped(process.pid)


def test_a_process_that_is_named_twice_is_taken_once(start: Start, tmp_path: Path) -> None:
    program = start("parked")
    command = f"{os.readlink(f'/proc/{program.pid}/exe')} parked"  # of this run alone: another's of the same name may be here, too
    done = run(("sh",), tmp_path, "-n", "-p", program.pid, "-p", program.pid, "-m", command, "-r", 1, "-o", "case")
    assert done.returncode == 0
    listed = subprocess.run(["tar", "-tzf", tmp_path / "case.tar.gz"], capture_output=True, text=True, check=True).stdout
    assert listed.count("/round-1/threads.txt") == 1
    text = subprocess.run(
        ["tar", "-xzOf", tmp_path / "case.tar.gz", "--wildcards", "*/threads.txt"], capture_output=True, text=True, check=True
    )
    assert text.stdout.count(f"==> /proc/{program.pid}/task/{program.pid}/stat <==") == 1
