"""Equal bytes: natural for two dumps of a process that hangs altogether, told where one of them seems to be a copy."""

from __future__ import annotations

import gzip
import pathlib
import zipfile

import pytest

import stackan
from tests.dumping import START, app, dump, thread


@pytest.fixture(scope="module")
def hung(example) -> bytes:
    """A server in which no thread runs."""
    return (example / "snap1.txt").read_bytes()


def copies_told(folder: pathlib.Path, **texts: bytes) -> list[str]:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text)
    return _told(folder)


def _told(*paths: pathlib.Path) -> list[str]:
    return [warning for warning in stackan.analyze(stackan.load(*paths)).warnings if "same bytes" in warning]


def test_two_dumps_of_a_process_that_hangs_altogether_may_be_equal(hung, tmp_path):
    assert copies_told(tmp_path, snap1=hung, snap2=hung) == []


def test_so_may_dumps_in_folders_that_tell_them_apart(hung, tmp_path):
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pstack.txt").write_bytes(hung)
    assert _told(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["snap1 (1).txt", "snap1 - Copy.txt", "Copy of snap1.txt", "snap1.txt.bak", "snap1 - 副本.txt", "snap1.log"]
)
def test_a_name_that_differs_in_the_mark_of_a_copy_is_told(hung, tmp_path, name):
    (tmp_path / name).write_bytes(hung)
    first, second = sorted((str(tmp_path / "snap1.txt"), str(tmp_path / name)))
    (told,) = copies_told(tmp_path, snap1=hung)
    assert told.startswith("perhaps a copy and no further dump, the same bytes as ")
    assert first in told
    assert second in told


def test_a_dump_beside_its_compressed_form_is_told(hung, tmp_path):
    (tmp_path / "snap1.txt.gz").write_bytes(gzip.compress(hung))
    assert len(copies_told(tmp_path, snap1=hung)) == 1


def test_an_archive_beside_what_was_unpacked_from_it_is_told(hung, tmp_path):
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as archive:
        archive.writestr("node1/pstack.txt", hung)
    (tmp_path / "node1").mkdir()
    (tmp_path / "node1" / "pstack.txt").write_bytes(hung)
    assert len(_told(tmp_path)) == 1


def test_equal_times_in_the_text_are_told(root, tmp_path):
    text = (root / "tests/dumps/java/jdk17-monitor-1.txt").read_bytes()
    assert len(copies_told(tmp_path, snap1=text, snap2=text)) == 1


def test_a_thread_that_runs_at_the_same_address_twice_is_told(tmp_path):
    text = dump(thread(100, "app", app("compute"), START))
    assert len(copies_told(tmp_path, snap1=text, snap2=text)) == 1


def test_several_copies_take_one_note(hung, tmp_path):
    (told,) = copies_told(tmp_path, **{"snap1": hung, "snap1 (1)": hung, "snap1 (2)": hung})
    assert told.count(str(tmp_path)) == 3


def test_a_loop_that_is_met_at_one_address_twice_is_no_copy_if_its_counters_went_on(tmp_path):
    """A loop of three instructions: four of five dumps were equal, and the tables of top beside them were not."""
    text = dump(thread(100, "app", app("stay")), thread(101, "app", app("compute"), START))
    counted = ["10:00:00 0:01.00", "10:05:00 4:59.00"]
    assert copies_told(tmp_path, snap1=text, snap2=text)
    for at, words in enumerate(counted, 1):
        clock, used = words.split()
        table = f"top - {clock} up 1 day\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n"
        (tmp_path / f"snap{at}.top").write_text(f"{table}    101 app       20   0   95812   2984   2700 R  99.9   0.0   {used} app\n")
    assert _told(tmp_path) == []
