"""Inputs that failed in one way are told in one sentence; where none holds a dump, the error gives the true reason."""

from __future__ import annotations

import pathlib

import pytest

import stackan
from stackan.cli import main
from stackan.errors import InputError

REFUSED = b"ptrace: Operation not permitted.\nNo thread selected\n"
MISSING = b"bash: pstack: command not found\n"


def keep(folder: pathlib.Path, **texts: bytes) -> pathlib.Path:
    for name, text in texts.items():
        (folder / f"{name}.log").write_bytes(text)
    return folder


@pytest.fixture
def dumped(example, tmp_path) -> pathlib.Path:
    """A folder with one good dump."""
    return keep(tmp_path, pstack_dnode_17802=(example / "snap1.txt").read_bytes())


def test_files_that_failed_alike_are_told_in_one_sentence_beside_a_dump(dumped):
    case = stackan.load(keep(dumped, **{f"pstack_dnode_{pid}": REFUSED for pid in range(20, 29)}, pstack_ctl_7=MISSING))
    assert len(case.dumps) == 1
    refused, missing = sorted(case.warnings, key=lambda warning: "not installed" in warning)
    assert f"{dumped}/pstack_dnode_22.log and 6 more: the debugger could not look at the process" in refused
    assert missing.startswith(f"{dumped}/pstack_ctl_7.log: no dump, as the tool is not installed")


def test_where_no_input_holds_a_dump_the_error_gives_the_reason_of_most(tmp_path):
    keep(tmp_path, pstack_dnode_1=REFUSED, pstack_dnode_2=REFUSED, pstack_ctrl_3=MISSING, pstack_ctrl_4=b"", pstack_ctrl_5=b"")
    with pytest.raises(InputError, match=r"pstack_dnode_2\.log: the debugger could not look .*Operation not permitted.*as root"):
        stackan.load(tmp_path)


def test_it_tells_the_other_ways_of_failing_as_notes(tmp_path, capsys):
    keep(tmp_path, pstack_dnode_1=REFUSED, pstack_dnode_2=REFUSED, pstack_ctrl_3=MISSING, pstack_ctrl_4=b"")
    with pytest.raises(InputError) as raised:
        stackan.load(tmp_path)
    assert [note.partition(": ")[0][-len("pstack_ctrl_3.log") :] for note in raised.value.notes] == [
        "pstack_ctrl_3.log",
        "pstack_ctrl_4.log",
    ]
    assert main(["analyze", "--lang", "en", str(tmp_path)]) == 2
    first, *others = capsys.readouterr().err.splitlines()
    assert "Operation not permitted" in first
    assert [line.startswith("stackan: note: ") for line in others] == [True, True] and "command not found" in others[0]


def test_a_reason_that_is_told_comes_before_empty_files(tmp_path):
    keep(tmp_path, pstack_dnode_1=b"", pstack_dnode_2=b"", pstack_dnode_3=MISSING)
    with pytest.raises(InputError, match="not installed"):
        stackan.load(tmp_path)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_the_command_ends_with_2_and_the_reason(tmp_path, capsys, lang):
    keep(tmp_path, pstack_dnode_1=REFUSED)
    assert main(["analyze", "--lang", lang, str(tmp_path)]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "ptrace: Operation not permitted." in told
    assert ("take the dump as root" in told) is (lang == "en")


def test_the_report_shows_the_note(dumped, capsys):
    assert main(["analyze", "--lang", "en", str(keep(dumped, pstack_ctl_7=MISSING))]) == 0
    assert "note: " in (out := capsys.readouterr().out) and "pstack: command not found" in " ".join(out.split())


IDLE = """Thread 1 (Thread 0x7f0000001700 (LWP {lwp})):
#0  0x00007f11aa0e9e63 in epoll_wait () from /lib64/libc.so.6
#1  0x00000000006a1b20 in Acceptor::run() ()
#2  0x00007f11aa3beea5 in start_thread () from /lib64/libpthread.so.0
"""


def idle_beside(folder: pathlib.Path, failed: str, text: bytes) -> stackan.Analysis:
    """Two rounds of an idle process, and one of a failed capture."""
    for round_ in ("round1", "round2"):
        (folder / round_).mkdir()
        (folder / round_ / "pstack_ctl_31331.log").write_text(IDLE.format(lwp=31331))
    (folder / "round2" / failed).write_bytes(text)
    return stackan.analyze(stackan.load(folder))


@pytest.mark.parametrize("text", [REFUSED, MISSING, b""], ids=["refused", "missing", "empty"])
def test_a_case_with_a_process_without_a_stack_is_not_called_idle(tmp_path, text):
    analysis = idle_beside(tmp_path, "pstack_dnode_60103.log", text)
    assert (analysis.verdict, analysis.verdicts) == ("inconclusive", ("idle",))
    assert analysis.headline == (
        "There is no stack of process 60103, so nothing is known of it. The only process that was judged, 31331, is idle."
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pstack_ctl_31331.out", REFUSED),
        ("pstack_dnode_.log", b"Usage: pstack <process-id>\n"),
        ("pstack_dnode_60103.log", b"Process 60103 not found.\n"),
    ],
    ids=["the same process", "no process", "one that has ended"],
)
def test_an_idle_case_stays_idle_beside_a_failure_that_hides_no_process(tmp_path, name, text):
    assert idle_beside(tmp_path, name, text).verdict == "idle"


def test_a_cause_that_was_found_is_told_first_whatever_else_is_unseen(example, tmp_path):
    keep(tmp_path, pstack_dnode_60103=REFUSED, **{name: (example / f"{name}.txt").read_bytes() for name in ("snap1", "snap2")})
    analysis = stackan.analyze(stackan.load(tmp_path))
    assert analysis.verdict == "worker-exhaustion"
    assert "60103" not in analysis.headline and "Operation not permitted" in " ".join(analysis.warnings)


def test_an_empty_file_of_another_kind_is_only_skipped(dumped):
    assert stackan.load(keep(dumped, controller=b"", readme=b"")).warnings == [
        f"skipped, as no thread dump is in them: {dumped}/controller.log, {dumped}/readme.log"
    ]
    (told,) = [warning for warning in stackan.load(keep(dumped, pstack_dnode_=b"")).warnings if "skipped" not in warning]
    assert told.startswith(f"{dumped}/pstack_dnode_.log: empty")
