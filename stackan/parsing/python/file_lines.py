"""The line in which Python's own tools write a frame: `File "srv.py", line 18, in request`."""

from __future__ import annotations


def read_file_line(text: bytes, before_function: bytes = b", in ") -> tuple[bytes, bytes] | None:
    """(function, location); faulthandler writes ` in ` before the function, without a comma.  `???` means unknown."""
    if not text.startswith(b"File "):
        return None
    where, found, rest = text[5:].rpartition(b", line ")
    line, also_found, function = rest.partition(before_function)
    if not found or not also_found or not function or not (line.isdigit() or line == b"???"):
        return None
    return function, b"at %b:%b" % (where.strip(b'"'), line) if where != b"???" else b""
