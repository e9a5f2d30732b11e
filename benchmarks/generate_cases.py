"""A folder of many cases, made of the project's real dumps: `python benchmarks/generate_cases.py FOLDER 10000`.

Each case is one or two snapshots with thread ids and addresses of its own, packed as customers do.  The same bytes for the same number.
"""

from __future__ import annotations

import gzip
import io
import pathlib
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator

import stackan

ROOT = pathlib.Path(__file__).parents[1]
_LARGEST = 100_000  # bytes of a dump: most that customers send are no larger
_LWP = re.compile(rb"(?<=LWP )\d+|(?<=TID )\d+")
_ADDRESS = re.compile(rb"\b0x7[0-9a-f]{11}\b")
_STEM = re.compile(r"\d+(?=\D*$)")


def seeds() -> list[list[tuple[str, bytes]]]:
    """The snapshots of each real case: files of one folder whose names differ in their last number, at most two."""
    groups: dict[tuple[pathlib.Path, str], list[pathlib.Path]] = {}
    for path in sorted([*(ROOT / "examples").rglob("*.txt"), *(ROOT / "tests" / "dumps").rglob("*.txt")]):
        if path.stat().st_size <= _LARGEST:
            groups.setdefault((path.parent, _STEM.sub("", path.name)), []).append(path)
    return [[(path.name, path.read_bytes()) for path in paths[:2]] for paths in groups.values() if _is_case(paths[:2])]


def _is_case(paths: list[pathlib.Path]) -> bool:
    """Some dumps are there because they cannot be read, and some files are tables beside one."""
    try:
        stackan.load(*paths)
    except stackan.StackanError:
        return False
    return True


def vary(text: bytes, number: int) -> bytes:
    """The dump of another process: other thread ids and addresses, the same for all snapshots of a case."""
    moved = (number % 4096) << 12
    text = _LWP.sub(lambda found: b"%d" % (int(found[0]) + number), text)
    return _ADDRESS.sub(lambda found: b"0x%012x" % (int(found[0], 16) ^ moved), text)


def pack(members: list[tuple[str, bytes]], kind: int) -> tuple[str, bytes]:
    """The ending and the bytes of an archive."""
    packed = io.BytesIO()
    if kind == 0:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, data in members:
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        return ".tar.gz", gzip.compress(packed.getvalue(), 6, mtime=0)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return ".zip", packed.getvalue()


def cases(count: int) -> Iterator[tuple[str, bytes]]:
    """(path below the folder, bytes) of that many cases, a thousand to a folder."""
    found = seeds()
    for number in range(count):
        members = [(name, vary(text, number)) for name, text in found[number % len(found)]]
        ending, data = pack(members, number % 3)
        yield f"{number // 1000:03}/case-{number:06}{ending}", data


def write_cases(folder: pathlib.Path, count: int) -> int:
    """Write them; returns how many bytes."""
    size = 0
    for name, data in cases(count):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        size += len(data)
    return size


if __name__ == "__main__":
    print(write_cases(pathlib.Path(sys.argv[1]), int(sys.argv[2])), "bytes")
