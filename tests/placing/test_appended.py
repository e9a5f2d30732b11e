"""Scripts give a dump the same name in each round, so that rounds overwrite or append to each other, or lie in archives of one name."""

from __future__ import annotations

import io
import pathlib
import tarfile

import pytest

import stackan

NAME = "pstack_dnode_17802.log"


@pytest.fixture(scope="module")
def hung(example) -> bytes:
    """A server in which no thread runs."""
    return (example / "snap1.txt").read_bytes()


def analyze(*paths: pathlib.Path) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*paths))


def snapshots(analysis: stackan.Analysis) -> list[int]:
    return [len(process["snapshots"]) for process in analysis.to_dict()["processes"]]


def bare(text: bytes) -> bytes:
    """Only what `set logging` or pstack leaves: from the first thread on."""
    return text[text.index(b"\nThread ") + 1 :]


@pytest.mark.parametrize("words", [True, False], ids=["gdb", "set logging"])
def test_rounds_that_a_script_appends_to_the_file_of_a_process_are_rounds(hung, tmp_path, words):
    text = hung if words else bare(hung)
    (tmp_path / NAME).write_bytes(text + text)
    analysis = analyze(tmp_path)
    assert (snapshots(analysis), analysis.verdict) == ([2], "worker-exhaustion")
    (told,) = [warning for warning in analysis.warnings if "appended" in warning]
    assert NAME in told and "`date`" in told


def test_what_is_pasted_below_other_words_is_no_round(hung, tmp_path):
    (tmp_path / NAME).write_bytes(b"Please look at this:\n" + bare(hung) + b"and once more:\n" + bare(hung))
    assert analyze(tmp_path).verdict == "inconclusive"


def test_of_a_file_that_is_named_otherwise_it_is_said_what_to_do(hung, tmp_path):
    (tmp_path / "all.txt").write_bytes(bare(hung) + bare(hung))
    (told,) = [warning for warning in analyze(tmp_path).warnings if "perhaps a copy" in warning]
    assert "`date`" in told


def test_one_round_under_names_that_each_round_has_is_told(hung, tmp_path):
    (tmp_path / NAME).write_bytes(hung)
    (told,) = [warning for warning in analyze(tmp_path).warnings if "one round only" in warning]
    assert "`round1`" in told


@pytest.mark.parametrize("name", [f"round1/{NAME}", f"2024-06-07_101500/{NAME}", "snap1.txt", "4242.txt"])
def test_one_round_under_another_name_is_not(hung, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(hung)
    assert not any("one round only" in warning for warning in analyze(tmp_path).warnings)


def pack(archive: pathlib.Path, text: bytes, written: int) -> pathlib.Path:
    member = tarfile.TarInfo(f"output/{NAME}")
    member.size, member.mtime = len(text), written
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(member, io.BytesIO(text))
    return archive


@pytest.mark.parametrize(("seconds", "rounds"), [(240, 2), (0, 1)])
def test_archives_of_one_host_are_rounds_if_their_members_were_written_apart(hung, tmp_path, seconds, rounds):
    pack(tmp_path / "node1_first.tar.gz", hung, 1717755300)
    pack(tmp_path / "node1_other.tar.gz", hung, 1717755300 + seconds)
    analysis = analyze(tmp_path)
    assert snapshots(analysis) == [rounds]
    assert analysis.critical is (rounds == 2)


@pytest.mark.parametrize("folders", [("output", "output2"), ("output1", "output2"), ("stack_1", "stack_2")])
def test_folders_that_count_what_a_script_left_are_rounds_in_their_order(hung, tmp_path, folders):
    for folder in folders:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / NAME).write_bytes(hung)
    analysis = analyze(tmp_path)
    (process,) = analysis.to_dict()["processes"]
    assert [pathlib.Path(each["source"]).parent.name for each in process["snapshots"]] == list(folders)
    assert analysis.critical


@pytest.mark.parametrize("folders", [("mail1", "mail2"), ("output", "output_old"), ("node1", "node2")])
def test_other_folders_are_not(hung, tmp_path, folders):
    for folder in folders:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / NAME).write_bytes(hung)
    assert not analyze(tmp_path).critical
