"""A table of `info threads` without backtraces: each row is a thread with its innermost frame.

      Id   Target Id                                    Frame
    * 1    Thread 0x7f8f2eea6880 (LWP 10416) "mariadbd" 0x00007f8f2e51a26f in __GI___poll (fds=0x55d9f37b90a8, …) at …
      2    Thread 0x7f8f2eea36c0 (LWP 10417) "mariadbd" futex_wait (private=0, …) at …
      3    LWP 10418 (running)                                                                without libthread_db
      4    Thread 0x7f8f2eea22c0 (LWP 10419) "mariadbd" 0x00007f8f2e51a26f in accept        a row that goes on
        () from /lib64/libc.so.6
      2 Thread 0xb7d4ab90 (LWP 1234)  0xb7f0b424 in __kernel_vsyscall ()                    gdb up to 7.0

Beside backtraces see beside.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.records import NamedTuple
from stackan.parsing.looking import has_line_with, holds
from stackan.parsing.prepare.text import Line

# Trackers and mails change the blanks before a row.
ROW = re.compile(
    rb"^[ \t]{0,8}(?P<star>\*?)[ \t]{0,4}(?P<number>\d{1,9}(?:\.\d{1,9})?)[ \t]+"
    rb"(?P<target>(?:Thread -?[0-9a-fx.]{1,20} \((?:LWP|process) +(?P<lwp>\d{1,10})[^()\n]{0,64}\)|Thread [0-9]{1,10}\.0x[0-9a-f]{1,8}"
    rb"|Thread 0x[0-9a-f]{1,16}|(?:LWP|process) (?P<called>\d{1,10}))(?: \".{0,64}?\"(?=[ \t\r]|$))?)"
    rb"(?:[ \t]+(?P<frame>[^ \t\r\n][^\n]*))?$",
    re.MULTILINE,
)
_TARGETS = (b"Thread ", b"LWP ", b"process ")
_GOES_ON = re.compile(rb"[ \t]{3,40}(?:\(|at |from )")
_APPLES = (b"thread 0x", b"local thread 0x")  # behind the process, which is the same for all: `* 1 process 216 thread 0x1107 …`
_IDLE = (b"(running)", b"(Exiting)", b"(exiting)")


class Row(NamedTuple):
    """A row of the table: a thread with its innermost frame."""

    number: bytes
    target: bytes
    lwp: int  # 0 where it has none
    starred: bool  # gdb looks at it
    frame: bytes


def read_row(line: bytes) -> Row | None:
    match = ROW.match(line)
    if match is None:
        return None
    frame = match["frame"] or b""
    if frame.startswith(_APPLES):
        return None
    return Row(
        match["number"], match["target"], int(match["lwp"] or match["called"] or 0), match["star"] != b"", b"" if frame in _IDLE else frame
    )


def goes_on(line: bytes) -> bool:
    """Whether a line is the rest of the row before it: `        () from /lib64/libc.so.6`."""
    return _GOES_ON.match(line) is not None and ROW.match(line) is None


def as_thread(at: int, row: Row) -> Iterator[Line]:
    """The row as gdb writes a thread with one frame."""
    yield Line(at, b"Thread %s (%s):" % (row.number, _header(row)))
    if row.frame:
        yield Line(at, b"#0  " + row.frame)


def _header(row: Row) -> bytes:
    """`Thread 801c06400 (LWP 100512/demo)` of FreeBSD has no id that a header could have."""
    words = row.target[7:].partition(b" ")[0]
    known = not row.target.startswith(b"Thread ") or words.startswith((b"0x", b"-")) or b".0x" in words or words.isdigit()
    return row.target if known or not row.lwp else b"LWP %d" % row.lwp


def is_needed(head: bytes) -> bool:
    """Asked only where no frame begins a line."""
    if not holds(head, b"LWP ") and not holds(head, b"Thread "):
        return False
    return any(has_line_with(head, blank + target, _has_frame) for target in _TARGETS for blank in (b" ", b"\t"))


def _has_frame(line: bytes) -> bool:
    row = ROW.match(line)
    return row is not None and row["frame"] is not None


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    before = False  # the line before is a row's
    for at, line in enumerate(lines):
        row = read_row(line)
        if row is not None:
            yield from as_thread(at, row)
        elif before and goes_on(line):
            yield Line(at, b"    " + line.strip())
        else:
            yield Line(at, line)
        before = row is not None
