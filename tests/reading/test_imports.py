"""What reading a plain file costs at start-up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import stackan.reading

from .packing import CODECS, DUMP, tar

# The first typed tuple that a program makes loads modules of typing's own (Python 3.14).
CHECK = """
import sys, os, typing, __future__
from collections.abc import Iterator
import stackan.errors
class Pair(typing.NamedTuple):
    first: int
before = set(sys.modules)
from stackan.reading import read
sizes = [len(item.data) for item in read(sys.argv[1:])]
print(sizes, *sorted(name for name in set(sys.modules) - before if not name.startswith("stackan.")))
"""


def loaded_by_reading(path: Path) -> list[str]:
    root = str(Path(stackan.reading.__file__).parents[2])
    made = subprocess.run(
        [sys.executable, "-c", CHECK, str(path)], env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=True
    )
    sizes, *modules = made.stdout.split()
    assert sizes == f"[{len(DUMP)}]"
    return modules


def test_a_plain_file_loads_no_module_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(DUMP)

    assert loaded_by_reading(path) == []


@pytest.mark.parametrize(
    "codec, others", [("xz", {"bz2", "zlib", "tarfile", "zipfile", "zstandard"}), ("bzip2", {"lzma", "zlib", "zstandard"})]
)
def test_a_codec_loads_no_other(tmp_path: Path, codec: str, others: set[str]) -> None:
    path = tmp_path / "a"
    path.write_bytes(CODECS[codec](DUMP))

    modules = set(loaded_by_reading(path))

    assert {"xz": "lzma", "bzip2": "bz2"}[codec] in modules
    assert not modules & others


def test_an_archive_loads_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(tar({"a": DUMP}))

    modules = set(loaded_by_reading(path))

    assert "tarfile" in modules
    assert "zipfile" not in modules
