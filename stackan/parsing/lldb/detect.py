"""How lldb's stacks are recognized."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with, holds, starts_line


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if holds(head, b"thread #") and has_line_with(head, b"frame #0: 0x", _is_lldb_frame):
        yield "lldb", said("lines `thread #n` and `frame #n: 0x…` head its threads and frames")
    if starts_line(head, b"* thread #", b"(lldb) "):
        yield "lldb", said("lldb's prompt or its mark of the chosen thread begins a line")


def _is_lldb_frame(line: bytes) -> bool:
    """`  * frame #0: 0x00007fee8cac1545 libc.so.6`__libc_pause at pause.c:29:10`: only a star may come before it."""
    return line.lstrip(b" \t*").startswith(b"frame #0: 0x")
