"""Broken, hostile and huge cases: each costs its own row, and the others are analyzed."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import signal
import struct
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path

import pytest

from stackan.batch.local import local
from stackan.batch.run import run
from stackan.batch.supervisor import Supervisor
from stackan.batch.task import Outcome, Settings, Task

from .conftest import by_case, pack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of address space are Linux's")


def settings(store: Path, **more: object) -> Settings:
    return Settings(str(store))._replace(**more)  # type: ignore[arg-type]


def tasks(*paths: Path) -> list[Task]:
    return [Task(str(path), (str(path),), path.stat().st_size if path.exists() else 0) for path in paths]


def analyze(found: list[Task], chosen: Settings, workers: int = 1) -> list[Outcome]:
    outcomes: list[Outcome] = []
    run(found, chosen, local(workers), outcomes.append)
    return outcomes


@pytest.fixture
def good(tmp_path: Path, example: Path) -> list[Path]:
    folder = tmp_path / "good"
    folder.mkdir()
    for number in range(4):
        pack(folder / f"good{number}.zip", {"snap1.txt": (example / "snap1.txt").read_bytes() + b"# %d\n" % number})
    return sorted(folder.iterdir())


@pytest.fixture
def huge(tmp_path: Path, example: Path) -> Path:
    """A dump of 300 MB and more, which takes seconds."""
    path = tmp_path / "huge.txt"
    path.write_bytes((example / "snap1.txt").read_bytes() * 6000)
    return path


def test_a_case_that_takes_too_long_costs_its_own_row(good, huge, tmp_path):
    analyze(tasks(good[0], huge, *good[1:]), settings(tmp_path / "s", timeout=1.5, part=3, memory=0))
    found = by_case(tmp_path / "s")
    assert found["huge.txt"]["failure"] == "time-limit"
    assert found["huge.txt"]["error"] == f"{huge}: not done within 1.5 s; allow more with --timeout"
    assert found["huge.txt"]["sha256"] == hashlib.sha256(huge.read_bytes()).hexdigest()
    assert [found[path.name]["failure"] for path in good] == [None] * 4


def test_a_case_that_cannot_even_be_read_to_its_end_has_a_row_once(good, tmp_path, monkeypatch):
    monkeypatch.setattr("stackan.batch.child._TO_READ", 1.0)
    slow = tmp_path / "slow"
    os.mkfifo(slow)
    holder = os.open(slow, os.O_RDWR)  # somebody has it open, and writes nothing
    try:
        for _ in range(2):
            analyze(tasks(good[0], slow, *good[1:]), settings(tmp_path / "s", timeout=1.0))
    finally:
        os.close(holder)
    found = by_case(tmp_path / "s")
    assert (found["slow"]["failure"], found["slow"]["sha256"]) == ("time-limit", None)
    assert len(found) == 5


def test_a_case_that_needs_too_much_memory_costs_its_own_row(good, huge, tmp_path):
    analyze(tasks(good[0], huge, *good[1:]), settings(tmp_path / "s", memory=700 << 20))
    found = by_case(tmp_path / "s")
    assert found["huge.txt"]["failure"] == "memory-limit"
    assert "too large: it needs more than 700 MiB; allow more with --memory" in found["huge.txt"]["error"]
    assert [found[path.name]["failure"] for path in good] == [None] * 4


def test_a_worker_that_is_killed_loses_nothing_of_others(good, huge, tmp_path):
    outcomes: list[Outcome] = []
    with Supervisor(settings(tmp_path / "s", memory=0), 1) as supervisor:

        def kill() -> None:
            """End the worker once it has begun with the huge case, while it holds the rows of the others."""
            while not outcomes:
                for child in list(supervisor._children):
                    if child.begun is not None and child.current is not None and child.current.task.case == str(huge):
                        child._process.send_signal(signal.SIGKILL)
                        return
                time.sleep(0.01)

        killer = threading.Thread(target=kill)
        killer.start()
        small = [task._replace(size=0) for task in tasks(*good[:2], huge, *good[2:])]
        outcomes.extend(supervisor.run(small, {}))
        killer.join()
    found = by_case(tmp_path / "s")
    assert len(outcomes) == len(found) == 5
    assert found["huge.txt"]["failure"] == "memory-limit"
    assert "killed by the system" in found["huge.txt"]["error"]


def test_a_worker_is_replaced_now_and_then(good, tmp_path):
    with Supervisor(settings(tmp_path / "s", recycle=1), 1) as supervisor:
        pids = set()
        for _ in supervisor.run(tasks(*good), {}):
            pids |= {child._process.pid for child in supervisor._children}
    assert len(by_case(tmp_path / "s")) == 4
    assert len(pids) >= 3


def test_a_defect_of_stackan_costs_its_own_row(good, tmp_path, monkeypatch):
    from stackan.batch import judging

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody thought of that")

    monkeypatch.setattr(judging, "load", fail)
    outcome, rows = judging.judge(tasks(good[0])[0], settings(tmp_path / "s"))
    assert outcome.failure == "defect"
    assert outcome.error is not None
    assert outcome.error.startswith(f"{outcome.case}: internal error in ")
    assert "STACKAN_TRACEBACK" in outcome.error
    assert rows is not None
    assert "ZeroDivisionError: nobody thought of that" in rows["cases"][0]["error"]


def test_a_store_that_cannot_be_written_ends_the_run_in_one_sentence(good, tmp_path, batch):
    store = tmp_path / "s"
    batch(good[0], "--store", store)
    (store / "threads").rename(store / "moved")
    (store / "threads").write_text("in the way")
    done = batch(tmp_path / "good", "--store", store)
    assert done.returncode == 2
    assert "the store cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1


# -- archives that lie


def bomb() -> bytes:
    return gzip.compress(gzip.compress(b"\0" * (1 << 29)))


def climbing(text: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in ("../../../tmp/stackan-climbed.txt", "/tmp/stackan-climbed.txt"):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return packed.getvalue()


def links() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, target in (("a", "/etc/passwd"), ("b", "../../../etc/passwd"), ("c", "c")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return packed.getvalue()


def nested(text: bytes) -> bytes:
    for level in range(50):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(f"{level}.zip", text)
        text = packed.getvalue()
    return text


def lying_size(text: bytes) -> bytes:
    """A zip whose directory says that a member is as large as four gigabytes, and another that it is empty."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("snap1.txt", text)
    data = bytearray(packed.getvalue())
    entry = data.index(b"PK\1\2")
    struct.pack_into("<L", data, entry + 24, 0xFFFFFFF0)
    return bytes(data)


