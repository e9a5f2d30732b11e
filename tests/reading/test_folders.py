"""Folders: order, links, and what is no file."""

from __future__ import annotations

import errno
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from stackan.errors import InputError
from stackan.reading import Blob, Skipped, Visits, read, sources

from .packing import CODECS, DUMP, blobs, everything, named_contents, skipped, zipped
from .test_plain_files import refuse


def write(top: Path, *names: str) -> None:
    """Files whose content is their name."""
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def below(top: Path) -> list[str]:
    """The names below a folder in the order they were read, each checked against its content."""
    found = [(os.path.relpath(source, top).replace(os.sep, "/"), data.decode()) for source, data in named_contents(everything(top))]
    assert all(name == data for name, data in found if not name.startswith("link"))
    return [name for name, _ in found]


def test_files_come_in_natural_order_folder_by_folder(tmp_path: Path) -> None:
    write(tmp_path, "snap10.txt", "snap2.txt", "node10/a", "node2/snap11", "node2/snap9", "node2/deep/er/x")

    assert below(tmp_path) == ["node2/deep/er/x", "node2/snap9", "node2/snap11", "node10/a", "snap2.txt", "snap10.txt"]


def test_a_found_file_is_not_named_and_its_source_starts_with_the_folder_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "case/a")
    monkeypatch.chdir(tmp_path)

    path = os.path.join("case", "a")
    assert everything("case") == [Blob(path, b"case/a", None, named=False, written=os.stat(path).st_mtime)]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, ".hidden", ".git/config", "seen")

    assert below(tmp_path) == ["seen"]


def test_archives_and_compressed_files_in_a_folder_are_opened(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"in": b"1"}))
    (tmp_path / "b.bin").write_bytes(CODECS["gzip"](b"2"))

    assert named_contents(everything(tmp_path)) == [(f"{tmp_path}{os.sep}a.zip!in", b"1"), (f"{tmp_path}{os.sep}b.bin", b"2")]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, "a/x", "b/y")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b" / "self").symlink_to(".", target_is_directory=True)
    (tmp_path / "0").symlink_to("b", target_is_directory=True)
    (tmp_path / "z").symlink_to("a", target_is_directory=True)

    assert below(tmp_path) == ["a/x", "b/y"]


