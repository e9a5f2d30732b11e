"""The first signs of what is looked for: most lines have none, and a pattern takes long to find that there is nothing."""

from __future__ import annotations

from collections.abc import Sequence


def has_any(text: str, words: Sequence[str]) -> bool:
    """Whether a text has one of some words, given in capitals, in any case of letters; patterns take `ſ` for `s`, so it does, too."""
    capitals = text.upper() if text.isascii() else text.lower().replace("\u0307", "").upper()
    return any(word in capitals for word in words)
