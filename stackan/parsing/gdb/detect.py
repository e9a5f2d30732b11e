"""How gdb's, pstack's and eu-stack's threads are recognized."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_number_behind, holds, lines_from, starts_line

_SPOKEN = (b"[New LWP ", b"(gdb) ")


def recognize(head: bytes, spoken: bool = False) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words); `spoken` if gdb's own words come before: it announces 100,000 threads before the first."""
    if has_number_behind(head, b"TID "):
        yield "eu-stack", said("lines `TID n:` head the threads")
    if any(map(_is_process, lines_from(head, b"PID "))):
        yield "eu-stack", said("a line `PID n - process` is in it")
    if any(map(_is_header, lines_from(head, b"Thread "))):
        if spoken or speaks(head):
            yield "gdb", said("lines `Thread n (…)` head the threads, and gdb's own words stand before them")
        if _is_pt_eustack(head):
            yield (
                "pt-eustack-resolver",
                said("lines `Thread n (LWP n)` with equal numbers head frames without arguments: pt-eustack-resolver"),
            )
        yield "pstack", said("lines `Thread n (…)` head the threads, without gdb's own words")


def speaks(head: bytes) -> bool:
    """Whether gdb's own words are in the text."""
    return starts_line(head, *_SPOKEN) or holds(head, b"[Thread debugging using") or holds(head, b"[Switching to ")


def _is_process(line: bytes) -> bool:
    """`PID 17540 - process`, `PID 17540 - core`"""
    number, _, what = line[4:].partition(b" - ")
    return number.isdigit() and what.startswith((b"process", b"core"))


def _is_header(line: bytes) -> bool:
    """`Thread 2 (Thread 0x7f… (LWP 4250)):`; what the program itself printed before is not the dump."""
    return line[7:8].isdigit() and line[7:].lstrip(b"0123456789.").startswith((b" (Thread ", b" (LWP ", b" (process "))


def _is_pt_eustack(head: bytes) -> bool:
    """pt-eustack-resolver of Percona's toolkit prints eu-stack's threads nearly as gdb does:

    Thread 3441765 (LWP 3441765):
    #0 0x00007f2763f18bcf in __GI___poll at poll.c:29:10
    """
    at = 0 if head.startswith(b"Thread ") else head.find(b"\nThread ") + 1
    header, _, behind = head[at : at + 4096].partition(b"\n")
    number, _, lwp = header[7:].partition(b" (LWP ")
    return lwp.rstrip(b"\r") == number + b"):" and b" (" not in behind.partition(b"\n")[0]
