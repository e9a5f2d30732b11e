"""How dumps of crashed processes are recognized, which systemd prints."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if has_line_with(head, b"Stack trace of thread ", _is_coredump_thread):
        yield "coredumpctl", said("lines `Stack trace of thread n:` head the threads")


def _is_coredump_thread(line: bytes) -> bool:
    """`Stack trace of thread 6023:`, perhaps indented, or behind what a log writes before each line."""
    before, _, rest = line.partition(b"Stack trace of thread ")
    number, colon, _ = rest[:16].partition(b":")
    return bool(colon) and number.isdigit() and (not before.strip() or before.endswith(b": "))
