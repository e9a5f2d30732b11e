"""Copies of /proc/PID/task/TID, a file each, are one snapshot of the process for each round."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

import stackan
from stackan.cli import main

STACK = "[<0>] flock_lock_inode_wait+0x8f/0x190\n[<0>] do_syscall_64+0x5c/0xc0\n"
CALL = "202 0x55d1c2a0f1b4 0x80 0x2 0x0 0x0 0x0 0x7ffe137cf918 0x7fad03531087\n"
FILES = {"comm": "teller\n", "stack": STACK, "wchan": "flock_lock_inode_wait", "syscall": CALL}


def copy(folder: Path, rounds: int = 2, files: dict[str, str] = FILES) -> Path:
    for number in range(1, rounds + 1):
        for lwp in (4242, 4250):
            thread = folder / f"t{number}" / "proc" / "4242" / "task" / str(lwp)
            thread.mkdir(parents=True)
            for name, text in files.items():
                (thread / name).write_text(text)
    return folder


def look(analysis: stackan.Analysis) -> list[tuple[object, ...]]:
    (process,) = analysis.processes
    return [(process.pid, track.lwp, track.name, len(track.sightings), track.progress) for track in process.tracks]


EXPECTED = [(4242, lwp, "teller", 2, "stuck") for lwp in (4242, 4250)]


def test_copied_files_of_all_threads_are_a_snapshot_of_their_process_for_each_round(tmp_path) -> None:
    analysis = stackan.analyze(stackan.load(copy(tmp_path)))
    assert look(analysis) == EXPECTED
    assert [dump.source for dump in analysis.processes[0].dumps] == [str(tmp_path / f"t{n}/proc/4242/task/*") for n in (1, 2)]
    assert any("tail -n +1" in words for words in analysis.warnings)


def test_they_are_the_same_in_an_archive_and_each_named_by_itself(tmp_path) -> None:
    paths = sorted(path for path in copy(tmp_path / "case").rglob("*") if path.is_file())
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as packed:
        for path in paths:
            packed.write(path, path.relative_to(tmp_path))
    assert look(stackan.analyze(stackan.load(tmp_path / "case.zip"))) == EXPECTED
    assert look(stackan.analyze(stackan.load(*paths))) == EXPECTED


@pytest.mark.parametrize("missing", ["stack", "wchan", "syscall", "comm"])
def test_any_of_the_files_may_be_missing(tmp_path, missing: str) -> None:
    files = {name: text for name, text in FILES.items() if name != missing}
    found = look(stackan.analyze(stackan.load(copy(tmp_path, files=files))))
    assert [each[:2] for each in found] == [each[:2] for each in EXPECTED]


def test_a_line_of_the_proof_is_a_line_of_the_text_that_the_note_names(tmp_path) -> None:
    analysis = stackan.analyze(stackan.load(copy(tmp_path)))
    files = sorted((tmp_path / "t1").rglob("*/task/*/*"))
    printed = subprocess.run(["tail", "-n", "+1", *files], capture_output=True, text=True, check=True).stdout
    quotes = [quote for finding in analysis.findings for quote in finding.evidence if "/t1/" in quote.source]
    assert quotes and all(printed.split("\n")[quote.line - 1] == quote.text for quote in quotes)


def test_a_process_of_one_thread_is_a_process(tmp_path) -> None:
    for number in (1, 2):
        thread = tmp_path / f"t{number}" / "proc" / "7" / "task" / "7"
        thread.mkdir(parents=True)
        (thread / "stack").write_text(STACK)
    assert [each[:2] for each in look(stackan.analyze(stackan.load(tmp_path)))] == [(7, 7)]


def test_copies_with_names_alone_are_told_to_lack_stacks(tmp_path, capsys) -> None:
    status = main(["analyze", str(copy(tmp_path, files={"comm": "teller\n"}))])
    assert status == 2 and capsys.readouterr().err.count("\n") == 1


def test_the_folder_of_the_threads_alone_is_that_of_the_process_with_the_lowest(tmp_path) -> None:
    for path in sorted(copy(tmp_path / "case").rglob("*/task/*/*")):
        moved = tmp_path / "alone" / path.parts[-6] / "task" / path.parts[-2] / path.name
        moved.parent.mkdir(parents=True, exist_ok=True)
        moved.write_bytes(path.read_bytes())
    assert look(stackan.analyze(stackan.load(tmp_path / "alone"))) == EXPECTED


def test_a_path_may_begin_with_the_folder_of_the_threads(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(copy(tmp_path) / "t1" / "proc" / "4242")
    analysis = stackan.analyze(stackan.load(*sorted(Path("task").rglob("stack"))))
    assert [each[:2] for each in look(analysis)] == [(4242, 4242), (4242, 4250)]


WAITING = {**FILES, "wchan": "futex_do_wait", "stack": "[<0>] futex_do_wait+0x46/0x90\n[<0>] __x64_sys_futex+0x112/0x210\n"}


def printed(kinds: list[str], home: str = "/proc/4242/task", grep: bool = False) -> str:
    """What `tail -n +1 task/*/{…}` or `grep .` prints: one kind of files after the other."""
    texts = [(f"{home}/{lwp}/{kind}", WAITING[kind].rstrip("\n")) for kind in kinds for lwp in (4242, 4250)]
    if grep:
        return "".join(f"{path}:{line}\n" for path, text in texts for line in text.split("\n"))
    return "".join(f"==> {path} <==\n{text}\n\n" for path, text in texts)


@pytest.mark.parametrize("grep", [False, True])
@pytest.mark.parametrize("kinds", [["wchan", "syscall", "stack"], ["stack", "wchan", "syscall"], ["syscall", "stack", "comm", "wchan"]])
@pytest.mark.parametrize("rounds", [1, 2])
def test_a_sleeping_threads_stack_and_wchan_are_no_two_moments(tmp_path, grep: bool, kinds: list[str], rounds: int) -> None:
    text = printed(kinds, grep=grep)
    for number in (1, 2):
        (tmp_path / f"r{number}.txt").write_text(text * rounds)
    analysis = stackan.analyze(stackan.load(tmp_path))
    assert analysis.verdict == "inconclusive"
    (process,) = analysis.processes
    assert {track.progress for track in process.tracks} == {"unknown"}
    assert {len(dump.threads) for dump in process.dumps} == {2}
    assert all(state.awaits and state.awaits.address == 0x55D1C2A0F1B4 for dump in process.dumps for state in dump.facts.states.values())


def test_a_text_of_stacks_and_a_text_of_wchans_are_not_compared(tmp_path) -> None:
    for number in (1, 2):
        for kind in ("stack", "wchan"):
            (tmp_path / f"round{number}").mkdir(exist_ok=True)
            (tmp_path / f"round{number}" / f"{kind}.txt").write_text(printed([kind]))
    analysis = stackan.analyze(stackan.load(tmp_path))
    assert analysis.verdict == "inconclusive"
    assert {track.progress for process in analysis.processes for track in process.tracks} == {"unknown"}
