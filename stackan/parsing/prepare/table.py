"""A table of `info threads` without backtraces: each row is a thread with its innermost frame.

      Id   Target Id                                    Frame
    * 1    Thread 0x7f8f2eea6880 (LWP 10416) "mariadbd" 0x00007f8f2e51a26f in __GI___poll (fds=0x55d9f37b90a8, …) at …
      2    Thread 0x7f8f2eea36c0 (LWP 10417) "mariadbd" futex_wait (private=0, …) at …
      3    LWP 10418 (running)

Beside backtraces the table is noise, as it says nothing that they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

_ROW = re.compile(
    rb"^[* ] (\d+(?:\.\d+)?) +"
    rb"((?:Thread -?[0-9a-fx.]+ \(LWP +\d+\)|Thread 0x[0-9a-f]+|LWP \d+|process \d+)(?: \".{0,64}?\"(?= |$))?)"
    rb"(?: +([^ \n].*)?)?$",
    re.MULTILINE,
)


def is_needed(head: bytes) -> bool:
    """Asked only where no frame begins a line."""
    return b"LWP " in head and _ROW.search(head) is not None


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    for at, line in enumerate(lines):
        row = _ROW.match(line)
        if row is None:
            yield Line(at, line)
            continue
        number, target, frame = row.groups()
        yield Line(at, b"Thread %s (%s):" % (number, target))
        if frame and frame != b"(running)":
            yield Line(at, b"#0  " + frame)
