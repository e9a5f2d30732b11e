"""The word that may have been meant by one that means nothing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

_LONGEST, _MOST = 100, 500  # characters and words: names of strangers may have thousands, and each is compared letter by letter


def closest(word: str, known: Iterable[str]) -> str | None:
    """The one of some words that looks most like another, whatever its case; None if none does."""
    from difflib import get_close_matches  # hardly ever needed

    low: dict[str, str] = {}
    for each in islice(known, _MOST):
        if len(each) <= _LONGEST:
            low.setdefault(each.lower(), each)
    found = get_close_matches(word.lower(), low, 1) if len(word) <= _LONGEST else []
    return low[found[0]] if found else None
