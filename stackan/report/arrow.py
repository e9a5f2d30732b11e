"""Dumps as an Arrow table, a row for each frame; pyarrow is imported when this is asked for.

The scanner's columns are handed over as they lie in memory, and Arrow's kernels spread what is said of calls and threads over the frames.
A name is stored once, however many frames have it, and all pieces of a table share the names: so it is written piece by piece.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import accumulate, chain, groupby
from operator import add, eq
from typing import TYPE_CHECKING, Any, BinaryIO

from stackan.collector import collector_paused
from stackan.errors import UsageError
from stackan.model.analysis import Analysis
from stackan.model.case import Case
from stackan.model.columns import UNKNOWN, Columns
from stackan.model.dump import Dump, read_location
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
    Batch = Any

_THREADS = {
    **dict.fromkeys(ThreadRow._fields, pa.string()),
    **dict.fromkeys(("pid", "lwp", "line"), pa.int64()),
    "snapshots": pa.int32(),
}
_NAME = pa.dictionary(pa.int32(), pa.string())
_FRAMES = pa.schema(
    {
        "source": _NAME,
        "snapshot": pa.int32(),
        "format": _NAME,
        "pid": pa.int64(),
        "thread": pa.int32(),
        "number": pa.int64(),
        "lwp": pa.int64(),
        "pthread": pa.uint64(),
        "name": _NAME,
        "level": pa.int32(),
        "pc": pa.uint64(),
        "function": _NAME,
        "file": _NAME,
        "file_line": pa.int64(),
        "library": _NAME,
        "offset": pa.int64(),
    }
)
_NAMES = [field.name for field in _FRAMES if field.type == _NAME]
_ROWS = 1 << 18  # of a piece, about; a thread is not cut
_TYPES = {"b": pa.int8(), "i": pa.int32(), "I": pa.uint32(), "q": pa.int64(), "Q": pa.uint64()}


def write(dumps: Sequence[Dump], format: str, stream: BinaryIO) -> None:
    """Write all snapshots as one table: an Arrow file (`arrow`, that is Feather), or `parquet`."""
    if format == "parquet":
        from pyarrow.parquet import ParquetWriter

        # Numbers are in runs, which are packed as well without a dictionary, and in half of the time.
        with ParquetWriter(stream, _FRAMES, use_dictionary=_NAMES) as file:
            for batch in _batches(dumps):
                file.write_batch(batch)
    else:
        with pa.ipc.new_file(stream, _FRAMES) as file:
            for batch in _batches(dumps):
                file.write_batch(batch)


def frames_table(dumps: Case | Dump | Sequence[Dump]) -> Table:
    """A row for each frame of each thread of some dumps, or of a case's, innermost first.

    source, snapshot (from 0), format, pid; thread (row in its dump, from 0), number, lwp, pthread, name; level (position in the
    stack, from 0), pc, function, file, file_line, library; offset (of the frame's text, in bytes from the text's start).
    """
    given = dumps.dumps if isinstance(dumps, Case) else [dumps] if isinstance(dumps, Dump) else dumps
    return pa.Table.from_batches(_batches(given), _FRAMES)


def threads_table(analysis: Analysis) -> Table:
    """A row for each thread of a case, with what was concluded about it: the columns of `stackan.model.thread_row.ThreadRow`."""
    rows = thread_rows(analysis)
    return pa.table({name: pa.array([getattr(row, name) for row in rows], type) for name, type in _THREADS.items()})


def stacks_table(dump: Dump) -> Table:
    """A row for each distinct stack of a dump: its index in `Dump.stacks`, how many threads have it, and its functions, innermost first."""
    names, stacks = _Names(), dump.stacks
    counts = Counter(dump.thread_nodes())
    sites = [dump.sites(node) for node in stacks.nodes]
    functions = names.numbers(function or b"??" for function in dump.columns.site_function)
    lists = pa.ListArray.from_arrays(
        pa.array(array("i", accumulate(map(len, sites), initial=0)), pa.int32()),
        pa.DictionaryArray.from_arrays(functions.take(pa.array(array("i", chain.from_iterable(sites)), pa.int32())), names.values()),
    )
    threads = pa.array([counts[node] for node in stacks.nodes], pa.int64())
    return pa.table({"stack": pa.array(range(len(sites)), pa.int32()), "threads": threads, "functions": lists})


def as_pandas(table: Table) -> Any:
    """A table as a `pandas.DataFrame`.  Raises UsageError without pandas."""
    _require("pandas")
    return table.to_pandas()


def as_polars(table: Table) -> Any:
    """A table as a `polars.DataFrame`.  Raises UsageError without polars."""
    return _require("polars").DataFrame(table)


def _require(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(said("this needs {name}: pip install {name}", name=name)) from error


def column(values: array[Any] | memoryview, rows: slice = slice(None)) -> Column:
    """Rows of one of a dump's columns as an Arrow array over the same memory."""
    view = memoryview(values)[rows]
    return pa.Array.from_buffers(_TYPES[view.format], len(view), [None, pa.py_buffer(view)])


def _batches(dumps: Sequence[Dump]) -> Iterator[Batch]:
    """The rows of all dumps, which share the names that are found first."""
    names = {name: _Names() for name in _NAMES}
    with collector_paused():
        texts = [_Text(list(text), names) for _, text in groupby(enumerate(dumps), key=lambda each: id(each[1].columns))]
        values = {name: found.values() for name, found in names.items()}
    for text in texts:
        yield from text.batches(values)


