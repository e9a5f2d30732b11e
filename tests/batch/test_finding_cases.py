"""Which cases there are, and by which bytes they are known again: what `analyze` would read of them, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from stackan.batch.content import digest
from stackan.batch.finding_cases import find_tasks

DEEP = 1200  # folders in each other, more than Python's calls may be


@pytest.fixture
def unreadable(monkeypatch):
    """Have the system refuse what is called `no`, as it refuses nothing to root."""
    scandir, plain = os.scandir, open

    def refuse(call):
        def refused(path, *rest, **more):
            if os.path.basename(path) == "no":
                raise PermissionError(13, "Permission denied", path)
            return call(path, *rest, **more)

        return refused

    monkeypatch.setattr("os.scandir", refuse(scandir))
    monkeypatch.setattr("builtins.open", refuse(plain))


@pytest.mark.parametrize(("case_by", "names"), [("file", ["good/x", "no"]), ("folder", ["good", "no"])])
def test_a_folder_that_cannot_be_listed_is_a_case_that_says_so(tmp_path, unreadable, case_by, names):
    for name in ("good", "no"):
        (tmp_path / name).mkdir()
    (tmp_path / "good" / "x").write_bytes(b"x")
    tasks = find_tasks([str(tmp_path)], case_by)
    assert [os.path.relpath(task.case, tmp_path) for task in tasks] == names
    assert [task.size for task in tasks] == [1, 0]


def test_folders_may_be_nested_more_deeply_than_calls(tmp_path):
    folder = str(tmp_path)
    for _ in range(DEEP):
        folder = os.path.join(folder, "d")
        os.mkdir(folder)
    Path(folder, "x").write_bytes(b"x")
    try:
        [task] = find_tasks([str(tmp_path)])
        assert task.case == os.path.join(folder, "x")
    finally:
        os.unlink(os.path.join(folder, "x"))
        while folder != str(tmp_path):
            os.rmdir(folder)
            folder = os.path.dirname(folder)


def test_a_folder_is_known_by_what_is_read_of_it(tmp_path):
    """Links that lead anywhere, as to a file without end, and hidden files are not."""
    folder, target = tmp_path / "case", tmp_path / "target"
    folder.mkdir()
    (folder / "x").write_bytes(b"x")
    target.write_bytes(b"1")
    before = digest([str(folder)])
    (folder / "link").symlink_to(target)
    (folder / ".hidden").write_bytes(b"x")
    assert digest([str(folder)]) == before
    followed = digest([str(folder)], follow_links=True)
    target.write_bytes(b"2")
    assert digest([str(folder)]) == before
    assert before != followed != digest([str(folder)], follow_links=True) != before
    (folder / "x").write_bytes(b"y")
    assert digest([str(folder)]) != before


def test_a_file_in_a_folder_that_cannot_be_read_keeps_none_from_being_known(tmp_path, unreadable):
    (tmp_path / "x").write_bytes(b"x")
    (tmp_path / "no").write_bytes(b"x")
    assert digest([str(tmp_path)]) == digest([str(tmp_path)])
