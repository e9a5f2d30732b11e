"""How gdb's, pstack's and eu-stack's threads are told."""

from __future__ import annotations

from stackan.parsing.detect.lines import has_number_behind, lines_from

_SPOKEN = (b"\n[New LWP ", b"[Thread debugging using", b"\n(gdb) ", b"[Switching to ")


def recognize(data: bytes, head: bytes) -> tuple[str, str] | None:
    """(format, the reason in words)"""
    if has_number_behind(head, b"TID "):
        return "eu-stack", "lines `TID n:` head the threads"
    if has_number_behind(head, b"PID ") and b" - " in head[:200]:
        return "eu-stack", "a line `PID n - process` opens the text"
    spoken = speaks(head)
    # Of 100,000 threads gdb announces each, and may list them, before it prints the first.
    if any(map(_is_header, lines_from(data if spoken else head, b"Thread "))):
        if spoken:
            return "gdb", "lines `Thread n (…)` head the threads, and gdb's own words stand before them"
        if _is_pt_eustack(head):
            return "pt-eustack-resolver", "lines `Thread n (LWP n)` with equal numbers head frames without arguments: pt-eustack-resolver"
        return "pstack", "lines `Thread n (…)` head the threads, without gdb's own words"
    return None


def speaks(head: bytes) -> bool:
    """Whether gdb's own words stand in the text."""
    return any(mark in head for mark in _SPOKEN) or head.startswith((b"[New LWP ", b"(gdb) "))


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
