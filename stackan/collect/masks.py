"""Masks at the source, for `--clean`: what names people, machines and data, each replaced by the same word wherever it stands."""

from __future__ import annotations

import getpass
import ipaddress
import os
import re
from collections import Counter
from collections.abc import Iterator

_ADDRESS = re.compile(rb"\b(?:\d{1,3}\.){3}\d{1,3}\b|(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")
_HEXADECIMAL = re.compile(rb"(?<= )(?:[0-9A-F]{8}|[0-9A-F]{32})(?=:[0-9A-F]{4} )")  # of /proc/net/tcp and tcp6
_HEADERS = tuple(
    re.compile(line)
    for line in (
        rb'Thread \d{1,9} \([^"\n]{0,80}(")',  # gdb
        rb'(")[^"\n]{1,256}" (?:#\d|daemon|prio=|os_prio)',  # a JVM
        rb'Thread \d{1,10} \([a-z+]{1,16}\): (")',  # py-spy
        rb'thread \d{1,10} \S (")',  # waits.txt
    )
)
_BACKSLASH = 92
_LONGEST = 400  # bytes of a header
_HOME = re.compile(rb"/(?:home|Users)/[^/\s:)\"']{1,64}")
_LOOPBACK = (b"127.0.0.1", b"0.0.0.0")


class Masks:
    """One capture's words: equal ones stay equal."""

    def __init__(self, host: str) -> None:
        self._known: dict[tuple[str, bytes], bytes] = {}
        self._counts: Counter[str] = Counter()
        users = {os.environ.get("USER", ""), _user()} - {"", "root"}
        self._names = [(host, "host"), *((user, "user") for user in sorted(users))]

    def host(self, name: str) -> str:
        return self._word("host", name.encode()).decode()

    def mask(self, text: bytes) -> bytes:
        """A text without names of hosts and users, addresses of networks, and strings in arguments."""
        for name, kind in self._names:
            text = re.sub(rb"\b" + re.escape(name.encode()) + rb"\b", self._word(kind, name.encode()), text)
        text = _ADDRESS.sub(self._address, text)
        text = _HEXADECIMAL.sub(self._hexadecimal, text)
        text = _HOME.sub(lambda found: b"/home/" + self._word("user", found[0].rpartition(b"/")[2]), text)
        return b"".join(self._strings(text))

    def _address(self, found: re.Match[bytes]) -> bytes:
        if found[0] in _LOOPBACK or not _is_address(found[0]):
            return found[0]
        return self._word("address", found[0])

    def _hexadecimal(self, found: re.Match[bytes]) -> bytes:
        """An address of the kernel's tables as another one of the same form, so that both ends still fit; loopback and any stay."""
        if not found[0].strip(b"0") or found[0].endswith((b"00007F", b"0100007F")) or found[0] == b"00000000000000000000000001000000":
            return found[0]
        number = int(self._word("address in a table", found[0]).rpartition(b"table")[2])
        return b"%0*X" % (len(found[0]), 0xF0000000 + number)

    def _strings(self, text: bytes) -> Iterator[bytes]:
        """The text in pieces, with the strings of one line masked.

        Names of threads stay, as rules know them: in the headers of gdb, of a JVM, of py-spy and of our own tables.
        """
        at = 0
        while (start := text.find(b'"', at)) >= 0:
            stop = _end_of_string(text, start)
            yield text[at:start]
            yield text[start:stop] if _is_name(text, start, stop) else b'"' + self._word("string", text[start:stop]) + b'"'
            at = stop
        yield text[at:]

    def _word(self, kind: str, value: bytes) -> bytes:
        found = self._known.get((kind, value))
        if found is None:
            self._counts[kind] += 1
            found = self._known[kind, value] = f"{kind}{self._counts[kind]}".encode()
        return found


def _end_of_string(text: bytes, start: int) -> int:
    """Behind the quote that ends a string; the end of its line where none does: rather too much is masked than too little."""
    line = text.find(b"\n", start)
    line = len(text) if line < 0 else line
    stop = start
    while (stop := text.find(b'"', stop + 1, line)) >= 0:
        at = stop
        while text[at - 1] == _BACKSLASH and at - 1 > start:
            at -= 1
        if (stop - at) % 2 == 0:
            return stop + 1
    return line


def _is_name(text: bytes, start: int, stop: int) -> bool:
    line = text.rfind(b"\n", max(start - _LONGEST, 0), start) + 1
    return any((found := header.match(text, line, stop + 24)) is not None and found.start(1) == start for header in _HEADERS)


def _is_address(text: bytes) -> bool:
    """Times and scopes have colons, too."""
    try:
        ipaddress.ip_address(text.decode("ascii"))
    except ValueError:
        return False
    return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
