"""Text from strangers, made safe to show: all that a terminal would obey is replaced by an escape that can be read.

Escaping replaces and never removes: taking characters out may join what is left of `\\x1b\\x1b[m]52;…` to a command.
"""

from __future__ import annotations


def shown(text: str) -> str:
    """The text with every character that does not print as an escape: "\\x1b[31m" shows as text and colors nothing.

    That takes control characters, line ends among them, bidirectional overrides, and bytes that were no UTF-8 (shown as \\xNN).
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def shown_lines(text: str) -> str:
    """As `shown`, but line ends and tabs stay as they are."""
    if text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable():  # the first for the long lines of JSON
        return text
    return "".join(char if char in "\n\t" else _shown(char) for char in text)


def shorten(text: str, most: int) -> str:
    """The text within so many characters, cut in the middle: both ends say more than the text between them."""
    if len(text) <= most:
        return text
    head = most // 2
    return f"{text[:head]}…{text[head + 1 - most :]}"


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # how Python carries a byte that is no UTF-8 (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
