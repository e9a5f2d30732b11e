"""What editors, terminals and old systems do to a text: marks, encodings, ends of lines, colors."""

from __future__ import annotations

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes) -> bytes:
    """The text in UTF-8, with lines that end at newlines; `data` itself if it is so."""
    data = data.removeprefix(_UTF8_MARK)
    if data.startswith(_UTF16_MARKS):
        data = data.decode("utf-16", "replace").encode("utf-8")
    elif data[1:8:2] == b"\0\0\0\0":  # no mark, but every other byte of ASCII
        data = data.decode("utf-16-le", "replace").encode("utf-8")
    elif data[0:8:2] == b"\0\0\0\0":
        data = data.decode("utf-16-be", "replace").encode("utf-8")
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return data


def drop_escapes(data: bytes) -> bytes:
    """The text without what a terminal would obey: colors, cursor movements, window titles.  Lines stay lines."""
    if b"\x1b" not in data:
        return data
    import re

    return re.sub(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\n]*\x07|[@-Z\\^_])", b"", data).replace(b"\n\r", b"\n")
