"""Dumps and logs without what must not leave a house, that give the same analysis.

Strings, numbers and characters among the values of arguments and locals, statements of SQL, connection strings, passwords, addresses in a
network, names of hosts and users, and folders are replaced, addresses in memory moved: the same value by the same one in all texts.  What
the analysis rests on stays: functions, source files, threads' names and ids, times, the words of servers' logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stackan.model.watch import Watch
from stackan.redact import frames, repeats
from stackan.redact.addresses import Addresses
from stackan.redact.decoding import decoded
from stackan.redact.people import People
from stackan.redact.replaced import Replaced, without_marks
from stackan.redact.texts import Texts
from stackan.redact.threads import Threads
from stackan.redact.values import Values
from stackan.redact.vocabulary import Vocabulary

__all__ = ["Redactor", "Replaced"]

# Letters are looked for fast, so that a word begins with them is asked behind it.
_IDS = re.compile(
    r"(?:LWP (?<=\bLWP )|TID (?<=\bTID )|PID (?<=\bPID )|tid[:=](?<=\btid.) ?|pid[:=](?<=\bpid.) ?|process (?<=\bprocess )"
    r"|Thread (?<=\bThread )|nid=(?<=\bnid=)|lwp#(?<=\blwp#) ?|__owner = |expected=(?<=\bexpected=))(\d{1,10})\b"
)
_HEX_IDS = re.compile(r"(?:Thread \((?<=\bThread \()|nid=(?<=\bnid=)|Id: (?<=\bId: )|id: (?<=\bid: ))0x([0-9A-Fa-f]{1,8})\b")


class Redactor:
    """Replaces in the texts of one case; all of them have to be learnt before the first is redacted.

    hide: further words that are replaced wherever they stand alone.
    """

    def __init__(self, hide: Iterable[str] = ()) -> None:
        self.replaced = Replaced()
        self._addresses = Addresses()
        self._kept: set[int] = set()
        self._people = People(self.replaced)
        self._threads = Threads()
        self._vocabulary = Vocabulary()
        values = Values(self.replaced, self._addresses, self._kept)
        self._texts = Texts(self.replaced, values, self._people, self._threads, self._vocabulary)
        self._settled = False
        for word in hide:
            self._people.hide(word)

    def learn(self, name: str, data: bytes, watch: Watch | None = None) -> None:
        """Take note of the addresses, ids and names in a text; a watch is told when that is done."""
        self._learn(name, data)
        if watch is not None:
            watch.source, watch.texts, watch.learnt = name, watch.texts + 1, watch.learnt + len(data)

    def _learn(self, name: str, data: bytes) -> None:
        self._people.learn(name)
        text = decoded(data)
        if text is None:
            return
        self._texts.forget()
        self._addresses.add(repeats.addresses(text))
        few = repeats.distinct(text)
        self._addresses.learn(few)
        self._kept.update(int(match[1]) for match in _IDS.finditer(few))
        self._kept.update(int(match[1], 16) for match in _HEX_IDS.finditer(few))
        self._people.learn(few)
        if any(repeats.addresses(f" {name}") for name in self._learn_names(few)):  # what differs in addresses differs in names
            self._learn_names(text)

    def _learn_names(self, text: str) -> set[str]:
        """Take note of the threads and functions in a text, and give them."""
        functions = {function for line in text.split("\n") for function in frames.names(line)}
        for function in functions:
            self._vocabulary.add(function)
        return functions | self._threads.learn(text)

    def reads(self, data: bytes) -> bool:
        """Whether bytes are a text; what is none must not be written."""
        return decoded(data) is not None

    def redact(self, data: bytes, watch: Watch | None = None) -> bytes:
        """A text with all that is not known to be harmless replaced; nothing for bytes that are no text.

        watch: told of each line, in `redacted`.
        """
        if not self._settled:
            self._addresses.settle(self._kept)
            for name in self._threads.words:
                self._vocabulary.add(name)
            self._settled = True
        text = decoded(data)
        if text is None:
            return b""
        before = watch.redacted if watch is not None else 0
        new = "\n".join(_told(self._texts.redact(without_marks(text)), watch))
        if watch is not None:
            watch.redacted = before + len(data)
        return new.encode("utf-8", "replace")

    def name(self, name: str) -> str:
        """The name of a file or of a member of an archive, with the same replacements."""
        return self._people.name(without_marks(name))


def _told(lines: Iterator[str], watch: Watch | None) -> Iterator[str]:
    """Lines, of whose lengths a watch is told."""
    for line in lines:
        if watch is not None:
            watch.redacted += len(line) + 1
        yield line
