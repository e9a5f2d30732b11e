"""The words of a function's name: `QBasicMutex::lockInternal` says q, basic, mutex, lock and internal."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST = 200  # characters of a name that are read: templates make long ones, whose first words say what it is


@lru_cache(maxsize=4096)
def words_of(name: str) -> frozenset[str]:
    """The words of a name, in lower case; none of a frame without a name."""
    return frozenset() if name.startswith("??") else frozenset(map(str.lower, _WORD.findall(name[:_LONGEST])))
