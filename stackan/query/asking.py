"""One SELECT over the tables of a store.

The tables are handed to DuckDB as Arrow datasets, so that it needs no right to open any file, and has none: whatever a query calls, it can
neither write nor reach another file or the network.  What is no single SELECT is refused before, as `COPY … TO` would be a way to write.

DuckDB works in a thread of its own, and the calling one waits: while it is inside of DuckDB, Python handles no signal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.store.datasets import NOTES, check_files, dataset_of, store_of, tables
from stackan.store.place import Place, is_text

_ROWS = 1000  # that are taken at once
MEMORY = 4 << 30  # bytes that a query may take
_PAUSE = 0.05  # seconds between two attempts to stop DuckDB, which forgets one that comes as a query begins
# A case that was analyzed again, by another version or with other bytes, has further rows; this view has the last one of each.
_NEWEST = """create view newest as select * from cases
qualify row_number() over (partition by "case" order by analyzed_at desc, version desc) = 1"""
_BARE_CASE = re.compile(r"""(?i)(?<![\w"'.])case(?![\w"'])(?!\s+when\b)""")
_CLOSED = {
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "temp_directory": "",
}


class Answer:
    """The result of a query, which can be taken once: by its rows, or as a table."""

    def __init__(self, place: Place, connection: Any, sql: str) -> None:
        self._place = place
        self._connection = connection  # which holds the tables
        self._sql = sql
        self._result: Any = None

    @property
    def columns(self) -> list[str]:
        """Their names. Raises UsageError where the query makes no sense."""
        if self._result is None:
            self._result = self._run(lambda: self._connection.execute(self._sql))
        return [each[0] for each in self._result.description]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Its rows. Raises UsageError where computing them fails."""
        while self.columns:
            found = self._run(lambda: self._result.fetchmany(_ROWS))
            if not found:
                return
            yield from found

    def table(self) -> Any:
        """All of it, as an Arrow table. Raises UsageError where computing it fails."""
        return self._run(lambda: self._connection.sql(self._sql).to_arrow_table())

    def _run(self, call: Callable[[], Any]) -> Any:
        try:
            return _run(self._connection, call, self._sql)
        except UsageError:
            check_files(self._place)  # one that is damaged is better named by itself than by DuckDB
            raise


def ask(location: str, sql: str, memory: int = MEMORY) -> Answer:
    """Ask a store one question, which may take so many bytes of memory.

    Raises UsageError where there is no store, the query is no single SELECT, or DuckDB refuses it.
    """
    duckdb = _duckdb()
    place = store_of(location)
    if not is_text(sql):
        raise UsageError(said("the query is no text in UTF-8; give one"))
    connection = duckdb.connect(":memory:", config={**_CLOSED, "memory_limit": f"{memory}B"})
    connection.execute("set enable_external_access = false")  # set at once it would leave a file called `:memory:` in reach
    statements = _run(connection, lambda: connection.extract_statements(sql), sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError(
            said("a store is only read: give exactly one SELECT, not {what}", what=_tell(statements) or said("none")),
        )
    for table in [*tables(), NOTES]:
        connection.register(table, dataset_of(place, table))
    connection.execute(_NEWEST)
    connection.execute("set lock_configuration = true")
    return Answer(place, connection, statements[0].query)


def _tell(statements: list[Any]) -> str:
    return ", ".join(str(statement.type).rpartition(".")[2] for statement in statements[:5])


def _run(connection: Any, call: Callable[[], Any], sql: str) -> Any:
    """What a call of DuckDB gives; a signal that raises in the waiting thread stops it."""
    duckdb = _duckdb()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call)
        try:
            return running.result()
        except duckdb.Error as error:
            raise UsageError(_why(error, sql)) from error
        except KeyboardInterrupt:
            _stop(connection, running)
            raise


def _why(error: Exception, sql: str) -> str:
    reason = " ".join(line.strip() for line in str(error).splitlines() if line.strip())
    if isinstance(error, _duckdb().OutOfMemoryException):
        reason = str(error).partition("\n")[0]
        return said("the query needs more memory than it may take ({reason}); ask for less, or allow more with --memory", reason=reason)
    if isinstance(error, _duckdb().ParserException) and _BARE_CASE.search(sql):
        return said('the query cannot be answered: {reason}; case is a word of SQL: write the column as "case"', reason=reason)
    return said("the query cannot be answered: {reason}", reason=reason)


def _stop(connection: Any, running: Future[Any]) -> None:
    while not running.done():
        connection.interrupt()
        wait([running], _PAUSE)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise UsageError(said("questions in SQL need DuckDB: pip install 'stackan[batch]'")) from error
    return duckdb
