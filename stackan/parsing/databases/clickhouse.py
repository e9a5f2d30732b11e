"""ClickHouse's table system.stack_trace, as its client prints it: vertically, with borders, or separated by tabs.

    Row 1:
    ──────
    thread_name: QueryPipelineEx
    thread_id:   743490
    query_id:    dc55a564-febb-4e37-95bb-090ef182c6f1
    res:         pthread_cond_wait                       arrayStringConcat(…, '\\n'): one function a line
    DB::PipelineExecutor::execute(unsigned long, bool)

    thread_name	thread_id	query_id	trace               TSVWithNames; or without the names
    BgSchPool	743491		['pthread_cond_wait','DB::BackgroundSchedulePool::threadFunction()']

    ┌─thread_name─┬─thread_id─┬─query_id─┬─trace──────────┐
    │ BgSchPool   │    743491 │          │ ['epoll_wait'] │
    └─────────────┴───────────┴──────────┴────────────────┘

Without `arrayMap(x -> demangle(addressToSymbol(x)), trace)` the trace is a list of addresses.  (ClickHouse, system tables: stack_trace)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

NAME, ID, QUERY = b"thread_name", (b"thread_id", b"thread_number"), b"query_id"
_BAR = "│".encode()
_EDGES = tuple(sign.encode() for sign in "┌┏└┗├┡╞┃")
_RULE = "─".encode()
_GOES_ON = ("↴".encode(), "↳".encode(), "…".encode())
_ROW = re.compile(rb"Row \d{1,10}:")
_FIELD = re.compile(rb"([\w.() ,>'-]{1,120}?):(.*)")
_NUMBERS = re.compile(rb"\[\d{4,20}(?:, ?\d{4,20})*\]")
_BORDERS = re.compile(b"(?:" + b"|".join(sign.encode() for sign in "─━┌┐┏┓┬┳┃└┘┴┡╇┩├┤┼") + b")+")
_END = re.compile(rb"\d{1,10} rows? in set\.|Elapsed: ")
_MOST_FIELDS = 64


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.names: Sequence[bytes] = ()  # of the columns, where a line has named them
        self.name: tuple[int, int] | None = None  # the range of the name in the record that is read, in the text
        self.vertical = False
        self.unclosed = False  # the last cell of a bordered row goes on in lines without a border before them

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            text = line.strip()
            if not text:
                builder.blank()
                builder.close_thread()
                self.vertical = self.unclosed = False
            elif _ROW.fullmatch(text):
                builder.close_thread()
                self.vertical, self.name = True, None
                builder.noise()
            elif text.startswith(_EDGES):
                self._border(text)
            elif not text.strip(_RULE):
                builder.noise()
            elif _END.match(text):
                builder.close_thread()
                builder.noise()
            elif _BAR in text:
                self._bordered(line, text)
            elif self.vertical:
                self._field(line, text)
            elif b"\t" in line:
                self._separated(line)
            elif builder.open and self.unclosed:
                builder.frame(*_located(text))
        return split_snapshots(builder, {})

    # -- vertically

    def _field(self, line: bytes, text: bytes) -> None:
        builder = self.builder
        found = _FIELD.fullmatch(text) if not builder.level else None
        if found is None:
            if builder.open:
                builder.frame(*_located(text))
            return
        name, value = found[1], found[2].strip()
        if name in ID and value.isdigit() and len(value) <= 10:
            self._thread(int(value), self.name)
        elif name in (NAME, QUERY) or not builder.open:
            at = builder.start + len(line.rstrip()) - len(value)
            self.name = (at, at + len(value)) if name == NAME else self.name
            builder.noise()
        else:
            self._frames(value, further=False)

    # -- in rows

    def _border(self, text: bytes) -> None:
        self.builder.close_thread()
        names = [cell for cell in (part.strip() for part in _BORDERS.split(text)) if cell]
        if NAME in names or any(each in names for each in ID):
            self.names = names
        self.builder.noise()

    def _bordered(self, line: bytes, text: bytes) -> None:
        self.unclosed = not text.endswith(_BAR)
        cells = [cell.strip() for cell in text.strip(_BAR).split(_BAR)] if text.startswith(_BAR) else [text.rstrip(_BAR).strip()]
        if len(cells) == 1:
            if self.builder.open:
                self.builder.frame(*_located(_without_signs(cells[0])))
            return
        if any(each in cells for each in ID):
            self.names = cells
            self.builder.noise()
        else:
            self._row(line, cells)

    def _separated(self, line: bytes) -> None:
        cells = line.split(b"\t")
        if any(each in cells for each in ID):
            self.names = cells
            self.builder.noise()
        else:
            self._row(line, cells)

    def _row(self, line: bytes, cells: Sequence[bytes]) -> None:
        if len(cells) > _MOST_FIELDS:
            return
        named = dict(zip(self.names, cells)) if len(cells) == len(self.names) else _guess(cells)
        lwp = next((named[each] for each in ID if each in named), b"")
        trace = next((value for name, value in named.items() if name not in (NAME, *ID, QUERY) and value), b"")
        if lwp.isdigit() and len(lwp) <= 10:
            name = named.get(NAME, b"")
            at = line.find(name)
            range_ = (self.builder.start + at, self.builder.start + at + len(name)) if name else None
            self._thread(int(lwp), range_)
            self._frames(_without_signs(trace), further=True)
        elif trace and not lwp and self.builder.open:
            self.builder.frame(*_located(_without_signs(trace)))

    def _thread(self, lwp: int, name: tuple[int, int] | None) -> None:
        self.builder.thread(lwp=lwp)
        if name is not None:
            self.builder.rename(name[0] - self.builder.start, name[1] - self.builder.start)

    def _frames(self, trace: bytes, further: bool) -> None:
        for function, location, pc in _functions(trace):
            self.builder.frame(function, location, pc=pc, further=further)
            further = True
        if not further:
            self.builder.locals()


def _functions(trace: bytes) -> Iterator[tuple[bytes, bytes, int | None]]:
    """Each frame of a cell: a list of names, a list of addresses, names that `\\n` separates."""
    if _NUMBERS.fullmatch(trace):
        for number in trace[1:-1].split(b","):
            yield b"", b"", int(number) % (1 << 64)
        return
    listed = trace.startswith(b"['") and trace.endswith(b"']")
    names = trace[2:-2].split(b"','") if listed else trace.split(b"\\n")
    for name in names:
        if name:
            yield (*_located(name.replace(b"\\'", b"'").strip()), None)


def _located(words: bytes) -> tuple[bytes, bytes]:
    """`DB::run() @ /src/run.cpp:12` → the function and its place; a library or the server itself is no place."""
    function, found, place = words.rpartition(b" @ ")
    if not found:
        return words, b""
    return function, (b"at " if place.rpartition(b":")[2].isdigit() else b"from ") + place


def _without_signs(text: bytes) -> bytes:
    """A line of a cell without the signs that it goes on."""
    for sign in _GOES_ON:
        text = text.strip().removeprefix(sign).removesuffix(sign)
    return text.strip()


def _guess(cells: Sequence[bytes]) -> dict[bytes, bytes]:
    """The cells of a row without names: of a name, a number, a query's id, and the trace at the end."""
    number = next((at for at, cell in enumerate(cells[:-1]) if cell.isdigit()), None)
    if number is None:
        return {}
    before = {NAME: cells[number - 1]} if number else {}
    return {**before, ID[0]: cells[number], b"trace": cells[-1]}
