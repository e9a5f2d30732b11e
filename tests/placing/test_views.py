"""Native dumps beside those of a run-time's own tool, of one process: real ones of a Python server whose pool is used up."""

from __future__ import annotations

import re
from pathlib import Path

import stackan
from stackan import wording

PYTHON = Path(__file__).parent.parent / "dumps" / "python"


def take(*names: str) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*(PYTHON / f"mixed-{name}.txt" for name in names)))


def compared(analysis: stackan.Analysis) -> list[str]:
    (process,) = analysis.processes
    return [Path(dump.source).name.removeprefix("mixed-").removesuffix(".txt") for dump in process.dumps]


def test_of_as_many_dumps_those_are_compared_that_tell_what_the_threads_wait_for() -> None:
    analysis = take("1.gdb", "2.gdb", "1.py-spy", "2.py-spy")
    assert compared(analysis) == ["1.py-spy", "2.py-spy"]
    assert analysis.verdict == "worker-exhaustion"
    assert not any("py-spy dump --pid" in words for finding in analysis.findings for words in wording.advice(finding))


def test_two_that_tell_it_come_before_more_that_do_not(tmp_path: Path) -> None:
    for name, source in (("t1", "1.gdb"), ("t2", "2.gdb"), ("t3", "2.gdb"), ("t4", "1.py-spy"), ("t5", "2.py-spy")):
        (tmp_path / f"{name}.txt").write_bytes((PYTHON / f"mixed-{source}.txt").read_bytes() + b"\n" * (name == "t3"))
    (process,) = stackan.analyze(stackan.load(tmp_path)).processes
    assert {dump.format for dump in process.dumps} == {"py-spy"}


def test_one_alone_tells_of_nobody_how_long_it_waits_and_is_not_taken() -> None:
    assert compared(take("1.gdb", "2.gdb", "1.py-spy")) == ["1.gdb", "2.gdb"]


def test_in_a_program_that_only_embeds_python_the_native_dumps_show_more(tmp_path: Path) -> None:
    for number in (1, 2):
        text = (PYTHON / f"mixed-{number}.py-spy.txt").read_text()
        few = "\n".join(re.split(r"\n(?=Thread )", text)[:4])
        (tmp_path / f"mixed-{number}.py-spy.txt").write_text(few + "\n")
        (tmp_path / f"mixed-{number}.gdb.txt").write_bytes((PYTHON / f"mixed-{number}.gdb.txt").read_bytes())
    (process,) = stackan.analyze(stackan.load(tmp_path)).processes
    assert {dump.format for dump in process.dumps} == {"gdb"}


def test_a_jvms_own_dumps_and_native_ones_are_told_to_be_two_views_of_one_process(shared: Path) -> None:
    folder = shared / "truth/servers/s4b-java-monitor-deadlock"
    paths = [path for tool in ("gdb", "jstack") for path in sorted((folder / tool).glob("snap*.txt"))]
    analysis = stackan.analyze(stackan.load(*paths))
    notes = {process.dumps[0].format: process.inputs.warnings for process in analysis.processes}
    assert notes["gdb"] == ()
    assert notes["jstack"][0].startswith("most of its threads have the LWPs of those in ")
    assert "snap1.gdb.txt: most likely another view of that process" in notes["jstack"][0]
