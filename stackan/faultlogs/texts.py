"""Logs of servers → what they say: of threads that wait, or of what happened."""

from __future__ import annotations

from stackan.faultlogs import dameng, dolphindb
from stackan.faultlogs.lines import Passage, Reader, decode
from stackan.faultlogs.names import base_name
from stackan.model.log import Log
from stackan.model.records import NamedTuple
from stackan.model.timed import TIMED

SEARCHED_BYTES = 1 << 20  # in which a text at hand has its first record: a rotation may have cut one that is long
_LINES = 64  # that begin with a time


class ReadLog(NamedTuple):
    """A log, and how many events it has beyond those that it tells."""

    log: Log
    untold: int


def recognize(head: bytes, source: str) -> str | None:
    """The kind of log that begins so, by its first lines: the contract's word, or None for any other text."""
    timed = [decode(_line(head, found.start())) for found, _ in zip(TIMED.finditer(head), range(_LINES))]
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


def read_log(data: bytes, source: str) -> ReadLog | None:
    """What a text at hand says, if it is a log; else None."""
    data = _with_lines(data)
    kind = recognize(data[:SEARCHED_BYTES], source)
    if kind is not None:
        return read_passing(_reader(data), kind, source)
    from stackan.faultlogs import innodb

    log = innodb.read_log(data, source)
    return ReadLog(log, 0) if log is not None else None


def _with_lines(data: bytes) -> bytes:
    """A text without the zeros that a log begins with when it was emptied while its server went on writing; lines may end with CR alone."""
    data = data.lstrip(b"\0")
    head = data[:SEARCHED_BYTES]
    return data.replace(b"\r", b"\n") if b"\r" in head and b"\n" not in head else data


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
