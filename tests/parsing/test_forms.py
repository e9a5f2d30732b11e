"""One process, printed in many forms: each shows the same threads, and their stacks as far as the form prints them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackan.cli import main
from stackan.model.dump import Dump
from stackan.normalize import Names
from stackan.parsing import parse_all

TRUTH = Path(__file__).resolve().parents[2].parent / "shared" / "truth"
MIXED, CORE, ODD = TRUTH / "forms" / "mixed", TRUTH / "forms" / "core", TRUTH / "odd"

pytestmark = pytest.mark.skipif(not TRUTH.is_dir(), reason="the dumps with known truth do not lie in ../shared/truth")

Stacks = dict[int | None, tuple[str, ...]]


def dump_of(path: Path) -> Dump:
    return parse_all(path.read_bytes(), path.name)[0]


def stacks_of(dump: Dump) -> Stacks:
    """{LWP: normalized names, innermost first}"""
    names = Names(dump, {})
    return {thread.lwp: names.stack(thread.node) if thread.frames else () for thread in dump.threads}


def is_within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether one stack has no frame that the other lacks, in the same order."""
    rest = iter(long)
    return all(name in rest for name in short)


@pytest.fixture(scope="module")
def whole() -> Stacks:
    return stacks_of(dump_of(MIXED / "01-thread-apply-all-bt.txt"))


@pytest.mark.parametrize(
    "name",
    [
        "02-gstack-rhel7-sed.txt",
        "03-pstack-rhel8-9-form.txt",
        "04-debuginfod-notice.txt",
        "05-bt-full.txt",
        "06-ascending.txt",
        "07-frame-arguments-none.txt",
        "08-frame-arguments-all-frame-info-print-address-off.txt",
        "09-width-80-wrapped.txt",
        "10-interactive-80x24-pty.txt",
        "13-bt-past-main-raw.txt",
        "16-taas-q.txt",
        "17-mi.txt",
        "44-gdb-killed-midway.txt",
    ],
)
def test_a_whole_form_has_the_same_stacks(whole: Stacks, name: str) -> None:
    dump = dump_of(MIXED / name)
    assert stacks_of(dump) == whole
    assert dump.unparsed == []


@pytest.mark.parametrize(
    ("name", "part"),
    [("11-bt-3-limited.txt", slice(0, 3)), ("12-bt-minus-3.txt", slice(-3, None)), ("14-info-threads.txt", slice(0, 1))],
)
def test_a_form_that_prints_some_frames_has_these(whole: Stacks, name: str, part: slice) -> None:
    names = {lwp: [frame.function for frame in rows] for lwp, rows in frames_of(dump_of(MIXED / "01-thread-apply-all-bt.txt")).items()}
    printed = {lwp: [frame.function for frame in rows] for lwp, rows in frames_of(dump_of(MIXED / name)).items()}
    assert printed == {lwp: rows[part] for lwp, rows in names.items()}


def frames_of(dump: Dump) -> dict[int | None, list]:
    frames = dump.frames
    return {thread.lwp: frames[thread.first : thread.first + thread.frames] for thread in dump.threads}


def test_without_the_librarys_symbols_the_servers_own_frames_are_the_same(whole: Stacks) -> None:
    stripped = stacks_of(dump_of(MIXED / "15-nolibc-symbols.txt"))
    assert stripped.keys() == whole.keys()
    own = {lwp: [name for name in stack if name.startswith(("os_", "lock_", "row_", "mysql_", "do_"))] for lwp, stack in whole.items()}
    assert any(own.values())
    assert {lwp: [name for name in stripped[lwp] if name in own[lwp]] for lwp in own} == own


