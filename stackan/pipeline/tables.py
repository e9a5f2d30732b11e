"""The tables that a dump gives, for which the report is asked when they are wanted."""

from __future__ import annotations

from typing import Any

from stackan.model.dump import Dump
from stackan.model.tabled import Tables


def _frames(dump: Dump) -> Any:
    from stackan.report.arrow import frames_table

    return frames_table(dump)


def _stacks(dump: Dump) -> Any:
    from stackan.report.arrow import stacks_table

    return stacks_table(dump)


def _pandas(table: Any) -> Any:
    from stackan.report.arrow import as_pandas

    return as_pandas(table)


def _polars(table: Any) -> Any:
    from stackan.report.arrow import as_polars

    return as_polars(table)


TABLES = Tables(_frames, _stacks, _pandas, _polars)
