"""How the table of waits is recognized that `stackan collect` writes."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import starts_line


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if starts_line(head, b"stackan waits/1 of process "):
        yield "waits", said("a line `stackan waits/1 of process n` heads it")
