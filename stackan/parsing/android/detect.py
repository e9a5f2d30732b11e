"""How Android's dumps are recognized."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with, holds, starts_line


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    has_marks = holds(head, b"  | ") or starts_line(head, b"DALVIK THREADS")
    if has_marks and holds(head, b'" ') and has_line_with(head, b" tid=", _is_art_thread):
        yield "android-art", said('lines `"name" prio=n tid=n STATE` and `| sysTid=n` head the threads, as Android\'s run-time writes them')
        return  # its reader knows what debuggerd writes into the same file
    if has_line_with(head, b", tid: ", _is_tombstone_thread):
        yield "android-tombstone", said("lines `pid: n, tid: n, name: …  >>> … <<<` head the threads")
    if holds(head, b"----- pid ") and has_line_with(head, b'" sysTid=', _is_debuggerd_thread):
        yield "android-tombstone", said('lines `"…" sysTid=n` below `----- pid n at …` head the threads')
    if starts_line(head, b"*** *** *** *** *** ***"):
        yield "android-tombstone", said("a line of stars opens the text")


def _is_art_thread(line: bytes) -> bool:
    from stackan.parsing.android.art import read_header

    return read_header(line) is not None


def _is_tombstone_thread(line: bytes) -> bool:
    """`pid: 1322, tid: 6998, name: Binder:1322_1  >>> /system/bin/mediaserver <<<`"""
    return b"pid: " in line and b"  >>> " in line and line.rstrip().endswith(b"<<<")


def _is_debuggerd_thread(line: bytes) -> bool:
    """`"Binder:1322_1" sysTid=6998`"""
    return line.lstrip().startswith(b'"') and line.rstrip().rpartition(b"=")[2].isdigit()
