"""The tables of a store as Arrow datasets: read piece by piece, with the columns of this version whatever wrote the parts."""

from __future__ import annotations

from typing import Any

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.store.about import about_of
from stackan.store.arrow import pa, parquet_of, schema_of
from stackan.store.notes import NOTES, SCHEMA
from stackan.store.place import Place, place_of
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
    return dataset.dataset([place.path(path) for path in paths], schema=schema, format="parquet", filesystem=place.files())


def check_files(place: Place) -> None:
    """Look into every file of a store. Raises UsageError for one that is damaged."""
    for table in [*TABLES, NOTES]:
        for path in place.list(table):
            with parquet_of(place, path) as file:
                for group in range(file.num_row_groups):
                    file.read_row_group(group, use_threads=False)


def tables() -> list[str]:
    return list(TABLES)
