"""Dumps and logs without what must not leave a house, that give the same analysis.

Strings, numbers and characters among the values of arguments and locals, statements of SQL, connection strings, passwords, addresses in a
network, names of hosts and users, and folders are replaced, addresses in memory moved: the same value by the same one in all texts.  What
the analysis rests on stays: functions, source files, threads' names and ids, times, the words of servers' logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stackan.redact.addresses import Addresses
from stackan.redact.people import People
from stackan.redact.replaced import Replaced
from stackan.redact.texts import Texts
from stackan.redact.values import Values

__all__ = ["Redactor", "Replaced"]

_IDS = re.compile(
    r"(?:\bLWP |\bTID |\bPID |\btid[:=] ?|\bpid[:=] ?|\bprocess |\bThread |\bnid=|\blwp# ?|__owner = |\bexpected=)(\d{1,10})\b"
)
_HEX_IDS = re.compile(r"(?:\bThread \(|\bnid=|\b[Ii]d: )0x([0-9A-Fa-f]{1,8})\b")


class Redactor:
    """Replaces in the texts of one case; all of them have to be learnt before the first is redacted.

    hide: further words that are replaced wherever they stand alone.
    """

    def __init__(self, hide: Iterable[str] = ()) -> None:
        self.replaced = Replaced()
        self._addresses = Addresses()
        self._kept: set[int] = set()
        self._people = People(self.replaced)
        self._texts = Texts(self.replaced, Values(self.replaced, self._addresses, self._kept), self._people)
        self._settled = False
        for word in hide:
            self._people.add(word)

    def learn(self, name: str, data: bytes) -> None:
        """Take note of the addresses, ids and names in a text."""
        text = _decode(data)
        self._addresses.learn(text)
        self._kept.update(int(match[1]) for match in _IDS.finditer(text))
        self._kept.update(int(match[1], 16) for match in _HEX_IDS.finditer(text))
        self._people.learn(text)
        self._people.learn(name)

    def redact(self, data: bytes) -> bytes:
        """A text with all that is to be replaced replaced."""
        if not self._settled:
            self._addresses.settle(self._kept)
            self._settled = True
        return self._texts.redact(_decode(data)).encode("utf-8", "surrogateescape")

    def name(self, name: str) -> str:
        """The name of a file or of a member of an archive, with the same replacements."""
        return self._people.name(name)


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
