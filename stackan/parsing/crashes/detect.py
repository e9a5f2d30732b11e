"""How dumps of crashed processes are recognized, which systemd and Android print."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with, starts_line


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if has_line_with(head, b"Stack trace of thread ", _is_coredump_thread):
        yield "coredumpctl", said("lines `Stack trace of thread n:` head the threads")
    if has_line_with(head, b", tid: ", _is_tombstone_thread):
        yield "android-tombstone", said("lines `pid: n, tid: n, name: …  >>> … <<<` head the threads")
    if b"----- pid " in head and has_line_with(head, b'" sysTid=', _is_debuggerd_thread):
        yield "android-tombstone", said('lines `"…" sysTid=n` below `----- pid n at …` head the threads')
    if starts_line(head, b"*** *** *** *** *** ***"):
        yield "android-tombstone", said("a line of stars opens the text")


def _is_coredump_thread(line: bytes) -> bool:
    """`Stack trace of thread 6023:`, perhaps indented, or behind what a log writes before each line."""
    before, _, rest = line.partition(b"Stack trace of thread ")
    number, colon, _ = rest[:16].partition(b":")
    return bool(colon) and number.isdigit() and (not before.strip() or before.endswith(b": "))


def _is_tombstone_thread(line: bytes) -> bool:
    """`pid: 1322, tid: 6998, name: Binder:1322_1  >>> /system/bin/mediaserver <<<`"""
    return b"pid: " in line and b"  >>> " in line and line.rstrip().endswith(b"<<<")


def _is_debuggerd_thread(line: bytes) -> bool:
    """`"Binder:1322_1" sysTid=6998`"""
    return line.lstrip().startswith(b'"') and line.rstrip().rpartition(b"=")[2].isdigit()
