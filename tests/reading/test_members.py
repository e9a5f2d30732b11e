"""A member of an archive, named as reports name it, is an input of its own."""

from __future__ import annotations

import gzip
import io
import os
import pathlib
import tarfile
import zipfile

import pytest

import stackan
from stackan.errors import InputError
from stackan.reading import Blob, Skipped, read

MEMBERS = {"a/snap1.txt": b"one", "a/snap2.txt": b"two", "a.txt": b"three", "ab/snap1.txt": b"four"}


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


PACKERS = {"zip": zipped, "tar": tarred, "tar.gz": lambda members: gzip.compress(tarred(members))}


@pytest.fixture(params=list(PACKERS))
def archive(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / f"case.{request.param}"
    path.write_bytes(PACKERS[request.param](MEMBERS))
    return path


def data(*names: str) -> list[bytes]:
    return [item.data for item in read(names) if isinstance(item, Blob)]


def test_one_member_is_read_and_counts_as_named(archive):
    [item] = read([f"{archive}!a/snap2.txt"])
    assert isinstance(item, Blob)
    assert (item.source, item.data, item.named) == (f"{archive}!a/snap2.txt", b"two", True)


def test_a_folder_in_the_archive_gives_all_below_it_and_nothing_beside_it(archive):
    for name in ("a", "a/"):
        assert data(f"{archive}!{name}") == [b"one", b"two"]


def test_members_of_inner_archives_and_inner_archives(tmp_path):
    outer = tmp_path / "outer.tar"
    outer.write_bytes(tarred({"node1.zip": zipped(MEMBERS), "node2.zip": zipped({"a.txt": b"five"})}))
    assert data(f"{outer}!node1.zip!a/snap1.txt") == [b"one"]
    assert data(f"{outer}!node2.zip") == [b"five"]


def test_a_compressed_member_is_unpacked(tmp_path):
    path = tmp_path / "case.zip"
    path.write_bytes(zipped({"snap.gz": gzip.compress(b"one")}))
    assert data(f"{path}!snap.gz") == [b"one"]


def test_other_members_are_not_unpacked(tmp_path):
    path = tmp_path / "case.zip"
    text = bytearray(zipped({"bad.txt": b"x" * 100, "good.txt": b"one"}))
    at = text.index(b"x" * 100)
    text[at] = ord("y")  # its checksum does not fit
    path.write_bytes(text)
    assert [type(item) for item in read([path])].count(Skipped) == 1
    assert [type(item) for item in read([f"{path}!good.txt"])] == [Blob]


@pytest.mark.parametrize(
    ("member", "meant"),
    [("a/snap3.txt", "a/snap"), ("snap1.txt", "snap1.txt"), ("b/snap2.txt", "a/snap2.txt"), ("a/Snap1.txt", "a/snap1.txt")],
)
def test_a_member_that_is_not_there_is_told_with_one_that_may_be_meant(archive, member, meant):
    with pytest.raises(InputError) as caught:
        data(f"{archive}!{member}")
    assert str(caught.value).startswith(f"{archive}!{member}: no such member in the archive; did you mean {archive}!")
    assert meant in str(caught.value).partition("did you mean")[2]


def test_or_with_those_that_there_are(archive):
    with pytest.raises(InputError, match=r"no such member in the archive, which has .*a\.txt"):
        data(f"{archive}!zzzzzzzz")


def test_a_file_that_is_no_archive_has_none(tmp_path):
    path = tmp_path / "plain.txt"
    path.write_bytes(b"one")
    with pytest.raises(InputError, match="no archive"):
        data(f"{path}!member")


def test_a_mark_in_the_name_of_a_file_is_a_part_of_it(tmp_path):
    path = tmp_path / "what!.txt"
    path.write_bytes(b"one")
    assert data(str(path)) == [b"one"]
    with pytest.raises(InputError, match="no such file"):
        data(str(tmp_path / "who!.txt"))


def test_a_member_is_read_once_whatever_else_names_it(archive):
    one = f"{archive}!a/snap1.txt"
    assert data(one, one) == [b"one"]
    assert len(data(str(archive), one)) == len(MEMBERS)
    assert data(one, f"{archive}!a/snap2.txt") == [b"one", b"two"]


def test_a_missing_member_shows_among_other_inputs_as_a_warning(archive, example):
    case = stackan.load(example, f"{archive}!nosuch")
    assert "no such member" in case.warnings[0]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_archive_that_may_not_be_read_is_told(archive):
    archive.chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        stackan.load(f"{archive}!a.txt")


def test_a_result_does_not_take_the_place_of_the_archive(example, tmp_path, capsys):
    from stackan.cli.door import main

    path = tmp_path / "case.zip"
    path.write_bytes(zipped({"snap1.txt": (example / "snap1.txt").read_bytes()}))
    before = path.read_bytes()
    assert main(["analyze", f"{path}!snap1.txt", "-o", str(path)]) == 2
    assert "would be lost" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert main(["analyze", "--exit-zero", f"{path}!snap1.txt"]) == 0
    assert main(["parse", "--format", "summary", f"{path}!snap1.txt"]) == 0
    assert "snap1.txt: gdb, 25 threads" in capsys.readouterr().out