class _Names:
    """Distinct names in the order in which they come."""

    def __init__(self) -> None:
        self._known: dict[str | bytes, int] = {}

    def numbers(self, names: Iterable[str | bytes | None]) -> Column:
        """The numbers of some names, as they are or as bytes of a text; null where there is none."""
        known = self._known
        return pa.array([None if name is None else known.setdefault(name, len(known)) for name in names], pa.int32())

    def values(self) -> Column:
        return pa.array([name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in self._known], pa.string())


class _Text:
    """The dumps of one text: what is said of its calls and of their threads."""

    def __init__(self, dumps: Sequence[tuple[int, Dump]], names: Mapping[str, _Names]) -> None:
        columns = self._columns = dumps[0][1].columns
        self._call = _describe_calls(columns, names)
        rows = [row for _, dump in dumps for row in range(dump.first_thread, dump.stop_thread)]
        sizes = [dump.stop_thread - dump.first_thread for _, dump in dumps]
        chosen = pa.array(array("i", rows), pa.int32())

        def said_once(values: Iterable[Any], type: Any) -> Column:
            """What is said of each dump, for each of its threads."""
            return pa.concat_arrays([pa.repeat(pa.scalar(value, type), size) for value, size in zip(values, sizes)])

        def known(values: Any, unknown: int) -> Column:
            taken = column(values).take(chosen)
            return pc.if_else(pc.equal(taken, unknown), pa.scalar(None, taken.type), taken)

        self._thread = {
            "source": _spread(names["source"].numbers(dump.source for _, dump in dumps), sizes),
            "snapshot": said_once((index for index, _ in dumps), pa.int32()),
            "format": _spread(names["format"].numbers(dump.format for _, dump in dumps), sizes),
            "pid": said_once((dump.facts.pid for _, dump in dumps), pa.int64()),
            "thread": pa.array(array("i", chain.from_iterable(map(range, sizes))), pa.int32()),
            "number": known(columns.thread_number, UNKNOWN),
            "lwp": known(columns.thread_lwp, UNKNOWN),
            "pthread": known(columns.thread_pthread, 0),
            "name": names["name"].numbers(_thread_names(dumps[0][1], rows)),
        }
        self._start = column(columns.thread_start).take(chosen)
        self._firsts = array("i", map(columns.thread_first.__getitem__, rows))
        self._frames = array("i", map(columns.thread_frames.__getitem__, rows))

    def batches(self, names: Mapping[str, Column]) -> Iterator[Batch]:
        first = frames = 0
        for row, size in enumerate(self._frames):
            if frames + size > _ROWS and row > first:
                yield self._batch(slice(first, row), names)
                first, frames = row, 0
            frames += size
        if frames:
            yield self._batch(slice(first, len(self._frames)), names)

    def _batch(self, threads: slice, names: Mapping[str, Column]) -> Batch:
        firsts, frames = self._firsts[threads], self._frames[threads]
        begins = pa.array(array("i", accumulate(frames, initial=0)), pa.int32())
        size = begins[-1].as_py()
        thread = pc.list_parent_indices(pa.ListArray.from_arrays(begins, pa.nulls(size)))
        position = pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int32()), size), start=-1)
        level = pc.subtract(position, begins.take(thread))
        if all(map(eq, firsts[1:], map(add, firsts, frames))):
            own = slice(firsts[0], firsts[0] + size)
            call, start = column(self._columns.frame_call, own), column(self._columns.frame_start, own)
        else:  # a session prints some frames again: these are between the threads' own
            frame = pc.add(level, pa.array(firsts, pa.int32()).take(thread))
            call, start = column(self._columns.frame_call).take(frame), column(self._columns.frame_start).take(frame)
        found = {name: values[threads].take(thread) for name, values in self._thread.items()}
        found |= {name: values.take(call) for name, values in self._call.items()}
        found["level"] = level
        found["offset"] = pc.add(self._start[threads].take(thread), start.cast(pa.int64()))
        found |= {name: pa.DictionaryArray.from_arrays(found[name], values, safe=False) for name, values in names.items()}
        return pa.record_batch([found[name] for name in _FRAMES.names], schema=_FRAMES)


def _describe_calls(columns: Columns, names: Mapping[str, _Names]) -> dict[str, Column]:
    """What is said of each call: of its site, and of its program counter."""
    where = [read_location(location.decode("utf-8", "replace")) for location in columns.site_location]
    site = column(columns.call_site)
    of_sites = {
        "function": names["function"].numbers(function or b"??" for function in columns.site_function),
        "file": names["file"].numbers(each.file for each in where),
        "file_line": pa.array([each.line for each in where], pa.int64()),
        "library": names["library"].numbers(each.library for each in where),
    }
    has_pc = column(columns.site_has_pc).cast(pa.bool_())
    return {
        **{name: values.take(site) for name, values in of_sites.items()},
        "pc": pc.if_else(has_pc.take(site), column(columns.call_pc), pa.scalar(None, pa.uint64())),
    }


def _thread_names(dump: Dump, rows: Iterable[int]) -> Iterator[bytes | None]:
    data, starts, sizes = dump.data, dump.columns.thread_name_start, dump.columns.thread_name_size
    for row in rows:
        start = starts[row]
        yield None if start == UNKNOWN else data[start : start + sizes[row]]


def _spread(values: Column, sizes: Sequence[int]) -> Column:
    """Each value so many times."""
    return pa.concat_arrays([pa.repeat(value, size) for value, size in zip(values, sizes)])
