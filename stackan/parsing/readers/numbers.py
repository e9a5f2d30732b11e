"""Numbers as dumps print them; None for anything else, however long."""

from __future__ import annotations

_HEX = b"0123456789abcdefABCDEF"


def decimal(text: bytes) -> int | None:
    """`6023`"""
    return int(text) if text.isdigit() and len(text) <= 10 else None


def hexadecimal(text: bytes) -> int | None:
    """An address of up to 64 bits: `0x00007f8f2e51a26f`, or `000000000004a1b8`."""
    digits = text.removeprefix(b"0x")
    return int(digits, 16) if 0 < len(digits) <= 16 and not digits.strip(_HEX) else None
