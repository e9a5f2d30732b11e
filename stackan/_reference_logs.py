"""The first look at a log's lines, in plain Python: the specification, the oracle of the tests, and the fallback without a compiler.

A record begins with a line that has a time at its head, in one of three forms:

    2024-05-12 10:03:17.123 [INFO] dmcss P0000049062 T0000000000000049101  text      written to a file
    [2024-05-12 10:03:17:123] [CSS]: text                                            written to a console
    [monitor]          [2024-05-12 10:03:17:123] text                                the same, of DMCSSM's own

A pid is the first word behind the time that is a P and digits.  Marks are looked for behind the time, too, and anywhere in a line that
has none.  Beyond that only the encoding of a line is looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackan.model.sifted import Hit, Sifted

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_TIME = re.compile(rb"(?:(?:\[[0-9A-Za-z_]{1,16}\][ \t]{0,32})?\[)?(?=[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})")
_TIME_BYTES = 19
_PID = re.compile(rb"[ \t][Pp]([0-9]{4,20})(?![0-9A-Za-z_])")
_PID_WITHIN = 64  # bytes behind the time
_GB18030 = re.compile(rb"(?:[\x00-\x7f]|[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[\x30-\x39][\x81-\xfe][\x30-\x39]))*")


class ReferenceSieve:
    """Looks at pieces for given marks."""

    def __init__(self, marks: tuple[bytes, ...]) -> None:
        self._marks = marks

    def sift(self, data: ReadableBuffer, size: int, writer: bytes) -> Sifted:
        """Look at the first `size` bytes, which begin where a line does; `writer` is that of the piece before."""
        text = bytes(memoryview(data)[:size])
        lines = records = start = 0
        earliest = latest = head = -1
        recoded = [0, 0, 0]
        hits: list[Hit] = []
        writers: list[tuple[int, int]] = []
        while start < size:
            stop = text.find(b"\n", start)
            stop = size if stop < 0 else stop
            end = stop - 1 if stop > start and text[stop - 1] == 13 else stop
            line = text[start:end]
            time = _TIME.match(line)
            if time is not None:
                head, at = start, start + time.end()
                records += 1
                if latest < 0 or _moment(text, at) >= _moment(text, latest):
                    latest = at
                if earliest < 0 or _moment(text, at) < _moment(text, earliest):
                    earliest = at
                pid = _PID.search(line, time.end() + _TIME_BYTES, time.end() + _TIME_BYTES + _PID_WITHIN)
                if pid is not None and pid.group(1) != writer:
                    writer = pid.group(1)
                    writers.append((lines, start))
            if not line.isascii():
                recoded[_encoding(line)] += 1
            text_of_line = line if time is None else line[time.end() + _TIME_BYTES :]
            marks = sum(1 << bit for bit, mark in enumerate(self._marks) if mark in text_of_line)
            if marks:
                hits.append(Hit(lines, start, end, head, marks))
            lines += 1
            start = stop + 1
        return Sifted(lines, records, earliest, latest, head, writer, (recoded[0], recoded[1], recoded[2]), hits, writers)


def _moment(text: bytes, at: int) -> bytes:
    return text[at : at + _TIME_BYTES]


def _encoding(line: bytes) -> int:
    """0: UTF-8, 1: by its shape GB18030, 2: neither."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return 1 if _GB18030.fullmatch(line) else 2
    return 0
