"""Rows → Arrow tables of the store's schema; pyarrow is imported when this is."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.store.place import Folder, Place, damaged
from stackan.store.schema import NUMBER, SCHEMA, TABLES, TEXT, TEXTS, TIME, TRUTH, WHOLE, WHOLES

try:
    import pyarrow as pa
    import pyarrow.compute as compute
    import pyarrow.parquet as pq
except ImportError as error:
    raise UsageError(said("a result store needs pyarrow: pip install 'stackan[batch]'")) from error

__all__ = ["PARTS", "compute", "open_parquet", "pa", "parquet_of", "pq", "read", "schema_of", "table_of", "to_bytes"]

_TYPES = {
    TEXT: pa.string(),
    WHOLE: pa.int64(),
    NUMBER: pa.float64(),
    TRUTH: pa.bool_(),
    TIME: pa.timestamp("us", "UTC"),
    TEXTS: pa.list_(pa.string()),
    WHOLES: pa.list_(pa.int64()),
}
PARTS = b"stackan.parts"  # under this key a file names the parts that were merged into it


@functools.cache
def schema_of(table: str) -> Any:
    """The Arrow schema of a table, which names the version of the store's schema."""
    return pa.schema([(name, _TYPES[type]) for name, type in TABLES[table].items()], {"stackan.schema": SCHEMA})


def table_of(table: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Rows as an Arrow table; a column that a row doesn't have is null."""
    columns = [pa.array([_fit(row.get(name)) for row in rows], _TYPES[type]) for name, type in TABLES[table].items()]
    return pa.Table.from_arrays(columns, schema=schema_of(table))


def _fit(value: Any) -> Any:
    """A value that Arrow takes: texts from hostile inputs may hold halves of surrogates, and numbers more bits than 63."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, (list, tuple)):
        return [_fit(each) for each in value]
    if type(value) is int and not -(1 << 63) <= value < 1 << 63:
        return None
    return value


@contextlib.contextmanager
def parquet_of(place: Place, path: str) -> Iterator[Any]:
    """A file of a store, opened for what is done `with` it. Raises UsageError where it is damaged."""
    with _intact(place, path), open_parquet(place, path) as file:
        yield file


def open_parquet(place: Place, path: str) -> Any:
    """A file of a store, which stays open. Raises UsageError where its end is damaged, which says where all else is.

    By its path or from memory: pyarrow lets go of a Python file in threads of its own, which may end the interpreter as it ends.
    """
    if not isinstance(place, Folder):
        data = pa.BufferReader(place.read(path))
        with _intact(place, path):
            return pq.ParquetFile(data)
    with _intact(place, path):
        try:
            return pq.ParquetFile(place.path(path), memory_map=False)
        except FileNotFoundError:
            return pq.ParquetFile(place.beside(path), memory_map=False)


@contextlib.contextmanager
def _intact(place: Place, path: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:  # both are Arrow's words for damage; the system's own errors have numbers
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise damaged(place, path, error) from error


def read(file: Any, columns: Sequence[str] | None = None) -> Any:
    """The rows of an opened file as a table, read in this thread."""
    return file.read(columns=None if columns is None else list(columns), use_threads=False)


def to_bytes(table: Any) -> bytes:
    """A table as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]
