"""Tables as the consoles of databases print them, and as their tools export them.

    LINEID     ID                   WAIT_FOR_ID          WAIT_TIME   THRD_ID
    ---------- -------------------- -------------------- ----------- -----------
    1          1303                 1301                 47041       32158

Dashes under the names say where the columns begin and end (disql, sqlplus, DolphinDB's console).  Where a paste has shifted them, a row
of as many words as there are columns is read word by word.  Without dashes a separator says it:

    ID,WAIT_FOR_ID,WAIT_TIME,THRD_ID
    ID | WAIT_FOR_ID | WAIT_TIME | THRD_ID
    ID;WAIT_FOR_ID;WAIT_TIME;THRD_ID

Or each row has a block of its own:

    *************************** 1. row ***************************          mysql's `\\G`
           TID: 92964
    -[ RECORD 1 ]----+--------                                              psql's `\\x`
    lwtid            | 308

A row that does not fit its columns, such as one that goes on in the next line, is left out: half a row would join what does not belong
together.
"""

from __future__ import annotations

import csv
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from stackan.model.records import NamedTuple

_RUN = re.compile(r"[-=]+")
_SEPARATORS = ("\t", "|", ";", ",")
_LONGEST = 64 * 1024  # characters of a line that are looked at


class Row(NamedTuple):
    line: int  # from 1
    text: str  # the line as it stands
    cells: dict[str, str]  # by the columns' names in capitals


Cut = Callable[[str], "list[str] | None"]


def read_rows(lines: Sequence[str], wanted: frozenset[str]) -> Iterator[Row]:
    """The rows of all tables that have one of these columns, given in capitals."""
    names: list[str] = []
    cut: Cut | None = None
    shown = [(at, line) for at, line in enumerate(lines) if len(line) <= _LONGEST and line.strip()]
    for (at, line), (_, below) in zip(shown, [*shown[1:], (0, "")]):
        text = line.rstrip()
        headed = _heading(text, below, wanted)
        if headed is not None:
            names, cut = headed
        elif cut is not None and not _is_dashes(text):
            cells = cut(text)
            if cells is not None and len(cells) == len(names):
                yield Row(at + 1, line, dict(zip(names, cells)))


_BLOCK = re.compile(r"\*{5,40} \d{1,10}\. row \*{5,40}|-\[ RECORD \d{1,10} \][-+]{0,200}")
_FIELD = re.compile(r" {0,40}(\w{1,64}) {0,40}(?::|\|) ?(.*)")


def read_blocks(lines: Sequence[str], wanted: frozenset[str]) -> Iterator[Row]:
    """The rows of all tables that are printed as a block for each row; each is known by the line that has one of these columns."""
    cells: dict[str, str] = {}
    shown: tuple[int, str] | None = None
    inside = False
    for at, line in enumerate([*lines, ""]):
        opens = len(line) <= _LONGEST and _BLOCK.match(line.strip()) is not None
        field = _FIELD.fullmatch(line.rstrip("\r")) if inside and not opens and len(line) <= _LONGEST else None
        if field is not None:
            name = field[1].upper()
            cells[name] = field[2].strip()
            if name in wanted and shown is None:
                shown = at + 1, line
            continue
        if shown is not None:
            yield Row(*shown, cells)
        cells, shown, inside = {}, None, opens


def _heading(text: str, below: str, wanted: frozenset[str]) -> tuple[list[str], Cut] | None:
    """The names of a table's columns, and how its rows are cut; None if the line is no heading of a table that is wanted."""
    capitals = text.upper()
    if not any(name in capitals for name in wanted):
        return None
    if _is_dashes(below) and "|" not in below:
        spans = [match.span() for match in _RUN.finditer(below)]
        cut: Cut = _by_spans(spans)
        names = text.split() if len(text.split()) == len(spans) else cut(text)
    else:
        separator = next((each for each in _SEPARATORS if each in text), None)
        if separator is None:
            return None
        cut = _by_separator(separator)
        names = cut(text)
    names = [name.upper() for name in names or ()]
    return (names, cut) if not wanted.isdisjoint(names) else None


def _by_separator(separator: str) -> Cut:
    def cut(text: str) -> list[str] | None:
        row = text.strip().strip("|") if separator == "|" else text
        try:
            return [cell.strip() for cell in next(csv.reader([row.replace("\r", " ")], delimiter=separator), [])]
        except csv.Error:  # a cell of more than 128 KiB, or what csv takes for no text
            return None

    return cut


def _by_spans(spans: Sequence[tuple[int, int]]) -> Cut:
    """Consoles pad by characters, by columns of a terminal or by bytes; they differ in lines with Chinese words."""

    def cut(text: str) -> list[str] | None:
        widths = (1,) if text.isascii() else (2, 1, 3)
        found = next((cells for width in widths if (cells := _at(spans, width)(text)) is not None), None)
        if found is not None and all(found[:-1]):
            return found
        words = text.split()
        return words if len(words) == len(spans) else found

    return cut


def _at(spans: Sequence[tuple[int, int]], width: int) -> Cut:
    """Cells at these places, if each wide character takes `width` of them; the last one may be longer than its dashes."""

    def cut(text: str) -> list[str] | None:
        wide = text if width == 1 or text.isascii() else "".join(each + "\0" * (width - 1) if _is_wide(each) else each for each in text)
        gaps = [wide[before[1] : after[0]] for before, after in itertools.pairwise(spans)]
        if any(gap.strip(" |+\t") for gap in gaps):
            return None
        ends = [end for _, end in spans[:-1]] + [len(wide)]
        return [wide[start:end].replace("\0", "").strip(" |\t") for (start, _), end in zip(spans, ends)]

    return cut


def _is_dashes(text: str) -> bool:
    return "--" in text and not text.strip("-+=| \t\r")


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
