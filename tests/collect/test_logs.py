"""The end of the logs that a process writes, as it has them open."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stackan.collect.logs import find_logs, read_end
from tests.collect.test_collect import call

Writer = Callable[..., int]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """A process that has files open: {name: (mode, content)}."""
    running = []

    def started(**files: tuple[str, bytes]) -> int:
        for name, (_, content) in files.items():
            (tmp_path / name.replace("_", ".")).write_bytes(content)
        opens = "; ".join(
            f"f{at} = open({str(tmp_path / name.replace('_', '.'))!r}, {mode!r})" for at, (name, (mode, _)) in enumerate(files.items())
        )
        process = subprocess.Popen(
            [sys.executable, "-c", f"import time; {opens}; print(flush=True); time.sleep(600)"], stdout=subprocess.PIPE
        )
        running.append(process)
        assert process.stdout is not None and process.stdout.readline() == b"\n"
        return process.pid

    yield started
    for process in running:
        process.kill()
        process.communicate()


def test_logs_are_found_by_how_they_are_open_and_by_being_text(writer: Writer) -> None:
    pid = writer(
        server_log=("r+b", b"started\n"), audit=("ab", b"one\n"), redo_log=("r+b", b"\0\1\2\3"), table_ibd=("r+b", b"text\n"),
        read_log=("rb", b"of another\n"), empty_log=("ab", b""),
    )  # fmt: skip
    assert [Path(log.path).name for log in find_logs(pid)] == ["audit", "server.log"]


def test_the_end_begins_with_a_whole_line(writer: Writer) -> None:
    (log,) = find_logs(writer(server_log=("ab", b"first line\nsecond line\nthird\n")))
    assert read_end(log, 1000) == b"first line\nsecond line\nthird\n"
    assert read_end(log, 10) == b"third\n"


def test_a_log_that_was_deleted_is_read_all_the_same(writer: Writer, tmp_path: Path) -> None:
    pid = writer(server_log=("ab", b"gone\n"))
    (tmp_path / "server.log").unlink()
    (log,) = find_logs(pid)
    assert read_end(log, 100) == b"gone\n"


def test_what_has_taken_the_place_of_a_log_is_not_read(writer: Writer) -> None:
    (log,) = find_logs(writer(server_log=("ab", b"one\n"), data_ibd=("r+b", b"secret\n")))
    other = log.door[:-1] + str(int(log.door[-1]) + 1)
    assert Path(other).samefile(Path(log.path).with_name("data.ibd"))
    reads, writes = os.pipe()
    os.close(writes)
    for door in (other, f"/proc/self/fd/{reads}"):
        with pytest.raises(OSError, match=os.strerror(errno.ESTALE)):
            read_end(log._replace(door=door), 100)
    os.close(reads)


def test_they_are_in_the_archive_only_if_asked_for_and_masked_with_the_rest(writer: Writer, tmp_path: Path) -> None:
    pid = writer(server_log=("ab", b"connection from 10.0.0.7\n"))
    for name, words in (("without", ()), ("with", ("--logs", "1M", "--clean"))):
        target = tmp_path / f"{name}.tar.gz"
        done = call("--pid", pid, "--rounds", 1, "--with", "proc", "-o", target, *words)
        assert (done.returncode, "stackan redact" in done.stderr) == (0, bool(words))
        with tarfile.open(target) as archive:
            logs = [each for each in archive.getnames() if "/logs/" in each]
            manifest = json.loads(archive.extractfile(next(each for each in archive.getnames() if each.endswith("/manifest.json"))).read())  # type: ignore[union-attr]
            assert [Path(each).name for each in logs] == (["server.log"] if words else [])
            assert [step["file"] is not None for step in manifest["steps"] if step["tool"] == "log"] == [True] * len(logs)
            assert all(archive.extractfile(each).read().startswith(b"connection from address") for each in logs)  # type: ignore[union-attr]


@pytest.mark.parametrize("size", ["much", "0", "2G", "²", "9" * 5000])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    done = call("--pid", 1, "--logs", size, "-o", "x.tar.gz")
    assert done.returncode == 2 and "is no size" in done.stderr
