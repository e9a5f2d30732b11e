"""How the formats of Python's tools are told: by lines that only these write."""

from __future__ import annotations

from stackan.parsing.detect.lines import has_number_behind, lines_from

_FIRST = b" (most recent call first):"


def recognize(data: bytes, head: bytes) -> tuple[str, str] | None:
    """(format, the reason in words)"""
    if any(map(_has_state, lines_from(head, b"Thread "))):
        return "py-spy", "lines `Thread n (idle)` or `(active)` head the threads"
    if b'"owns_gil": ' in head and b'"os_thread_id": ' in head:
        return "py-spy-json", "its objects have `os_thread_id` and `owns_gil`"
    for mark in (b"Traceback for thread ", b"  Traceback for thread ", b"The frame stack for thread "):
        if has_number_behind(head, mark):
            return "pystack", "lines `Traceback for thread n` head the threads"
    if _FIRST in head:
        for mark in (b"Thread 0x", b"Current thread 0x", b"Stack (most recent call first):"):
            if any(_FIRST in line for line in lines_from(head, mark)):
                return "faulthandler", "lines `Thread 0x… (most recent call first):` head the threads"
    if b"\nPython v" in head and head.startswith(b"Process ") and b"\nThread " in head:
        return "py-spy", "lines `Process n:` and `Python v` open the text"
    return None


def _has_state(line: bytes) -> bool:
    """`Thread 20870 (active+gil): "worker_0"`"""
    return line[7:].partition(b" (")[2].partition(b")")[0] in (b"idle", b"active", b"active+gil", b"idle+gil", b"gil")