def encrypted(text: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("snap1.txt", text)
    data = bytearray(packed.getvalue())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


@pytest.fixture
def liars(tmp_path: Path, example: Path) -> dict[str, bytes]:
    text = (example / "snap1.txt").read_bytes()
    return {
        "bomb.gz": bomb(),
        "links.tar": links(),
        "nested.zip": nested(text),
        "encrypted.zip": encrypted(text),
        "cut.zip": nested(text)[:-30],
        "noise.bin": bytes(range(256)) * 500,
        "empty.txt": b"",
        "lying.zip": lying_size(text),
    }


def test_archives_that_lie_cost_their_own_rows(batch, liars, good, tmp_path, example):
    folder = good[0].parent
    for name, data in liars.items():
        (folder / name).write_bytes(data)
    (folder / "climbing.tar").write_bytes(climbing((example / "snap1.txt").read_bytes()))
    done = batch(folder, "--store", tmp_path / "s", "--memory", "1G")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    found = by_case(tmp_path / "s")
    assert len(found) == 4 + len(liars) + 1
    assert all(found[path.name]["failure"] is None for path in good)
    told = {name: found[name]["failure"] for name in liars if name != "lying.zip"}
    assert set(told.values()) <= {"unreadable", "too-large"}, told
    assert all(str(folder / name) in found[name]["error"] for name in told)
    assert not Path("/tmp/stackan-climbed.txt").exists()
    assert found["lying.zip"]["error"] or found["lying.zip"]["verdict"], "read or refused, but told"
