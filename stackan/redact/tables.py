"""Rows of tables, cell by cell: columns have to stay where they are, and what stands in one may hold the sign that parts them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from stackan.redact.replaced import HOST, SQL, TEXT, USER

_DASHES = re.compile(r"[-=]{2,}(?:[ ]+[-=]+)*[ ]*")
_SEPARATORS = ("|", "\t", ";", ",")
# Columns of the views of MySQL, MariaDB, PostgreSQL, Dameng and DolphinDB, of `ps` and `ss`, that name people or hold statements.
_COLUMNS = {
    USER: frozenset(("USER", "USERNAME", "USER_NAME", "USENAME", "UID", "LOGIN", "CURR_SCH", "DB", "DATNAME", "OSNAME", "DATABASE")),
    HOST: frozenset(("HOST", "CLIENT_HOSTNAME", "CLNT_HOST", "MACHINE", "HOSTNAME", "CLIENT_ADDR", "CLNT_IP", "REMOTEIP")),
    SQL: frozenset(("INFO", "QUERY", "SQL_TEXT", "SQL", "TRX_QUERY", "JOBDESC", "STATEMENT", "PROCESSLIST_INFO")),
    TEXT: frozenset(("APPLICATION_NAME", "APPNAME", "PROGRAM_NAME")),
}  # fmt: skip
_KINDS = {name: kind for kind, names in _COLUMNS.items() for name in names}

Replace = Callable[[str, str], str]


class Tables:
    """The table, if any, that the lines of a text are in.

    replace: (kind or "", cell) → what stands for it, parts of which may be held; shown: how that will look in the end.
    """

    def __init__(self, replace: Replace, shown: Callable[[str], str]) -> None:
        self._replace = replace
        self._shown = shown
        self.before = ""  # the line that was looked at last
        self.looked_at = 0  # lines, and …
        self.ruled = 0  # … those of dashes among them
        self._names: list[str] = []
        self._separator = ""
        self._spans: list[tuple[int, int]] = []

    @property
    def is_open(self) -> bool:
        """Whether the next line may be a row."""
        return bool(self._names)

    def row(self, line: str) -> str | None:
        """A row with its cells replaced; None for a line that is no row of a table."""
        before, self.before = self.before, line
        self.looked_at += 1
        if not line.strip():
            self._names = []
            return None
        if _DASHES.fullmatch(line.rstrip("\r")) and " " in line.strip():
            self.ruled += 1
            self._begin_columns(before, line)
            return None
        if self._begins(line):
            return line
        if self._names and self._spans:
            return self._columns(line)
        if self._names and self._separator in line:
            return self._cells(line)
        return None

    def _begin_columns(self, names: str, dashes: str) -> None:
        self._spans = [match.span() for match in re.finditer(r"[-=]+", dashes)]
        words = names.split()
        self._names = list(map(_plain, words if len(words) == len(self._spans) else (names[start:end] for start, end in self._spans)))
        if not any(name in _KINDS for name in self._names):
            self._names = []

    def _begins(self, line: str) -> bool:
        """Whether a line names the columns of a table of which some are to be replaced."""
        separator = next((each for each in _SEPARATORS if line.count(each) > 1), "")
        if not separator or len(line) > 4000:
            return False
        names = [_plain(name) for name in line.split(separator)]
        if sum(name in _KINDS for name in names) < 1 or not all(re.fullmatch(r"\w*", name) for name in names):
            return False
        self._names, self._separator, self._spans = names, separator, []
        return True

    def _cells(self, line: str) -> str:
        cells = line.split(self._separator)
        if len(cells) != len(self._names):  # a statement holds the sign, so nobody knows where it ends
            return self._overflown(cells)
        return self._separator.join(self._cell(cell, name) for cell, name in zip(cells, self._names))

    def _overflown(self, cells: list[str]) -> str:
        """The cells before the first one that may hold a statement, and that with all that follow as one."""
        first = next((at for at, name in enumerate(self._names) if _KINDS.get(name) == SQL), len(self._names) - 1)
        whole = self._separator.join(cells[first:])
        kept = [self._cell(cell, name) for cell, name in zip(cells[:first], self._names)]
        return self._separator.join([*kept, self._cell(whole, self._names[first])])

    def _columns(self, line: str) -> str:
        """A row whose cells stand below dashes; consoles pad by columns of a terminal, by characters or by bytes."""
        size, edges = next(((size, cut) for size in _SIZES if (cut := _edges(line, self._spans, size)) is not None), (len, None))
        if edges is None:  # pasted, so that nobody knows where a statement begins
            return self._cell(line, next((name for name in self._names if _KINDS.get(name) == SQL), ""))
        parts, at = [], 0
        for name, (start, end) in zip(self._names, edges):
            cell = line[start:end]
            new = self._cell(cell, name)
            parts += [line[at:start], new, " " * (size(cell) - size(self._shown(new)) if end < len(line) else 0)]
            at = end
        return "".join([*parts, line[at:]])

    def _cell(self, cell: str, name: str) -> str:
        body = cell.strip()
        if not body:
            return cell
        kind = _KINDS.get(name, "")
        at = cell.index(body)
        return cell[:at] + self._replace(kind, body) + cell[at + len(body) :]


_BAR = re.compile(r"(?:(?<=\s)|^)\|(?=\s|$)")


def aligned(old: str, new: str) -> str:
    """A row of a grid with its bars below those of the row that it stands for, as far as there is room: the grid's rule says where."""
    bars, places = list(_BAR.finditer(old)), list(_BAR.finditer(new))
    if old == new or not bars or len(bars) != len(places):
        return new
    parts, start, at, ahead = [], 0, 0, 0  # ahead: by how many columns the old row is wider so far
    for before, after in zip(bars, places):
        cell = new[at : after.start()]
        ahead += _columns_of(old[start : before.start()]) - _columns_of(cell)
        spare = max(0, len(cell) - len(cell.rstrip(" ")) - 1)
        taken = min(spare, max(0, -ahead))
        parts.append(cell[: len(cell) - taken] + " " * max(0, ahead))
        ahead = 0 if ahead > 0 else ahead + taken
        start, at = before.start(), after.start()
    return "".join([*parts, new[at:]])


def _columns_of(text: str) -> int:
    """How wide a text is on a terminal: a Chinese character takes two columns."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _bytes_of(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


_SIZES: tuple[Callable[[str], int], ...] = (_columns_of, len, _bytes_of)


def _edges(line: str, spans: list[tuple[int, int]], size: Callable[[str], int]) -> list[tuple[int, int]] | None:
    """Where the cells of a row begin and end, the last one at the line's end; None if one would be cut."""
    places, at = {0: 0}, 0
    for number, char in enumerate(line, 1):
        at += size(char)
        places[at] = number
    edges = []
    for begin, close in spans:
        start, end = places.get(begin, None if begin < at else len(line)), places.get(close, None if close < at else len(line))
        if start is None or end is None or (start and line[start - 1 : start].strip()):
            return None
        edges.append((start, end))
    return [*edges[:-1], (edges[-1][0], len(line))]


def _plain(name: str) -> str:
    return name.strip(" \t\r\"'`|").upper()
