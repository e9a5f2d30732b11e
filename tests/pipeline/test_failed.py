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


def test_an_empty_file_of_another_kind_is_only_skipped(dumped):
    assert stackan.load(keep(dumped, controller=b"", readme=b"")).warnings == [
        f"skipped, as no thread dump is in them: {dumped}/controller.log, {dumped}/readme.log"
    ]
    (told,) = [warning for warning in stackan.load(keep(dumped, pstack_dnode_=b"")).warnings if "skipped" not in warning]
    assert told.startswith(f"{dumped}/pstack_dnode_.log: empty")
