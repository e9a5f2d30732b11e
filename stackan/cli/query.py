"""`stackan query`: a SELECT over a result store → a table, CSV, JSON or Parquet."""

from __future__ import annotations

import argparse
import math

from stackan.cli.common import add_format, add_output, size
from stackan.cli.endings import settle_format
from stackan.cli.language import in_language
from stackan.cli.printing import complain
from stackan.cli.streams import binary_output, output
from stackan.errors import UsageError
from stackan.model.said import said
from stackan.query.named import NAMED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from stackan.cli.printing import SafeText
    from stackan.query.asking import Answer

_MEASURED = 1000  # rows by which a table's columns get their widths
_WIDEST = 80  # columns of a cell that is not the last


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("sql", nargs="?", metavar="SQL", help=said("one SELECT; docs/store.md has the tables and their columns"))
    parser.add_argument("--store", required=True, metavar="DIR", help=said("the folder, or URL, of a result store"))
    parser.add_argument("--named", choices=tuple(NAMED), help=said("a question that has a name, in the place of SQL, which is shown"))
    parser.add_argument("--memory", type=size, metavar="N", help=said("how much memory the query may take (default 4G)"))
    add_format(parser, ("text", "csv", "json", "parquet"), said("how to write the result (default: by the ending of -o, else text)"))
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stackan.query.asking import MEMORY, ask

    if (options.sql is None) == (options.named is None):
        if options.sql is None:
            raise UsageError(said("no question: give one SELECT, or --named with a name of docs/query.md"))
        raise UsageError(said("both a SELECT and --named: give one of the two"))
    settle_format(options)
    sql = options.sql if options.named is None else NAMED[options.named].sql
    if options.named is not None and not options.quiet:
        complain(f"-- {in_language(NAMED[options.named].about, options.language)}", *sql.splitlines())
    answer = ask(options.store, sql, options.memory or MEMORY)
    if options.format == "parquet":
        _write_parquet(answer, options.output)
        return 0
    write = {"text": write_table, "csv": write_csv, "json": write_json}[options.format]
    with output(options.output) as stream:
        write(answer, stream)
    return 0


def _write_parquet(answer: Answer, path: str | None) -> None:
    from stackan.store.arrow import pa, to_bytes

    table = answer.table()
    _check_names(table.column_names)
    try:
        data = to_bytes(table)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(
            said("the result cannot be Parquet ({reason}); cast its columns, or give another --format", reason=reason)
        ) from error
    with binary_output(path) as file:
        file.write(data)


def _check_names(columns: Sequence[str]) -> None:
    """Raise UsageError where two columns have one name, as no object and no file may have them."""
    double = next((name for at, name in enumerate(columns) if name in columns[:at]), None)
    if double is not None:
        raise UsageError(said("two columns are called {name}; give one of them another name with AS", name=double))


def write_table(answer: Answer, stream: SafeText) -> None:
    """Columns as wide as their values, numbers to the right."""
    from itertools import chain, islice

    from stackan.report.layout import columns

    rows = answer.rows()
    first = list(islice(rows, _MEASURED))
    numeric = [bool(first) and all(_is_number(row[at]) for row in first) for at in range(len(answer.columns))]
    shown = [answer.columns, *([_cell(value) for value in row] for row in first)]
    widths = [min(max(columns(row[at]) for row in shown), _WIDEST) for at in range(len(answer.columns))]
    for row in chain(shown, ([_cell(value) for value in row] for row in rows)):
        stream.write("  ".join(_pad(cell, size, right) for cell, size, right in zip(row, widths, numeric)).rstrip() + "\n")
        if row is shown[0]:
            stream.write("  ".join("-" * size for size in widths) + "\n")


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) or hasattr(value, "as_tuple")


def _pad(cell: str, size: int, right: bool) -> str:
    from stackan.report.layout import columns

    blanks = " " * max(0, size - columns(cell))
    return blanks + cell if right else cell + blanks


def _cell(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_cell, value))
    return " ".join(str(value).split("\n"))


def write_csv(answer: Answer, stream: SafeText) -> None:
    """As RFC 4180 has it; a list is its values with `; ` between, and what a spreadsheet would run as a formula begins with `'`."""
    import csv

    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([_plain(value) for value in row] for row in answer.rows())


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def write_json(answer: Answer, stream: SafeText) -> None:
    """A list of objects; numbers that are none (`NaN`) and infinite ones, which JSON does not have, are null."""
    _check_names(answer.columns)
    for piece in _json(answer.columns, answer.rows()):
        stream.write(piece)


def _json(columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    import json

    before = "["
    for row in rows:
        yield f"{before}\n  " + json.dumps({name: _in_json(value) for name, value in zip(columns, row)}, allow_nan=False)
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _in_json(value: Any) -> Any:
    """Times as ISO texts, decimals as numbers, keys and all else as text."""
    if isinstance(value, dict):
        return {_key(key): _in_json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return list(map(_in_json, value))
    if isinstance(value, (str, int)) or value is None:
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) or hasattr(value, "as_tuple"):
        return float(value) if math.isfinite(value) else None
    return str(value)


def _key(value: Any) -> str:
    return value if isinstance(value, str) else str(_in_json(value))
