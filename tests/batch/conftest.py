"""Small folders of cases, and runs over them by the command."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def batch(tmp_path: Path) -> Run:
    """Call `stackan batch` in a folder of its own."""

    def call(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "stackan", "batch", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)

    return call


@pytest.fixture
def cases(tmp_path: Path, example: Path) -> Path:
    """Six archives that are alike but for a line, and a file that is no case."""
    folder = tmp_path / "cases"
    folder.mkdir()
    for number in range(6):
        pack(folder / f"{number}.zip", {f"snap{at}.txt": (example / f"snap{at}.txt").read_bytes() + b"# %d\n" % number for at in (1, 2)})
    (folder / "note.txt").write_text("nothing of use\n")
    return folder


def pack(path: Path, members: dict[str, bytes]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    path.write_bytes(packed.getvalue())


_SMALL = """\
[New LWP 12]

Thread 2 (Thread 0x7f02 (LWP 12) "teller"):
#0  0x00007f2e51a26f00 in __lll_lock_wait (futex=0x55b9b76211e0) at lowlevellock.c:49
#1  0x00007f2e51a26f11 in ___pthread_mutex_lock (mutex=0x55b9b76211e0) at pthread_mutex_lock.c:93
#2  0x0000558400001234 in transfer_{number} () at teller.cc:10
#3  0x00007f2e51a26f22 in start_thread (arg=0x0) at pthread_create.c:442

Thread 1 (Thread 0x7f01 (LWP 11) "main"):
#0  0x00007f2e51a26f33 in __futex_abstimed_wait_common64 (expected=12, futex_word=0x7f02) at futex-internal.c:57
#1  0x00007f2e51a26f44 in __pthread_clockjoin_ex (threadid=0x7f02) at pthread_join_common.c:102
#2  0x0000558400001222 in main () at teller.cc:20
"""


def small_cases(folder: Path, count: int) -> Path:
    """That many small archives, each of two snapshots of threads that are stuck."""
    folder.mkdir()
    for number in range(count):
        text = _SMALL.replace("{number}", str(number)).encode()
        pack(folder / f"{number}.zip", {"snap1.txt": text, "snap2.txt": text + b"# later\n"})
    return folder


def rows(store: Path | str, table: str = "cases") -> list[dict[str, Any]]:
    """All rows of a table, as any reader of Parquet finds them."""
    from stackan.store.parts import read_rows
    from stackan.store.place import place_of

    return list(read_rows(place_of(str(store)), table))


def by_case(store: Path | str) -> dict[str, dict[str, Any]]:
    found = rows(store)
    assert len({row["case"] for row in found}) == len(found), "no case is there twice"
    return {Path(row["case"]).name: row for row in found}


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found
