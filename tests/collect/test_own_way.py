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
from stackan.collect import stacks
from stackan.collect.archive import Archive
from stackan.collect.rounds import Plan, collect
from stackan.collect.targets import Wanted, find_targets
from stackan.errors import InputError
from tests.collect.conftest import Start

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


@needs_gdb
def test_where_the_own_way_does_not_do_a_debugger_takes_its_place_and_the_manifest_says_why(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(pid: int, **_: object) -> stacks.Copies:
        raise InputError("process is not of x86-64")

    program = start("parked")
    monkeypatch.setattr(stacks, "take", refused)
    with Archive(str(tmp_path / "case.tar.gz")) as archive:
        manifest = collect(find_targets(Wanted([program.pid])), Plan(rounds=1), archive, lambda words: None)
    own, step = manifest.steps[-2:]
    assert (own.tool, own.trouble, own.file, own.replaced_by) == ("own", "process is not of x86-64", None, step.tool)
    assert step.tool in ("eu-stack", "gdb") and step.file is not None and manifest.is_whole