@pytest.mark.parametrize(
    "name", ["20-eu-stack.txt", "21-eu-stack-v-m-s.txt", "22-eu-stack-i-l-b.txt", "23-eu-stack-raw.txt", "25-eu-stack-n4.txt"]
)
def test_eu_stack_has_the_same_threads_and_no_frame_that_gdb_lacks_but_below_main(whole: Stacks, name: str) -> None:
    stacks = stacks_of(dump_of(MIXED / name))
    assert stacks.keys() == whole.keys()
    for lwp, stack in stacks.items():
        above = stack[: stack.index("libc_start_call_main")] if "libc_start_call_main" in stack else stack
        # The form leaves some names out; --raw leaves them mangled.
        assert is_within(tuple(frame for frame in above if not frame.startswith(("??", "_Z"))), whole[lwp])


def test_eu_stacks_forms_with_inlined_frames_agree() -> None:
    with_modules, without = (stacks_of(dump_of(MIXED / name)) for name in ("21-eu-stack-v-m-s.txt", "22-eu-stack-i-l-b.txt"))
    assert {lwp: tuple(name.partition(" ")[0] for name in stack) for lwp, stack in with_modules.items()} == without


def test_one_thread_of_eu_stack_is_one_of_all() -> None:
    (lwp,) = stacks_of(dump_of(MIXED / "24-eu-stack-1-thread.txt"))
    assert lwp == 10416


REFUSED = {
    "40-gdb-when-already-traced.txt": "process 10416 is already traced by process 10557",
    "41-eu-stack-when-already-traced.txt": "dwfl_thread_getframes tid 10416: Operation not permitted",
    "42-gdb-not-permitted.txt": "ptrace: Operation not permitted.",
    "43-gdb-no-such-process.txt": "ptrace: No such process.",
}


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_a_refused_look_is_told_in_the_debuggers_words_and_is_no_dump(name: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(MIXED / name)]) == 2
    told = capsys.readouterr()
    assert words in " ".join(told.err.split())
    assert told.out == ""


@pytest.mark.parametrize("name", ["already_traced.txt", "already_traced_eustack.txt", "no_permission.txt", "no_such_pid.txt"])
def test_an_odd_refusal_is_no_dump(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(ODD / name)]) == 2
    assert "the debugger could not look at the process" in " ".join(capsys.readouterr().err.split())


def test_the_state_of_a_process_is_no_dump(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(MIXED / "44-state-after-killed-gdb.txt")]) == 2
    assert "no thread dump" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("name", ["31-core-gdb.txt", "33-core-gdb-no-exe.txt", "34-core-gdb-wrong-exe.txt"])
def test_a_core_shows_the_threads_of_the_live_process(name: str) -> None:
    live, core = stacks_of(dump_of(CORE / "01-thread-apply-all-bt.txt")), stacks_of(dump_of(CORE / name))
    assert core.keys() == live.keys()
    if name == "31-core-gdb.txt":
        assert core == live


def test_eu_stack_of_a_core_shows_the_threads_of_the_live_process() -> None:
    live, core = stacks_of(dump_of(CORE / "01-thread-apply-all-bt.txt")), stacks_of(dump_of(CORE / "32-core-eu-stack.txt"))
    assert core.keys() == live.keys()


def test_what_gcore_says_is_no_dump(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(CORE / "30-gcore-output.txt")]) == 2
    assert "no thread dump" in " ".join(capsys.readouterr().err.split())


ONE_PROGRAM = (
    "bt2_more_frames.txt",
    "debuginfod.txt",
    "entry_values_both.txt",
    "frame_args_none.txt",
    "print_address_off.txt",
    "short_location.txt",
    "tty_80cols.txt",
)


@pytest.mark.parametrize("name", ONE_PROGRAM)
def test_an_odd_form_has_the_same_threads_and_stacks(name: str) -> None:
    usual, odd = stacks_of(dump_of(ODD / "frame_args_none.txt")), stacks_of(dump_of(ODD / name))
    assert odd.keys() == usual.keys()
    assert odd == ({lwp: stack[: len(odd[lwp])] for lwp, stack in usual.items()} if name == "bt2_more_frames.txt" else usual)
