"""Dumps as an Arrow table, a row for each frame; pyarrow is imported when this is asked for.

What is said of threads and calls is spread over the frames, and handed over as it lies in memory: no object is made for a frame.
A name is stored once, however many frames have it, and all pieces of a table share the names: so it is written piece by piece.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import accumulate, chain, count, groupby, repeat
from typing import TYPE_CHECKING, Any, BinaryIO

from stackan import backend
from stackan.collector import collector_paused
from stackan.errors import UsageError
from stackan.model.analysis import Analysis
from stackan.model.case import Case
from stackan.model.columns import UNKNOWN, Columns
from stackan.model.dump import Dump
from stackan.model.rows import read_location
from stackan.model.said import said
from stackan.model.thread_row import ThreadRow
from stackan.report.spread import PlainSpread, known_bits, number_texts
from stackan.report.threads import thread_rows

try:
    import pyarrow as pa
except ImportError as error:
    raise UsageError(said("the formats arrow and parquet need pyarrow: pip install 'stackan[arrow]'")) from error

if TYPE_CHECKING:
    from stackan.backend import Spread

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
_NOT_KNOWN = {**dict.fromkeys((*_NAMES, "pid", "number", "lwp", "file_line"), UNKNOWN), "pthread": 0}  # where these are null
_ROWS = 1 << 18  # of a piece, about; a thread is not cut
_TYPES = {"b": pa.int8(), "i": pa.int32(), "I": pa.uint32(), "q": pa.int64(), "Q": pa.uint64()}


def write(dumps: Sequence[Dump], format: str, stream: BinaryIO) -> None:
    """Write all snapshots as one table: an Arrow file (`arrow`, that is Feather), or `parquet`."""
    if format == "parquet":
        from pyarrow.parquet import ParquetWriter

        # Numbers are in runs, which are packed as well without a dictionary, and in half of the time.  The least and the greatest
        # name of each piece, which nobody looks for, take as long to find as all the rest to write.
        numbers = [name for name in _FRAMES.names if name not in _NAMES]
        offsets = {"offset": "DELTA_BINARY_PACKED"}
        with ParquetWriter(stream, _FRAMES, use_dictionary=_NAMES, write_statistics=numbers, column_encoding=offsets) as file:
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
        pa.DictionaryArray.from_arrays(column(array("i", map(functions.__getitem__, chain.from_iterable(sites)))), names.values()),
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


def column(values: array[Any] | memoryview, rows: slice = slice(None), unknown: int | None = None) -> Column:
    """Rows of one of a dump's columns as an Arrow array over the same memory; null where they are `unknown`."""
    view = memoryview(values)[rows]
    bits, known = (None, len(view)) if unknown is None else (backend.known_bits() or known_bits)(view, unknown)
    marks = None if known == len(view) else pa.py_buffer(bits)
    return pa.Array.from_buffers(_TYPES[view.format], len(view), [marks, pa.py_buffer(view)], len(view) - known)


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

    def numbers(self, names: Iterable[str | bytes | None]) -> array[int]:
        """The numbers of some names, as they are or as bytes of a text; UNKNOWN where there is none."""
        known = self._known
        return array("i", [UNKNOWN if name is None else known.setdefault(name, len(known)) for name in names])

    def values(self) -> Column:
        return pa.array([name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in self._known], pa.string())


class _Text:
    """The dumps of one text: what is said of its calls and of their threads."""

    def __init__(self, dumps: Sequence[tuple[int, Dump]], names: Mapping[str, _Names]) -> None:
        columns = self._columns = dumps[0][1].columns
        self._call = _describe_calls(columns, names)
        self._unknown = _NOT_KNOWN | {"pc": _unused(columns)}
        pieces = [range(dump.first_thread, dump.stop_thread) for _, dump in dumps]

        def said_once(code: str, values: Iterable[int]) -> array[Any]:
            """What is said of each dump, for each of its threads."""
            return array(code, chain.from_iterable(map(repeat, values, map(len, pieces))))

        def of_threads(values: array[Any] | memoryview) -> array[Any]:
            """What is said of each thread."""
            found = array(memoryview(values).format)
            for piece in pieces:
                found.frombytes(memoryview(values)[piece.start : piece.stop].cast("B"))
            return found

        name_starts, name_sizes = of_threads(columns.thread_name_start), of_threads(columns.thread_name_size)
        self._thread = {
            "source": said_once("i", names["source"].numbers(dump.source for _, dump in dumps)),
            "snapshot": said_once("i", (index for index, _ in dumps)),
            "format": said_once("i", names["format"].numbers(dump.format for _, dump in dumps)),
            "pid": said_once("q", (UNKNOWN if dump.facts.pid is None else dump.facts.pid for _, dump in dumps)),
            "thread": array("i", chain.from_iterable(range(len(piece)) for piece in pieces)),
            "number": of_threads(columns.thread_number),
            "lwp": of_threads(columns.thread_lwp),
            "pthread": of_threads(columns.thread_pthread),
            "name": _thread_names(dumps[0][1].data, name_starts, name_sizes, names["name"]),
        }
        self._start = of_threads(columns.thread_start)
        self._firsts, self._frames = of_threads(columns.thread_first), of_threads(columns.thread_frames)

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
        columns, spread = self._columns, _spread(self._firsts[threads], self._frames[threads])
        found = {name: spread.of_threads(values[threads]) for name, values in self._thread.items()}
        found |= {name: spread.of_calls(columns.frame_call, values) for name, values in self._call.items()}
        found["level"] = spread.levels()
        found["offset"] = spread.offsets(self._start[threads], columns.frame_start)
        made = {name: column(values, unknown=self._unknown.get(name)) for name, values in found.items()}
        made |= {name: pa.DictionaryArray.from_arrays(made[name], values, safe=False) for name, values in names.items()}
        return pa.RecordBatch.from_arrays([made[name] for name in _FRAMES.names], schema=_FRAMES)


def _describe_calls(columns: Columns, names: Mapping[str, _Names]) -> dict[str, array[Any]]:
    """What is said of each call: of its site, and of its program counter."""
    where = [read_location(location.decode("utf-8", "replace")) for location in columns.site_location]
    of_sites = {
        "function": names["function"].numbers(function or b"??" for function in columns.site_function),
        "file": names["file"].numbers(each.file for each in where),
        "file_line": array("q", (UNKNOWN if each.line is None else each.line for each in where)),
        "library": names["library"].numbers(each.library for each in where),
    }
    has_pc, unused = columns.site_has_pc, _unused(columns)
    return {
        **{name: array(values.typecode, map(values.__getitem__, columns.call_site)) for name, values in of_sites.items()},
        "pc": array("Q", (pc if has_pc[site] else unused for site, pc in zip(columns.call_site, columns.call_pc))),
    }


def _unused(columns: Columns) -> int:
    """A program counter that no call has: it stands for none."""
    used = {pc for site, pc in zip(columns.call_site, columns.call_pc) if columns.site_has_pc[site]}
    return next(pc for pc in count() if pc not in used)


def _thread_names(data: bytes, starts: array[int], sizes: array[int], names: _Names) -> array[int]:
    numbers, parts = (backend.number_texts() or number_texts)(data, starts, sizes)
    known = names.numbers([*parts, None])  # the last one is that of UNKNOWN, as of any list
    return array("i", map(known.__getitem__, numbers))


def _spread(firsts: array[int], frames: array[int]) -> PlainSpread | Spread:
    return (backend.spread() or PlainSpread)(firsts, frames)
