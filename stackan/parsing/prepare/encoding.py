"""Changes that editors, terminals and old systems make to a text: marks, encodings, ends of lines, colors."""

from __future__ import annotations

from stackan.model.recoding import utf16_to_utf8

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes) -> bytes:
    """The text in UTF-8, with lines that end at newlines; `data` itself if it is so."""
    data = data.removeprefix(_UTF8_MARK)
    if data.startswith(_UTF16_MARKS):
        data = utf16_to_utf8(data, "utf-16")
    elif _is_wide(data[0:8:2], data[1:8:2]):
        data = utf16_to_utf8(data, "utf-16-le")
    elif _is_wide(data[1:8:2], data[0:8:2]):
        data = utf16_to_utf8(data, "utf-16-be")
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return data


def _is_wide(letters: bytes, others: bytes) -> bool:
    """Whether a text without a mark begins with ASCII of two bytes each; NULs alone are what a hole in a file is filled with."""
    return others == b"\0\0\0\0" and all(letter in b"\t\n\r" or letter >= 0x20 for letter in letters)


def drop_escapes(data: bytes) -> bytes:
    """The text without what a terminal would obey: colors, cursor movements, window titles.  Lines stay lines.

    No sequence holds another ESC, so each byte is looked at from one of them only, however many do not end.
    """
    if b"\x1b" not in data:
        return data
    import re

    return re.sub(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\^_])", b"", data).replace(b"\n\r", b"\n")
