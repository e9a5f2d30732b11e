"""Rows of `info threads` beside the stacks of a few threads: for the others the innermost frame is all that the text shows.

    (gdb) info threads
      Id   Target Id         Frame
      2    Thread 0x7fffd8ff9700 (LWP 24349) "demo" __lll_lock_wait () at lowlevellock.S:135
    * 1    Thread 0x7fffd97fa700 (LWP 24348) "demo" 0x00007ffff6ceadfd in nanosleep () at ../sysdeps/unix/syscall-template.S:81
    (gdb) bt
    #0  0x00007ffff6ceadfd in nanosleep () at ../sysdeps/unix/syscall-template.S:81
    #1  0x0000000000400917 in main () at demo.c:18

A row says no more where its thread has a stack: by a header, behind `[Switching to thread …]`, or as the one with the star.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.prepare.table import Row, as_thread, goes_on, read_row
from stackan.parsing.prepare.text import Line

_HEADER = re.compile(rb"Thread (\d{1,9}(?:\.\d{1,9})?) \(")
_SWITCH = re.compile(rb"\[(?:Switching to thread|Switching to Thread|Current thread is) ")
_NUMBER = re.compile(rb"(?:thread|is) (\d{1,9}(?:\.\d{1,9})?)[ (]")
_LWP = re.compile(rb"\((?:LWP|process) +(\d{1,10})")


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    shown = _find_shown(lines)
    taken = False  # the line before is a row that became a thread
    for at, line in enumerate(lines):
        row = read_row(line)
        if row is not None and row.frame and shown.isdisjoint(_ids(row)):
            shown.update(_ids(row))  # a second table of the same session
            yield from as_thread(at, row)
            taken = True
        elif taken and goes_on(line):
            yield Line(at, b"    " + line.strip())
            taken = False
        else:
            yield Line(at, line)
            taken = False


def _ids(row: Row) -> list[tuple[str, int | bytes]]:
    return [("lwp", row.lwp)] if row.lwp else [("number", row.number)]


def _find_shown(lines: list[bytes]) -> set[tuple[str, int | bytes]]:
    """The threads that have frames in the text, each by its LWP and its number."""
    shown: set[tuple[str, int | bytes]] = set()
    current: list[tuple[str, int | bytes]] = []  # the one whose frames come next
    for line in lines:
        if line.startswith(b"#") and line[1:2].isdigit():
            shown.update(current)
            continue
        found = _HEADER.match(line) or (_SWITCH.match(line) and _NUMBER.search(line))
        lwp = _LWP.search(line) if found or _SWITCH.match(line) else None
        if found or lwp:
            current = [*([("number", found[1])] if found else []), *([("lwp", int(lwp[1]))] if lwp else [])]
        elif (row := read_row(line)) is not None and row.starred:
            current = [("number", row.number), *_ids(row)]
    return shown
