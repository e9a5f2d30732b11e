"""Many small files of a table → few large ones, while others read them.

The merged files are put into a folder beside the table's, which then takes its place in one step (`renameat2`), so that no reader ever
sees a row twice or not at all; one that has listed the old files finds them beside until the next merge.  Where the system has no such
step, as in object stores, nothing is merged.  Only the run that has the store's lock merges, while none of its workers write.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from stackan.store.arrow import PARTS, pa, parquet_of, pq, schema_of
from stackan.store.parts import MERGED, merged_parts
from stackan.store.place import ENDING, Folder, Place, sync
from stackan.store.schema import TABLES

_MANY = 16  # files of a table from which on they are merged
_LARGE = 256 << 20  # bytes from which on a file stays as it is, and a merged one is full
_HELD = 64 << 20  # bytes of rows that are held at once
_AT_CWD, _EXCHANGE = -100, 2


def merge(place: Place) -> int:
    """Merge the small files of each table that has many; returns how many files are fewer."""
    if not isinstance(place, Folder):
        return 0
    for table in TABLES:
        shutil.rmtree(place.beside(table), ignore_errors=True)  # of the merge before, or of a run that was killed
    return sum(_merge(place, table) for table in TABLES)


def _merge(place: Folder, table: str) -> int:
    paths = place.list(table)
    small = [path for path in paths if os.path.getsize(place.path(path)) < _LARGE]
    if len(small) < _MANY:
        return 0
    beside = place.beside(table)
    os.makedirs(beside)
    for path in set(paths) - set(small):
        os.link(place.path(path), os.path.join(beside, os.path.basename(path)))
    written = 0
    while small:
        written += 1
        small = _merge_some(place, table, small, beside)
    sync(beside)
    if not _exchange(beside, place.path(table)):
        shutil.rmtree(beside)
        return 0
    sync(place.name)
    return len(paths) - len(place.list(table))


def _merge_some(place: Folder, table: str, paths: Sequence[str], beside: str) -> list[str]:
    """Merge files until the new one is full; returns those that are left."""
    names: list[str] = []
    size = taken = 0
    for path in paths:
        size += os.path.getsize(place.path(path))
        if names and size > _LARGE:
            break
        names += merged_parts(place, path) or [os.path.basename(path).removesuffix(ENDING)]
        taken += 1
    schema = schema_of(table)
    schema = schema.with_metadata({**schema.metadata, PARTS: " ".join(names).encode()})
    name = MERGED + hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:32]
    with open(os.path.join(beside, name + ENDING), "wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table_of_some in _gathered(place, paths[:taken], schema):
                writer.write_table(table_of_some)
        file.flush()
        os.fsync(file.fileno())
    return list(paths[taken:])


def _gathered(place: Folder, paths: Sequence[str], schema: Any) -> Iterator[Any]:
    """The rows of some files, in tables that are not too small to be read fast, nor too large to be held."""
    gathered, size = [], 0
    for path in paths:
        with parquet_of(place, path) as file:
            for group in range(file.num_row_groups):
                gathered.append(file.read_row_group(group, use_threads=False).cast(schema))
                size += gathered[-1].nbytes
                if size > _HELD:
                    yield pa.concat_tables(gathered)
                    gathered, size = [], 0
    if gathered:
        yield pa.concat_tables(gathered)


def _exchange(one: str, other: str) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    with contextlib.suppress(AttributeError, OSError):
        call = ctypes.CDLL(None, use_errno=True).renameat2
        return call(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE) == 0  # type: ignore[no-any-return]
    return False
