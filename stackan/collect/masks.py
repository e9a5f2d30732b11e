"""Masks at the source, for `--clean`: what names people, machines and data, each replaced by the same word wherever it stands."""

from __future__ import annotations

import getpass
import os
import re

_ADDRESS = re.compile(rb"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}\b")
_STRING = re.compile(rb'"(?:[^"\\\n]|\\.){1,400}"')
_HOME = re.compile(rb"/(?:home|Users)/[^/\s:)\"']{1,64}")
_LOOPBACK = (b"127.0.0.1", b"0.0.0.0")


class Masks:
    """One capture's words: equal ones stay equal."""

    def __init__(self, host: str) -> None:
        self._known: dict[tuple[str, bytes], bytes] = {}
        users = {os.environ.get("USER", ""), _user()} - {"", "root"}
        self._names = [(host, "host"), *((user, "user") for user in sorted(users))]

    def host(self, name: str) -> str:
        return self._word("host", name.encode()).decode()

    def mask(self, text: bytes) -> bytes:
        """A text without names of hosts and users, addresses of networks, and strings in arguments."""
        for name, kind in self._names:
            text = re.sub(rb"\b" + re.escape(name.encode()) + rb"\b", self._word(kind, name.encode()), text)
        text = _ADDRESS.sub(lambda found: found[0] if found[0] in _LOOPBACK else self._word("address", found[0]), text)
        text = _HOME.sub(lambda found: b"/home/" + self._word("user", found[0].rpartition(b"/")[2]), text)
        return _STRING.sub(self._string, text)

    def _string(self, found: re.Match[bytes]) -> bytes:
        """Names of threads stay, as rules know them; they stand in parentheses or before a colon in headers."""
        before = found.string[max(found.start() - 3, 0) : found.start()]
        if before.endswith((b") ", b"S ", b"R ", b"D ", b"T ", b"t ")):
            return found[0]
        return b'"' + self._word("string", found[0]) + b'"'

    def _word(self, kind: str, value: bytes) -> bytes:
        count = sum(known == kind for known, _ in self._known)
        return self._known.setdefault((kind, value), f"{kind}{count + 1}".encode())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
