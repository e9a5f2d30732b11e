"""Files that are what they are, and paths that are nothing."""

from __future__ import annotations

import builtins
import errno
import io
import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.errors import InputError
from stackan.reading import Blob, Limits, read

from .packing import DUMP, contents, everything, piped


def test_a_named_file_comes_as_it_stands_under_the_name_given(tmp_path: Path) -> None:
    path = tmp_path / "snap.txt"
    path.write_bytes(b"a\r\nb\xff\xfe\x00")

    assert everything(path) == [Blob(str(path), b"a\r\nb\xff\xfe\x00", None, named=True, written=path.stat().st_mtime)]


def test_several_paths_come_in_the_order_given(tmp_path: Path) -> None:
    later, sooner = tmp_path / "b", tmp_path / "a"
    later.write_bytes(b"first")
    sooner.write_bytes(b"second")

    assert contents(read([later, str(sooner)])) == [b"first", b"second"]


def test_an_empty_file_is_an_empty_blob(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()

    assert contents(everything(path)) == [b""]


def test_a_picture_named_as_a_dump_is_just_its_bytes(tmp_path: Path) -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 40
    path = tmp_path / "dump.txt.gz"
    path.write_bytes(jpeg)

    assert contents(everything(path)) == [jpeg]


def test_a_large_file_comes_whole(tmp_path: Path) -> None:
    data = DUMP * 30_000
    path = tmp_path / "large"
    path.write_bytes(data)

    assert contents(everything(path)) == [data]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_file_that_claims_to_be_empty_is_read_all_the_same() -> None:
    assert contents(everything("/proc/self/status"))[0].startswith(b"Name:")


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "case.txt"

    with pytest.raises(InputError) as caught:
        everything(path)

    assert str(caught.value) == f"{path}: no such file; check the path, or give the folder or the archive in which it lies"


def test_a_name_with_a_nul_or_an_escape_is_an_input_error_that_shows_no_escape() -> None:
    with pytest.raises(InputError, match=r"^a\\x00b: cannot be read: "):
        everything("a\0b")
    with pytest.raises(InputError, match=r"^a\\x1b\[31m: no such file"):
        everything("a\x1b[31m")


def test_what_came_before_a_missing_file_was_already_given(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_bytes(DUMP)
    items = read([path, tmp_path / "missing"])

    assert next(items) == Blob(str(path), DUMP, None, named=True, written=path.stat().st_mtime)
    with pytest.raises(InputError):
        next(items)


def test_a_named_file_without_permission_is_an_input_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_bytes(DUMP)
    refuse(monkeypatch, str(path))

    with pytest.raises(InputError, match="secret: permission denied; run as a user who may read it"):
        everything(path)


def test_what_may_not_be_read_is_told_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("snap1", "snap2"):
        (tmp_path / name).write_bytes(DUMP)
    monkeypatch.setattr(os, "access", lambda path, mode: not path.endswith("snap2"))

    with pytest.raises(InputError) as caught:
        stackan.load(tmp_path / "snap1", tmp_path / "snap2", tmp_path / "snap3")

    assert str(caught.value) == (
        f"{tmp_path}/snap2: permission denied; run as a user who may read it, or copy it; "
        f"{tmp_path}/snap3: no such file; check the path, or give the folder or the archive in which it lies"
    )


def test_a_disk_error_is_an_input_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.FileIO):
        def readall(self) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    path = tmp_path / "bad-sector"
    path.write_bytes(DUMP)
    monkeypatch.setattr(builtins, "open", lambda path, *_args, **_options: Failing(path))

    with pytest.raises(InputError, match="bad-sector: cannot be read: Input/output error"):
        everything(path)


def test_standard_input_is_a_named_blob() -> None:
    assert piped(DUMP) == [Blob("-", DUMP, None, named=True)]


def test_standard_input_that_comes_in_drops_is_read_to_its_end() -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(7, size or 0))

    assert contents(read(["-"], Limits(), Dripping(DUMP))) == [DUMP]


def test_the_process_s_own_standard_input_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DUMP)))

    assert contents(read(["-"])) == [DUMP]


def test_a_closed_standard_input_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(InputError, match="^-: there is no standard input; give a path$"):
        list(read(["-"]))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(DUMP,))
    writer.start()
    try:
        assert everything(path) == [Blob(str(path), DUMP, None, named=True)]
    finally:
        writer.join()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no sockets in folders")
def test_a_named_socket_is_an_input_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may have no more than 108 characters
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")

        with pytest.raises(InputError, match="^s: neither a file, a folder nor a pipe"):
            everything("s")


def refuse(monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    """Let `open` refuse one path: the tests may run as root, whom the system refuses nothing."""
    real = builtins.open

    def guarded(path: Any, *args: Any, **options: Any) -> Any:
        if path == refused:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *args, **options)

    monkeypatch.setattr(builtins, "open", guarded)
