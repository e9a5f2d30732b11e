"""Logs of servers → what they say: of threads that wait, or of what happened."""

from __future__ import annotations

import re
from typing import NamedTuple

from stackan.faultlogs import dameng, dolphindb
from stackan.faultlogs.lines import Passage, Reader, decode
from stackan.faultlogs.names import base_name
from stackan.model.log import Log

HEAD_BYTES = 4 << 10  # by which a log is recognized
_TIMED = re.compile(rb"^(?:\[\w{1,16}\][ \t]{0,32})?\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE)
_LINES = 64  # that begin with a time


class ReadLog(NamedTuple):
    """A log, and how many events it has beyond those that it tells."""

    log: Log
    untold: int


def recognize(head: bytes, source: str) -> str | None:
    """The kind of log that begins so, by its first lines: the contract's word, or None for any other text."""
    timed = [decode(_line(head, found.start())) for found, _ in zip(_TIMED.finditer(head), range(_LINES))]
    if not timed:
        return None
    return dameng.recognize(timed, base_name(source)) or ("dolphindb" if dolphindb.recognize(timed) else None)


def read_passing(read_into: Reader, kind: str, source: str) -> ReadLog:
    """Read a log of a known kind that passes by in pieces."""
    reader = dolphindb.Reader(source) if kind == "dolphindb" else dameng.Reader(source)
    passage = Passage(read_into, reader.marks)
    for line in passage.lines():
        reader.read(line)
    events, writer = reader.end()
    return ReadLog(Log(source, kind, events=events, writer=writer, extent=passage.extent), reader.diary.untold)


def read_log(data: bytes, source: str) -> Log | None:
    """What a text at hand says, if it is a log; else None."""
    kind = recognize(data[:HEAD_BYTES], source)
    if kind is not None:
        return read_passing(_reader(data), kind, source).log
    from stackan.faultlogs.innodb import read_log

    return read_log(data, source)


def _line(text: bytes, start: int) -> bytes:
    end = text.find(b"\n", start)
    return text[start : end if end >= 0 else len(text)].rstrip(b"\r")


def _reader(data: bytes) -> Reader:
    place = 0

    def read_into(space: memoryview) -> int:
        nonlocal place
        piece = data[place : place + len(space)]
        space[: len(piece)] = piece
        place += len(piece)
        return len(piece)

    return read_into
