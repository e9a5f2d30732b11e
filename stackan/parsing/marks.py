"""Words of which each text of a family holds one: its module is asked, and loaded, only where one of them shows.

All of them are looked for in one pass.  A family that is not named here is asked about every text, and gdb's before the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from stackan.backend import word_set

if TYPE_CHECKING:
    from stackan.backend import WordSet

MARKS: dict[str, tuple[bytes, ...]] = {
    "collected": (b"\nstackan waits/1 of process ",),
    "python": (
        *(b"\nThread ", b"\nCurrent thread 0x", b"\nStack (most recent call first):"),
        *(b"Traceback for thread ", b"The frame stack for thread ", b'File: "', b'File "', b" filename = ", b'"owns_gil": '),
    ),
    "ruby": (b" status=", b" TID-"),
    "go": (b"goroutine",),
    "dotnet": (b"Thread (0x", b"OS Thread Id: 0x", b"\n==> ", b"\nSTACK 1"),
    "windows": (b" Suspend: ", b"  Cid ", b"RetAddr", b"STACK_TEXT:", b".dll!", b".exe!"),
    "lldb": (b"frame #0: 0x", b"\n* thread #", b"\n(lldb) "),
    "macos": (b" Thread_", b"  Thread ", b"\nPowerstats for: ", b"\nAnalysis of sampling "),
    "crashes": (b"Stack trace of thread ",),
    "android": (b" tid=", b", tid: ", b'" sysTid=', b"\n*** *** *** *** *** ***"),
    "linux": (b" for more than ", b"Call Trace:", b"Call trace:", b"[<", b"proc/"),
    "databases": (
        *(b"\nThread", b", tname: ", b"lwtid", b"BE thread stack traces", b"tid: ", b" tids: ", b"thread_", b" act="),
        *(b"['", b"\\n"),  # rows of ClickHouse's tables
    ),
}


def asked(families: Iterable[str], stretch: bytes) -> Iterator[str]:
    """Those of the families that may know the stretch."""
    shown = _marks().within(stretch)
    return (family for family in families if family not in MARKS or not shown.isdisjoint(MARKS[family]))


@cache
def _marks() -> WordSet:
    return word_set(tuple(mark for marks in MARKS.values() for mark in marks))
