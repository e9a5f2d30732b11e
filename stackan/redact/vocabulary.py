"""The words that may stay in a line of any kind: those that stackan's own readers and rules look for, and those of the case's frames.

All others are replaced.  `vocabulary.txt` is made of the readers' patterns (tests/redact/words_of_readers.py), so a word that it lacks
is one that no analysis asks for.
"""

from __future__ import annotations

import functools
import importlib.resources
import re

TOKEN = re.compile(r"\w+")
_MOST = 1 << 16  # tokens of which it is known whether they stay
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|(?:(?![A-Za-z])[^\W\d_])+")
_NUMBER = re.compile(
    r"(?i)\d{1,20}[a-z]{1,2}|0x[0-9a-f]{1,16}|(?=[a-f]{0,7}\d)[0-9a-f]{1,8}|0{4,}[0-9a-f]{1,12}|\d{1,2}T\d\d|[A-Za-z]\d{0,3}|[PT]0{4}\d+|SIG[A-Z]{2,6}|r?[a-d]x|[re]?(?:[sd]i|[sb]p|ip|flags)|x86_64"
)
_REPLACEMENT = re.compile(r"(?:text|sql|secret|url|host|user|folder|file|word)\d+")
_MIXED = re.compile(r"[^\W\d_]\d+[^\W\d_]")


class Vocabulary:
    """The words that stay; `add` takes those of names that stay wherever they stand."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._known: dict[str, bool] = {}

    def add(self, name: str) -> None:
        """Let the words of a function, a class or a thread stay."""
        self._names.update(TOKEN.findall(name))
        self._known.clear()

    def __contains__(self, token: str) -> bool:
        known = self._known.get(token)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[token] = self._stays(token)
        return known

    def _stays(self, token: str) -> bool:
        if token.isdigit() or not token.strip("_") or token in self._names:
            return True
        if _REPLACEMENT.fullmatch(token):  # in the input, so it is another's
            return False
        return token.lower() in _words() or _NUMBER.fullmatch(token) is not None or _is_compound(token)


def is_common(word: str) -> bool:
    """Whether a word is one of the readers' own, and so the name of nobody."""
    return word.lower() in _words()


@functools.lru_cache(maxsize=1 << 16)
def _is_compound(token: str) -> bool:
    """Whether a token is made of known words: `thread_pool`, `waitForLock2`."""
    if len(token) > 100 or _MIXED.search(token):
        return False
    known = _words()
    pieces = _PIECE.findall(token)
    return bool(pieces) and all(piece.lower() in known or piece == "t" for piece in pieces)


@functools.lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    text = importlib.resources.files("stackan.redact").joinpath("vocabulary.txt").read_text(encoding="utf-8")
    return frozenset((*text.split(), *_OF_DEBUGGERS))


# What debuggers and runtimes print of themselves, and no reader asks for.
_OF_DEBUGGERS = (
    *("cst", "utc", "gmt", "cest", "cet", "est", "edt", "pst", "pdt", "mst", "msk"),
    *("ist", "jst", "kst", "bst", "jan", "feb", "mar", "apr", "may", "jun", "jul"),
    *("aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat"),
    *("sun", "warn", "fatal", "week", "day", "last", "subcomponent", "millisecond", "serial", "inspection", "limited"),
    *("vdso", "refs", "sharing", "unfrozen", "emulated", "sigcode", "chrono", "avg", "weak", "strong", "histogram"),
    *("jni", "disables"),
)  # fmt: skip
