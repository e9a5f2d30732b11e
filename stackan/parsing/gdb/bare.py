"""Frames without a thread's header, and a debugger's refusal: what is left when nothing more specific is in a text."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.gdb.detect import speaks
from stackan.parsing.looking import starts_line


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if starts_line(head, b"#0  ", b"#0 0x", b"#1  0x"):
        if speaks(head):
            yield "gdb", said("frames `#n` without a thread's header, and gdb's own words")
        yield "pstack", said("frames `#n` without a thread's header")
    if starts_line(head, b"ptrace: ", b"eu-stack: ", b"Could not attach") or b"already traced by process" in head:
        yield "gdb", said("a debugger's refusal")
