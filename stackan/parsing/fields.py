"""Single fields of texts, for readers."""

from __future__ import annotations

DIGITS, HEX = b"0123456789", b"0123456789abcdefABCDEF"


def is_number(text: bytes, limit: int) -> bool:
    """Whether a text is a decimal number of at most so many digits."""
    return 0 < len(text) <= limit and not text.strip(DIGITS)


def is_hex(text: bytes, limit: int = 16) -> bool:
    """Whether a text is a hexadecimal number of at most so many digits, without `0x`."""
    return 0 < len(text) <= limit and not text.strip(HEX)


def decimal(text: bytes) -> int | None:
    """`6023`; None for anything else, however long."""
    return int(text) if is_number(text, 10) else None


def hexadecimal(text: bytes) -> int | None:
    """An address of up to 64 bits: `0x00007f8f2e51a26f`, or `000000000004a1b8`; None for anything else."""
    digits = text.removeprefix(b"0x")
    return int(digits, 16) if is_hex(digits) else None


def find_opening(text: bytes, start: int, stop: int) -> int:
    """The parenthesis that the last byte before `stop` closes; -1 if there is none from `start` on."""
    depth = 0
    for position in range(stop - 1, start - 1, -1):
        if text[position] == 41:
            depth += 1
        elif text[position] == 40:
            depth -= 1
            if not depth:
                return position
    return -1


def location_of(module: bytes, source: bytes) -> bytes:
    """A frame's place in the words that the columns keep it in, of what is known of it: `from libc.so.6 at poll.c:29`."""
    return b" ".join(word + text for word, text in ((b"from ", module), (b"at ", source)) if text)
