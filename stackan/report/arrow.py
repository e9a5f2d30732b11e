"""Dumps as an Arrow table, a row for each frame; pyarrow is imported when this is asked for.

The scanner's columns are handed over as they lie in memory; a name is stored once, however many frames have it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from stackan.errors import UsageError
from stackan.model.analysis import Analysis
from stackan.model.case import Case
from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.said import said
from stackan.model.thread_row import ThreadRow
from stackan.report.threads import thread_rows

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError as error:
    raise UsageError(said("the formats arrow and parquet need pyarrow: pip install 'stackan[arrow]'")) from error

if TYPE_CHECKING:
    Column = Any  # pyarrow has no types
    Table = Any

_THREADS = {
    **dict.fromkeys(ThreadRow._fields, pa.string()),
    **dict.fromkeys(("pid", "lwp", "line"), pa.int64()),
    "snapshots": pa.int32(),
}
_TYPES = {"b": pa.int8(), "i": pa.int32(), "I": pa.uint32(), "q": pa.int64(), "Q": pa.uint64()}


def write(dumps: Sequence[Dump], format: str, stream: BinaryIO) -> None:
    """Write all snapshots as one table: an Arrow file (`arrow`, that is Feather), or `parquet`."""
    table = frames_table(dumps)
    if format == "parquet":
        import pyarrow.parquet

        pyarrow.parquet.write_table(table, stream)
    else:
        with pa.ipc.new_file(stream, table.schema) as file:
            file.write_table(table)


def frames_table(dumps: Case | Dump | Sequence[Dump]) -> Table:
    """A row for each frame of each thread of some dumps, or of a case's, innermost first.

    source, snapshot (from 0), format, pid; thread (row in its dump, from 0), number, lwp, pthread, name; level (position in the
    stack, from 0), pc, function, file, file_line, library; offset (of the frame's text, in bytes from the text's start).
    """
    given = dumps.dumps if isinstance(dumps, Case) else [dumps] if isinstance(dumps, Dump) else dumps
    return pa.concat_tables([_table(index, dump) for index, dump in enumerate(given)]).unify_dictionaries()


def threads_table(analysis: Analysis) -> Table:
    """A row for each thread of a case, with what was concluded about it: the columns of `stackan.model.thread_row.ThreadRow`."""
    rows = thread_rows(analysis)
    return pa.table({name: pa.array([getattr(row, name) for row in rows], type) for name, type in _THREADS.items()})


def column(values: array[Any] | memoryview, rows: slice = slice(None)) -> Column:
    """Rows of one of a dump's columns as an Arrow array over the same memory."""
    view = memoryview(values)[rows]
    return pa.Array.from_buffers(_TYPES[view.format], len(view), [None, pa.py_buffer(view)])


def _table(index: int, dump: Dump) -> Table:
    columns = dump.columns
    threads = slice(dump.first_thread, dump.stop_thread)
    counts, firsts = columns.thread_frames[threads], columns.thread_first[threads]
    thread = pa.array(array("i", chain.from_iterable([row] * count for row, count in enumerate(counts))), pa.int32())
    # A session prints some frames again: these are between the threads' own.
    frame = pa.array(array("i", chain.from_iterable(map(range, firsts, map(int.__add__, firsts, counts)))), pa.int32())
    call = column(columns.frame_call).take(frame)
    site = column(columns.call_site).take(call)
    functions, files, numbers, libraries = zip(*_sites(dump)) if columns.site_function else ((), (), (), ())
    size = len(call)
    return pa.table(
        {
            "source": _constant(dump.source, size),
            "snapshot": pa.repeat(pa.scalar(index, pa.int32()), size),
            "format": _constant(dump.format, size),
            "pid": pa.repeat(pa.scalar(dump.facts.pid, pa.int64()), size),
            "thread": thread,
            "number": _known(column(columns.thread_number, threads), UNKNOWN).take(thread),
            "lwp": _known(column(columns.thread_lwp, threads), UNKNOWN).take(thread),
            "pthread": _known(column(columns.thread_pthread, threads), 0).take(thread),
            "name": _names(map(dump.thread_name, range(dump.first_thread, dump.stop_thread))).take(thread),
            "level": pa.array(array("i", chain.from_iterable(map(range, counts))), pa.int32()),
            "pc": pc.if_else(column(columns.site_has_pc).cast(pa.bool_()).take(site), column(columns.call_pc).take(call), None),
            "function": pa.DictionaryArray.from_arrays(site, pa.array(functions, pa.string())),
            "file": _names(files).take(site),
            "file_line": pa.array(numbers, pa.int64()).take(site),
            "library": _names(libraries).take(site),
            "offset": pc.add(column(columns.thread_start, threads).take(thread), column(columns.frame_start).take(frame).cast(pa.int64())),
        }
    )


def _sites(dump: Dump) -> Iterator[tuple[str, str | None, int | None, str | None]]:
    for site in range(len(dump.columns.site_function)):
        where = dump.location(site)
        yield dump.function(site) or "??", where.file, where.line, where.library


def _known(values: Column, unknown: int) -> Column:
    """The values, null where they say that nothing is known."""
    return pc.if_else(pc.equal(values, unknown), pa.scalar(None, values.type), values)


def _names(values: Iterable[str | None]) -> Column:
    return pa.array(list(values), pa.string()).dictionary_encode()


def _constant(text: str, size: int) -> Column:
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), size), pa.array([text], pa.string()))
