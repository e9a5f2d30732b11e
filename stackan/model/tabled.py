"""Rows of a dump as tables of other libraries, by Arrow's interchange: https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stackan.errors import UsageError
from stackan.model.brief import brief
from stackan.model.records import NamedTuple
from stackan.model.said import said

if TYPE_CHECKING:
    from stackan.model.dump import Dump


@brief
class Tables(NamedTuple):
    """The writers of tables, which other stages have; each imports what it needs when it is called."""

    frames: Callable[[Dump], Any]
    stacks: Callable[[Dump], Any]
    pandas: Callable[[Any], Any]
    polars: Callable[[Any], Any]


class Tabled:
    """Rows that other libraries take as they are: `pyarrow.table(dump.frames)`, `pandas.DataFrame.from_arrow(dump.frames)`.

    All of this needs pyarrow, and raises UsageError without it, as without the library that it is asked for.
    """

    def _table(self, tables: Tables) -> Any:
        raise NotImplementedError

    @property
    def _tables(self) -> Tables | None:
        raise NotImplementedError

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`, whose columns docs/library-data.md names."""
        return self._table(self._opened())

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`; names are categories."""
        return self._opened().pandas(self.to_arrow())

    def to_polars(self) -> Any:
        """A `polars.DataFrame`; names are categories."""
        return self._opened().polars(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _opened(self) -> Tables:
        tables = self._tables
        if tables is None:
            raise UsageError(said("only dumps of stackan.load and stackan.parse give tables"))
        return tables
