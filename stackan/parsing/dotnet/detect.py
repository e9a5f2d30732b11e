"""How the stacks of .NET are recognized."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import holds, lines_from, starts_line

# `Thread (0x5634):` and below it `  [Native Frames]` or `  app!App.PageController.Show()`.
_REPORTED = re.compile(rb"\nThread \(0x[0-9A-Fa-f]{1,16}\):\r?\n  (?:\[Native Frames\]|[^\n!]{1,300}!\S)")
_WALKED = re.compile(rb"\nOS Thread Id: 0x[0-9a-fA-F]{1,16}(?: \(\d+\))?\r?\n")
# What else dotnet-dump and SOS print, which is not read.
_NOT_READ = {
    b"==> ": ("dotnet-parallelstacks", b" threads with "),
    b"STACK ": ("dotnet-dumpasync", b"STACK 1"),
}


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if holds(head, b"Thread (0x") and _REPORTED.search(b"\n" + head) is not None:
        yield "dotnet-stack", said("lines `Thread (0x…):` head the threads, and frames are `Module!Type.Method(…)`")
    if holds(head, b"OS Thread Id: 0x") and _WALKED.search(b"\n" + head) is not None:
        yield "clrstack", said("lines `OS Thread Id: 0x…` of SOS' `clrstack` head the threads")
    if starts_line(head, b"==> ", b"STACK 1"):
        for mark, (name, words) in _NOT_READ.items():
            if any(words in line for line in lines_from(head, mark)) and b"." in head:
                yield name, said("it merges the stacks of several threads, or shows tasks")
