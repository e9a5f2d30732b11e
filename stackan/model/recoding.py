"""Texts in UTF-16, made UTF-8 piece by piece: as a whole, a string of it may take four times its size beside both."""

from __future__ import annotations

import codecs
import io

_PIECE_BYTES = 1 << 20


def utf16_to_utf8(data: bytes, encoding: str) -> bytes:
    """`encoding` is "utf-16", which obeys the mark at the beginning, "utf-16-le" or "utf-16-be"; half characters become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text, view = io.BytesIO(), memoryview(data)
    for at in range(0, len(data), _PIECE_BYTES):
        text.write(decoder.decode(view[at : at + _PIECE_BYTES]).encode("utf-8"))
    text.write(decoder.decode(b"", True).encode("utf-8"))
    return text.getvalue()
