"""Dumps of real programs and servers, where they lie beside the repository (`../shared/truth`): counts, and no line lost."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.parsing import parse_all

TRUTH = Path(__file__).resolve().parents[2].parent / "shared" / "truth"
NOT_READ = ("lldb", "jstack", "py-spy")
CASES = sorted(path.parent for path in TRUTH.glob("*/**/case.json") if path.parent.name not in NOT_READ)
REPAIRS_BEFORE_DETECTION = TRUTH / "forms" / "mixed"

pytestmark = pytest.mark.skipif(not TRUTH.is_dir(), reason="the dumps with known truth do not lie in ../shared/truth")


SEVERAL_FRAMES_IN_A_LINE = ("14-info-threads.txt", "17-mi.txt")


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def read_json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def accounted(dump: Dump) -> bool:
    """Whether each line has exactly one kind, and the counts of kinds are those of rows."""
    lines = dump.original.count(b"\n") + (not dump.original.endswith(b"\n"))
    return (
        sum(dump.lines.values()) == lines
        and (dump.lines["frames"] == len(dump.columns.frame_call) or dump.source in SEVERAL_FRAMES_IN_A_LINE)
        and dump.lines["unparsed"] == len(dump.unparsed)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda path: str(path.relative_to(TRUTH)))
def test_threads_and_frames_are_as_many_as_the_case_says(case: Path) -> None:
    told = read_json(case / "case.json")
    assert told["inputs"]
    for index, name in enumerate(told["inputs"]):
        if (case / name).is_dir():  # a process for each file, named by its id: PostgreSQL
            for path in sorted((case / name).iterdir()):
                (dump,) = parse_all(content(path), path.name)
                assert [thread.lwp for thread in dump.threads] == [int(path.name.partition(".")[0])]
                assert accounted(dump)
            continue
        (dump,) = parse_all(content(case / name), name)
        counts = told["counts"][index]
        assert len(dump.threads) == counts["threads"]
        assert len(dump.frames) == counts.get("frames", len(dump.frames))
        assert accounted(dump)
        assert dump.unparsed == []


REFUSED = {
    "40-gdb-when-already-traced.txt": "process 10416 is already traced by process 10557",
    "41-eu-stack-when-already-traced.txt": "Operation not permitted",
    "42-gdb-not-permitted.txt": "ptrace: Operation not permitted.",
    "43-gdb-no-such-process.txt": "ptrace: No such process.",
    "44-state-after-killed-gdb.txt": "no thread dump",
}
ONE_THREAD = "24-eu-stack-1-thread.txt"
READ = sorted(path.name for path in REPAIRS_BEFORE_DETECTION.glob("*.txt") if path.name not in REFUSED)


def test_all_forms_are_there() -> None:
    assert len(READ) + len(REFUSED) == 29
    assert all((REPAIRS_BEFORE_DETECTION / name).is_file() for name in REFUSED)


@pytest.mark.parametrize("name", READ)
def test_each_form_shows_the_threads_of_the_process(name: str) -> None:
    told = read_json(REPAIRS_BEFORE_DETECTION / "truth.json")
    (dump,) = parse_all(content(REPAIRS_BEFORE_DETECTION / name), name)
    lwps = [thread.lwp for thread in dump.threads]
    if name == ONE_THREAD:
        assert lwps == [told["pid"]]
    else:
        # The stuck statements' threads, and those which the server started before, one after the other.
        assert set(lwps) == {*range(told["pid"], 10431), *told["stuck_tids"]}
        assert len(lwps) == 21
        assert dump.facts.pid == (None if "stack-rhel" in name else told["pid"])
    assert accounted(dump)


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_a_form_without_stacks_is_refused_in_one_sentence(name: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_all(content(REPAIRS_BEFORE_DETECTION / name), name)
    told = str(caught.value)
    assert told.startswith(f"{name}: ")
    assert words in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("name", "threads", "frames"),
    [
        ("thread_apply_q.txt", 4, 27),
        ("print_address_off.txt", 4, 27),
        ("frame_args_none.txt", 4, 27),
        ("short_location.txt", 4, 27),
        ("entry_values_both.txt", 4, 27),
        ("no_libthread_db.txt", 4, 27),
        ("stdin_prompts.txt", 4, 27),
        ("debuginfod.txt", 4, 27),
        ("bt2_more_frames.txt", 4, 8),
        ("pidns.gdb.txt", 4, 27),
        ("tty_80cols.txt", 4, 27),
    ],
)
def test_an_odd_print_of_one_program_has_its_threads_and_frames(name: str, threads: int, frames: int) -> None:
    (dump,) = parse_all(content(TRUTH / "odd" / name), name)
    assert (len(dump.threads), len(dump.frames)) == (threads, frames)
    assert accounted(dump)


def test_two_dumps_in_one_file_have_the_same_threads() -> None:
    first, second = parse_all(content(TRUTH / "odd" / "two_in_one.txt"), "two_in_one.txt")
    assert [thread.lwp for thread in first.threads] == [thread.lwp for thread in second.threads] == [21283, 21282, 21281, 21280]
    assert [thread.line for thread in second.threads] == [54, 64, 74, 84]


def test_all_threads_logged_twice_are_one_snapshot() -> None:
    (dump,) = parse_all(content(TRUTH / "odd" / "dup_logging.txt"), "dup_logging.txt")
    assert [thread.line for thread in dump.threads] == [12, 22, 32, 42]
    assert len(dump.frames) == 27


@pytest.mark.parametrize(
    ("name", "unparsed"),
    [
        ("two_in_one.txt", [1, 45]),
        ("stdin_prompts.txt", []),
        ("dup_logging.txt", []),
    ],
)
def test_each_unparsed_line_is_listed_by_one_snapshot(name: str, unparsed: list[int]) -> None:
    dumps = parse_all(content(TRUTH / "odd" / name), name)
    assert [line for dump in dumps for line, _ in dump.unparsed] == unparsed
    assert dumps[0].lines["unparsed"] == len(unparsed)
