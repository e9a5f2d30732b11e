"""The encodings that editors and Windows tools leave at the head of a text."""

from __future__ import annotations

from stackan.model.recoding import utf16_to_utf8

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def has_mark(head: bytes) -> bool:
    """Whether a text that begins so is not yet UTF-8 without a mark."""
    return head.startswith((*_UTF16_MARKS, _UTF8_MARK))


def as_utf8(data: bytes) -> bytes:
    """`data` without its UTF-8 byte order mark, or recoded if it starts with a UTF-16 one; else `data` itself, not a copy.

    Half characters in the UTF-16 become U+FFFD.
    """
    if data.startswith(_UTF16_MARKS):
        return utf16_to_utf8(data, "utf-16")
    return data.removeprefix(_UTF8_MARK)
