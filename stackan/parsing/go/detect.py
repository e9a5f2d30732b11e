"""How goroutine dumps are recognized, even with a log's margin before each line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import holds, starts_line

_COUNTED = re.compile(rb"\n\d{1,18} @ 0x[0-9a-f]")
_TRACED = re.compile(rb"\n-{5,}\+-{5,}\r?\n(?: {4,}[^\n]{0,400}\n){0,40}? *\d{1,18}   \S")


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if not holds(head, b"goroutine"):
        return
    from stackan.parsing.go.lines import first_margin

    if first_margin(head) is not None:
        yield "go", said("lines `goroutine n [state]:` head the threads")
    yield from _recognize_profile(head)


def _recognize_profile(head: bytes) -> Iterator[tuple[str, str]]:
    if starts_line(head, b"goroutine profile: total ") and _COUNTED.search(head) is not None:
        yield "go-profile", said("a line `goroutine profile: total n` opens it, and lines `n @ 0x…` count the goroutines of each stack")
    elif starts_line(head, b"Type: goroutine"):
        if _TRACED.search(head) is not None:
            yield "go-profile", said("`pprof -traces` has counted the goroutines of each stack below a ruled line")
        elif holds(head, b" flat% "):
            yield "go-profile-top", _count_up(head)


def _count_up(head: bytes) -> str:
    """What a list of functions tells, although it shows no stack."""
    from stackan.parsing.go.top import read_top

    top = read_top(head)
    if top is None:
        return said("`pprof -top` adds functions up and shows no stack")
    (waiting, wait), (below, function) = top.waiting, top.below
    return said(
        "`pprof -top` adds functions up and shows no stack: "
        "of {total} goroutines {waiting} are in {wait}, and {below} in {function} or further in",
        total=top.total,
        waiting=waiting,
        wait=wait,
        below=below,
        function=function,
    )
