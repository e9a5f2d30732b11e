"""`stackan collect` with stackan's own stacks: what the archive says of them, and what `analyze` makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.collect import stacks, tools
from stackan.collect.archive import Archive
from stackan.collect.manifest import Manifest
from stackan.collect.plan import Plan
from stackan.collect.rounds import collect
from stackan.collect.targets import Target, Wanted, find_targets
from stackan.errors import InputError
from tests.collect.conftest import Debugger, Start

needs_gdb = pytest.mark.skipif(shutil.which("gdb") is None, reason="no gdb, which stops a whole process here")


def captured(pid: int, target: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """The call, and the last of its steps that took stacks."""
    command = [sys.executable, "-m", "stackan", "collect", "--lang", "en", "--pid", str(pid), "--rounds", "1", "-o", str(target), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    with tarfile.open(target) as archive:
        (name,) = (each for each in archive.getnames() if each.endswith("/manifest.json"))
        manifest = json.loads(archive.extractfile(name).read())  # type: ignore[union-attr]
    (step,) = (step for step in manifest["steps"] if step["tool"] not in ("proc", "waits", "descriptors"))
    return done, step


@pytest.mark.parametrize("words", [(), ("--no-block",), ("--with", "own"), ("--per-thread",)])
def test_one_round_proves_a_deadlock_without_stopping_anybody(start: Start, tmp_path: Path, words: tuple[str, ...]) -> None:
    program = start("ab_ba")
    done, step = captured(program.pid, tmp_path / "case.tar.gz", *words)
    assert (done.returncode, step["tool"], step["pause"], step["instant"]) == (0, "own", 0, False)
    assert step["file"].endswith("/stacks.txt")
    document = stackan.analyze(stackan.load(tmp_path / "case.tar.gz")).to_dict()
    assert (document["verdict"], document["findings"][0]["confidence"]) == ("deadlock", "certain")
    assert [snapshot["format"] for snapshot in document["processes"][0]["snapshots"]] == ["eu-stack"]
    assert sum("in_ring" in thread["stack"] for thread in document["processes"][0]["threads"]) == 2


def test_a_running_thread_is_stopped_once_and_the_manifest_says_how_long(start: Start, tmp_path: Path) -> None:
    program = start("spin")
    _, step = captured(program.pid, tmp_path / "case.tar.gz")
    assert step["tool"] == "own" and 0 < step["pause"] < 1
    _, step = captured(program.pid, tmp_path / "again.tar.gz", "--no-block")
    assert step["tool"] == "own" and step["pause"] == 0 and step["trouble"] is None


@needs_gdb
def test_one_instant_is_taken_on_request(start: Start, tmp_path: Path) -> None:
    program = start("parked")
    done, step = captured(program.pid, tmp_path / "case.tar.gz", "--stop")
    assert (done.returncode, step["tool"], step["instant"]) == (0, "gdb", True) and step["pause"] > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--no-block", "--with", "gdb"), "gdb stops the process, which --no-block forbids"),
        (("--stop", "--with", "own"), "own takes no stacks of one instant"),
        (("--stop", "--no-block"), "--no-block"),
    ],
)
def test_options_that_contradict_each_other_are_refused(start: Start, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    program = start("parked")
    command = [
        sys.executable,
        "-m",
        "stackan",
        "collect",
        "--lang",
        "en",
        "--pid",
        str(program.pid),
        "-o",
        str(tmp_path / "x.tar.gz"),
        *words,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and told in done.stderr and not (tmp_path / "x.tar.gz").exists()


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The own way does not do."""

    def refuse(pid: int, **_: object) -> stacks.Copies:
        raise InputError("process is not of x86-64")

    monkeypatch.setattr(stacks, "take", refuse)


def collected(folder: Path, target: Target, **plan: Any) -> Manifest:
    with Archive(str(folder / "case.tar.gz")) as archive:
        return collect([target], Plan(rounds=1, **plan), archive, lambda words: None)


@needs_gdb
@pytest.mark.usefixtures("refused")
def test_where_the_own_way_does_not_do_a_debugger_takes_its_place_and_the_manifest_says_why(start: Start, tmp_path: Path) -> None:
    (target,) = find_targets(Wanted([start("parked").pid]))
    manifest = collected(tmp_path, target)
    own, step = manifest.steps[-2:]
    assert (own.tool, own.trouble, own.file, own.replaced_by) == ("own", "process is not of x86-64", None, step.tool)
    assert step.tool in ("eu-stack", "gdb") and step.file is not None and manifest.is_whole


@pytest.mark.usefixtures("refused")
@pytest.mark.parametrize("stands", [True, False])
def test_a_process_that_a_tool_left_standing_is_let_alone(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stands: bool
) -> None:
    monkeypatch.setattr(tools, "take", lambda tool, pid, timeout: tools.Taken(b"", None, timeout, timeout, False, runs=not stands))
    monkeypatch.setattr(Plan, "order", ["own", "eu-stack", "gdb"])
    (target,) = find_targets(Wanted([start("parked").pid]))
    tried = [step for step in collected(tmp_path, target).steps if step.tool in ("own", "eu-stack", "gdb")]
    assert [step.tool for step in tried] == ["own", "eu-stack"] + ["gdb"] * (not stands)
    assert ("kill -CONT" in str(tried[1].trouble)) == stands and all(step.failed for step in tried)


def test_an_id_that_is_anothers_by_now_is_not_looked_at(start: Start, debugger: Debugger, tmp_path: Path) -> None:
    (target,) = find_targets(Wanted([start("parked").pid]))
    manifest = collected(tmp_path, target._replace(start=target.start - 1 if target.start else 0), way="gdb")
    assert [(step.tool, step.file, step.trouble) for step in manifest.steps] == [("proc", None, "the process is gone")]
    assert debugger.attached() == [] and manifest.is_empty


def test_a_process_that_ends_before_the_tools_turn_is_not_given_to_it(
    start: Start, debugger: Debugger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target,) = find_targets(Wanted([start("parked").pid]))
    lives = iter((True, False))
    monkeypatch.setattr(Target, "lives", property(lambda _: next(lives)))
    assert collected(tmp_path, target, way="gdb").steps[-1].trouble == "the process is gone"
    assert debugger.attached() == []


def test_a_python_is_not_stopped_by_its_own_tool() -> None:
    assert "--nonblocking" in tools.TOOLS["py-spy"].command(1)
