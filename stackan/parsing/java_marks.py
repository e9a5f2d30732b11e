"""How Java's thread dumps are told; one may stand in the middle of a server's log."""

from __future__ import annotations


def recognize_java(data: bytes, look_at: int) -> tuple[str, str] | None:
    """(format, the reason in words); only the line that opens a dump is looked for behind the first `look_at` bytes."""
    head = data[:look_at]
    if b" @bci=" in head and (starts_line(head, b" - ") or starts_line(head, b"\t * ")):
        if starts_line(head, b"----------------- "):
            return "jstack-mixed", "`jhsdb jstack --mixed` has written native and Java frames into it"
        return "jhsdb", "frames ` - f() @bci=n` are written by `jhsdb jstack` only"
    if starts_line(data, b"Full thread dump "):
        return "jstack", "a line `Full thread dump …` opens the JVM's thread dump"
    if starts_line(head, b"   java.lang.Thread.State: "):
        return "jstack", "lines `java.lang.Thread.State: …` stand below the threads' names"
    return None


def starts_line(text: bytes, mark: bytes) -> bool:
    return text.startswith(mark) or b"\n" + mark in text
