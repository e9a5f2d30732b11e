"""Bytes → text, and which bytes are none: these are never written."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MOST = 0.02  # of a text's characters may be no text, as in a log that a crash has cut
_FEW = 8
_HEAD = 1 << 12


def decoded(data: bytes) -> str | None:
    """The text, as UTF-8, UTF-16 or GB18030 has it; None for a binary."""
    encoding = _wide(data)
    if encoding:
        return _checked(data.decode(encoding, "replace"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return _checked(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return _checked(data.decode("utf-8", "replace"))


def _checked(text: str) -> str | None:
    bad = sum(1 for _ in _CONTROL.finditer(text)) + (text.count("\0") if text.count("\0") > len(text) // 4 else 0)
    return _CONTROL.sub("?", text) if bad <= _FEW + _MOST * len(text) else None


def _wide(data: bytes) -> str:
    """The name of UTF-16, if it is that: by its mark, or as every second byte of a text in it is zero."""
    if data.startswith(_MARKS):
        return "utf-16"
    head = data[:_HEAD]
    half = len(head) // 2
    if half > 8:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > 0.7 * half and head.count(0) < 1.2 * half:
                return encoding
    return ""
