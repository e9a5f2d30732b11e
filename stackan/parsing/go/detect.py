"""How goroutine dumps are recognized, even with a log's margin before each line."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import starts_line


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if b"goroutine " not in head:
        return
    from stackan.parsing.go.lines import first_margin

    if first_margin(head) is not None:
        yield "go", said("lines `goroutine n [state]:` head the threads")
    if starts_line(head, b"goroutine profile: total "):
        yield (
            "go-profile",
            said("a line `goroutine profile: total n` opens it; it counts goroutines instead of listing them: take ?debug=2"),
        )