def test_a_link_to_itself_is_reported(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    assert [source for source, _ in skipped(everything(tmp_path))] == [str(tmp_path / "loop")]


def test_a_link_beside_its_target_gives_no_second_snapshot(tmp_path: Path) -> None:
    write(tmp_path, "snap1", "snap2")
    (tmp_path / "latest").symlink_to("snap2")

    assert below(tmp_path) == ["snap1", "snap2"]


def linked(tmp_path: Path) -> Path:
    """A folder with links to what lies elsewhere."""
    write(tmp_path, "elsewhere/file", "elsewhere/folder/x")
    case = tmp_path / "case"
    case.mkdir()
    (case / "link1").symlink_to(tmp_path / "elsewhere/file")
    (case / "link2").symlink_to(tmp_path / "elsewhere/file")
    (case / "link3").symlink_to(tmp_path / "elsewhere/folder", target_is_directory=True)

    return case


def test_links_that_lead_out_of_a_folder_are_not_followed_and_told_in_one_note(tmp_path: Path) -> None:
    case = linked(tmp_path)
    reason = "a link that leads out of the folder, so it is not followed, as are 2 more links; give what it leads to, or --follow-links"

    assert everything(case) == [Skipped(str(case / "link1"), reason, named=False)]


def test_links_that_lead_out_of_a_folder_are_followed_once_if_asked_for(tmp_path: Path) -> None:
    case = linked(tmp_path)

    found = blobs(list(read([case], visits=Visits(follow_links=True))))

    assert [os.path.relpath(source, case) for source, _ in found] == ["link1", os.path.join("link3", "x")]


def test_a_link_to_what_the_caller_names_as_well_needs_no_note(tmp_path: Path) -> None:
    case = linked(tmp_path)
    write(case, "own")

    found = list(read([case, tmp_path / "elsewhere"]))

    assert [source for source, _ in blobs(found)] == [
        str(case / "own"),
        str(tmp_path / "elsewhere/file"),
        str(tmp_path / "elsewhere/folder/x"),
    ]
    assert skipped(found) == []


def test_a_file_is_read_once_whatever_names_lead_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "case/snap1")
    case = tmp_path / "case"
    os.link(case / "snap1", case / "snap2")
    (tmp_path / "other").symlink_to("case", target_is_directory=True)
    monkeypatch.chdir(tmp_path)

    names = ["case/snap1", "./case/snap1", "case/../case", case, "other", "other/snap2"]
    assert [source for source, _ in blobs(list(read(names)))] == ["case/snap1"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_into_which_nobody_writes_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_PATIENCE", 0.01)
    os.mkfifo(tmp_path / "pipe")

    assert blobs(everything(tmp_path / "pipe")) == [(str(tmp_path / "pipe"), b"")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_waited_for_while_somebody_has_it_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_PATIENCE", 0.01)
    os.mkfifo(tmp_path / "pipe")
    writer = subprocess.Popen(["sh", "-c", "exec > pipe; sleep 0.3; echo late"], cwd=tmp_path)
    time.sleep(0.1)

    assert blobs(everything(tmp_path / "pipe")) == [(str(tmp_path / "pipe"), b"late\n")]
    assert writer.wait() == 0


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="the kernel's messages may not be read here")
def test_the_kernels_messages_are_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to("/proc/kmsg")

    assert len(skipped(everything(tmp_path))) == 1


def test_a_dangling_link_is_skipped_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to("nowhere")

    assert everything(tmp_path) == [Skipped(str(tmp_path / "gone"), "a link to something that is not there", named=False)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_folder_is_skipped_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert everything(tmp_path) == [Skipped(str(tmp_path / "pipe"), "not a regular file", named=False)]


def test_a_file_without_permission_is_skipped_and_the_rest_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a", "b")
    refuse(monkeypatch, str(tmp_path / "a"))

    items = everything(tmp_path)

    assert skipped(items) == [(str(tmp_path / "a"), "permission denied; run as a user who may read it, or copy it")]
    assert blobs(items) == [(str(tmp_path / "b"), b"b")]


def test_a_folder_without_permission_is_skipped_if_found_and_an_error_if_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a", "closed/b")
    real = os.scandir

    def guarded(path: Any) -> Any:
        if path == str(tmp_path / "closed"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)

    items = everything(tmp_path)
    assert [source for source, _ in skipped(items)] == [str(tmp_path / "closed")]
    assert blobs(items) == [(str(tmp_path / "a"), b"a")]
    with pytest.raises(InputError, match="closed: permission denied"):
        everything(tmp_path / "closed")


def test_a_damaged_file_in_a_folder_stops_nothing(tmp_path: Path) -> None:
    write(tmp_path, "b")
    (tmp_path / "a").write_bytes(CODECS["xz"](DUMP)[:20])

    items = everything(tmp_path)

    assert [source for source, _ in skipped(items)] == [str(tmp_path / "a")]
    assert blobs(items) == [(str(tmp_path / "b"), b"b")]


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    assert everything(tmp_path) == [
        Skipped(str(tmp_path), "a folder without files (hidden ones aside); give one with dumps, or the files themselves", named=True)
    ]


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
def test_a_name_with_escapes_or_no_utf8_is_shown_as_text(tmp_path: Path) -> None:
    (tmp_path / "\x1b[31mred").write_bytes(b"1")
    with open(os.fsencode(tmp_path) + b"/caf\xe9", "wb") as file:
        file.write(b"2")

    assert named_contents(everything(tmp_path)) == [(f"{tmp_path}/\\x1b[31mred", b"1"), (f"{tmp_path}/caf\\xe9", b"2")]
