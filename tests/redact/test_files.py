"""Files, folders and archives are written as they were read, and the list of what was replaced beside them."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import tarfile
import zipfile

import pytest

import stackan
from stackan.redact.rewriting import redact

DUMP = b"""Thread 1 (Thread 0x7f9b10f3b6c0 (LWP 4243) "app"):
#0  0x00007f9b120ed545 in poll () from /lib64/libc.so.6
#1  0x0000555b38d6fe19 in run (q=0x7f12a0010c40 "hunter2horse") at run.cc:12
"""


def test_a_file_is_written_as_a_file(tmp_path):
    (tmp_path / "a.txt").write_bytes(DUMP)
    outcome = redact(str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))
    assert outcome.texts == 1
    assert b"hunter2horse" not in (tmp_path / "b.txt").read_bytes()
    assert b"in run (q=" in (tmp_path / "b.txt").read_bytes()


def test_a_compressed_file_is_compressed_as_its_name_says(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(DUMP))
    redact(str(tmp_path / "a.gz"), str(tmp_path / "b.gz"))
    assert b"hunter2horse" not in gzip.decompress((tmp_path / "b.gz").read_bytes())


def test_a_folder_keeps_its_files_their_archives_and_their_times(tmp_path):
    folder = tmp_path / "case"
    (folder / "db1.acme.com").mkdir(parents=True)
    (folder / "db1.acme.com" / "snap1.txt").write_bytes(DUMP)
    os.utime(folder / "db1.acme.com" / "snap1.txt", (1700000000, 1700000000))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("x/snap2.txt", (2024, 5, 12, 10, 3, 16)), DUMP)
    redact(str(folder), str(tmp_path / "out"))
    assert sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*") if path.is_file()) == [
        "host1/snap1.txt",
        "more.zip",
    ]
    assert (tmp_path / "out" / "host1" / "snap1.txt").stat().st_mtime == 1700000000
    with zipfile.ZipFile(tmp_path / "out" / "more.zip") as archive:
        [info] = archive.infolist()
        assert (info.filename, info.date_time) == ("x/snap2.txt", (2024, 5, 12, 10, 3, 16))
        assert b"hunter2horse" not in archive.read(info)


def test_an_archive_inside_another_becomes_members_with_the_same_names(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("snap1.txt", DUMP)
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("node1.zip")
        info.size = len(inner.getvalue())
        archive.addfile(info, io.BytesIO(inner.getvalue()))
    redact(str(tmp_path / "a.tar.gz"), str(tmp_path / "b.tar.gz"))
    dump = stackan.load(tmp_path / "b.tar.gz").dumps[0]
    assert dump.source == f"{tmp_path / 'b.tar.gz'}!node1.zip!snap1.txt"
    assert (tmp_path / "b.tar.gz").read_bytes()[:2] == b"\x1f\x8b"


def test_the_list_of_what_was_replaced_lies_beside_for_its_owner_alone(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(DUMP)
    listing = redact(str(tmp_path / "in"), str(tmp_path / "out")).listing
    assert listing == str(tmp_path / "out.replaced.json")
    assert stat.S_IMODE(os.stat(listing).st_mode) == 0o600
    rows = json.loads((tmp_path / "out.replaced.json").read_text())["replaced"]
    assert {"kind": "text", "was": "hunter2horse", "is": "text1"} in rows
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["a.txt"]


@pytest.mark.parametrize("taken", ["out", "out.replaced.json"])
def test_nothing_that_is_there_is_overwritten(tmp_path, taken):
    (tmp_path / "a.txt").write_bytes(DUMP)
    (tmp_path / taken).write_text("mine")
    with pytest.raises(stackan.StackanError, match="is there already"):
        redact(str(tmp_path / "a.txt"), str(tmp_path / "out"))
    assert (tmp_path / taken).read_text() == "mine"


def test_a_target_inside_of_the_source_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(DUMP)
    with pytest.raises(stackan.StackanError, match="outside of it"):
        redact(str(tmp_path), str(tmp_path / "out"))


def test_what_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "a.txt").write_bytes(DUMP)
    (tmp_path / "shut").mkdir()
    with pytest.raises(stackan.StackanError):
        redact(str(tmp_path / "a.txt"), str(tmp_path / "shut" / "no" / "b.txt"))
    assert list((tmp_path / "shut").rglob("*")) == []


def test_names_that_climb_out_of_an_archive_stay_in_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../evil.txt", DUMP)
    redact(str(tmp_path / "a.zip"), str(tmp_path / "b.zip"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip", "b.zip.replaced.json"]


def test_what_is_no_text_is_left_out_and_told(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(DUMP)
    (tmp_path / "in" / "core.12").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40 + b"hunter2horse")
    outcome = redact(str(tmp_path / "in"), str(tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]
    assert [name for name, _ in outcome.left_out] == [str(tmp_path / "in" / "core.12")]


def test_a_binary_alone_is_refused_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "core").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40)
    with pytest.raises(stackan.StackanError, match="no text"):
        redact(str(tmp_path / "core"), str(tmp_path / "out"))
    assert [path.name for path in tmp_path.iterdir()] == ["core"]


def test_the_list_of_an_earlier_run_is_never_sent(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(DUMP)
    redact(str(tmp_path / "in" / "a.txt"), str(tmp_path / "in" / "b.txt"))
    redact(str(tmp_path / "in"), str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt", "b.txt"]
    assert not any(b"hunter2horse" in path.read_bytes() for path in (tmp_path / "out").iterdir())


def test_two_files_that_get_one_name_stay_two(tmp_path):
    for folder in ("host1", "db1.acme.com"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "a.txt").write_bytes(DUMP)
    assert redact(str(tmp_path / "in"), str(tmp_path / "out")).texts == 2
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 2


@pytest.mark.parametrize(("seconds", "year"), [(-1e9, 1980), (0x7FFFFFFF, 2038), (0x80000000, 2038), (32503680000, 2107)])
def test_times_that_a_zip_cannot_have_become_the_nearest(tmp_path, seconds, year):
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        info = tarfile.TarInfo("snap1.txt")
        info.size, info.mtime = len(DUMP), seconds
        archive.addfile(info, io.BytesIO(DUMP))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("node1.tar", inner.getvalue())
    redact(str(tmp_path / "a.zip"), str(tmp_path / "b.zip"))
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert [each.date_time[0] for each in archive.infolist()] == [year]
