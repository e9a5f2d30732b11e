"""The lines of `jcmd PID Thread.dump_to_file`: locks, and what a frame's function shows."""

from __future__ import annotations

from stackan.model.printed import Lock
from stackan.parsing.java.locks import kind_of
from stackan.parsing.java.thread import read_number
from stackan.parsing.known import once_each

# Meanings that a line of the text, or a member in JSON, gives to the object that follows.
_LOCKS = {
    b"- waiting to lock <": ("awaits", "monitor"),
    b"- waiting on <": ("awaits", "monitor"),
    b"- parking to wait for <": ("awaits", ""),
    b"- locked <": ("holds", "monitor"),
    b"blockedOn": ("awaits", "monitor"),
    b"waitingOn": ("awaits", "monitor"),
    b"object": ("awaits", ""),  # of parkBlocker
}


@once_each
def mark_of(body: bytes) -> bytes | None:
    return next((mark for mark in _LOCKS if body.startswith(mark)), None)


def read_lock(body: bytes, line: int, frame: int) -> tuple[str, Lock]:
    """("awaits" or "holds", the lock) of a line that begins as one of a lock does."""
    mark = mark_of(body)
    assert mark is not None
    return lock_of(mark, body[len(mark) :], line, frame)


def lock_of(mark: bytes, rest: bytes, line: int, frame: int) -> tuple[str, Lock]:
    verb, kind = _LOCKS[mark]
    what, _, digits = rest.partition(b">")[0].rpartition(b"@")
    number = read_number(b"0x" + digits)
    words = what.decode("utf-8", "replace")
    return verb, Lock(kind or kind_of(words), number if number > 0 else None, line, words, frame)


def without_module(function: bytes) -> bytes:
    """`java.base/java.lang.Thread.run` → `java.lang.Thread.run`"""
    return function.rpartition(b"/")[2]


def runs_virtual_thread(function: bytes) -> bool:
    """Whether a thread whose innermost frame it is carries a virtual one."""
    return function.endswith(b"jdk.internal.vm.Continuation.run")


def is_time(line: bytes) -> bool:
    """`2026-11-26T03:30:33.842719571Z`"""
    return line[:4].isdigit() and line[4:5] == b"-" and line[10:11] == b"T"
