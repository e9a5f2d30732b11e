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
