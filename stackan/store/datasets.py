"""The tables of a store as Arrow datasets: read piece by piece, with the columns of this version whatever wrote the parts."""

from __future__ import annotations

from typing import Any

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.store.about import about_of
from stackan.store.arrow import pa, parquet_of, schema_of
from stackan.store.notes import NOTES, SCHEMA
from stackan.store.place import Folder, Place, place_of
from stackan.store.schema import TABLES

__all__ = ["NOTES", "check_files", "dataset_of", "store_of", "tables"]


def store_of(location: str) -> Place:
    """The place of a store that is there. Raises UsageError for a place without one, or with one of another version."""
    place = place_of(location)
    if not place.list("cases"):
        raise UsageError(said("{path}: no result store with cases in it; `stackan batch … --store {path}` makes one", path=location))
    about_of(place)
    return place


def dataset_of(place: Place, table: str) -> Any:
    """All rows of a table; none where no part has any."""
    from pyarrow import dataset

    schema = SCHEMA if table == NOTES else schema_of(table)
    paths = place.list(table)
    if not paths:
        return dataset.dataset(pa.Table.from_batches([], schema))
    if isinstance(place, Folder):
        return dataset.dataset(paths, schema=schema, format="parquet", filesystem=_files_of(place))
    return dataset.dataset([place.path(path) for path in paths], schema=schema, format="parquet", filesystem=place.files())


def _files_of(place: Folder) -> Any:
    """The files of a folder as Arrow opens them: each when it comes to it, though it may have been merged since it was listed."""
    from pyarrow import fs

    local = fs.LocalFileSystem()

    class Files(fs.FSSpecHandler):  # type: ignore[misc]
        def open_input_file(self, path: str) -> Any:
            try:
                return local.open_input_file(place.path(path))
            except FileNotFoundError:
                return local.open_input_file(place.beside(path))

        def get_type_name(self) -> str:
            return "stackan"

        def normalize_path(self, path: str) -> str:
            return path

    return fs.PyFileSystem(Files(None))


def check_files(place: Place) -> None:
    """Look into every file of a store. Raises UsageError for one that is damaged."""
    for table in [*TABLES, NOTES]:
        for path in place.list(table):
            with parquet_of(place, path) as file:
                for group in range(file.num_row_groups):
                    file.read_row_group(group, use_threads=False)


def tables() -> list[str]:
    return list(TABLES)
