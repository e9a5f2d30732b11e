"""The page of a report: a language, a width, and whether a line may be longer than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from stackan.model.finding import Finding
from stackan.model.said import said, said_of
from stackan.report.layout import WIDTH, at_most, columns, cut, cut_folder, safe, wrap
from stackan.report.terms import term
from stackan.wording import speech
from stackan.wording.catalog import ENGLISH

_MEMBERS = 48  # processes that are listed in one sentence
_WHOLE = 4000  # columns of a line that may be longer than the page: C++ has names of some thousand characters
_LABEL = 12  # columns before the text behind a label
_TALLIED = 8


class Stream(Protocol):
    """The target that a report is written to."""

    def write(self, text: str, /) -> object: ...
    def writelines(self, lines: Iterable[str], /) -> object: ...


class Page:
    """Words in one language, and lines of one width.

    Its functions take English words that know what they are made of (`stackan.model.said`) wherever they take words.
    """

    def __init__(self, language: str = ENGLISH, width: int = WIDTH, whole: bool = False, plain: bool = False) -> None:
        """`whole`: names, and the lines of a proof, are not cut at the width.  `plain`: drawings are of ASCII characters."""
        self.language = language
        self.width = width
        self.plain = plain
        self.speech = speech(language)
        self.catalog = self.speech.catalog
        self._longest = _WHOLE if whole else width

    # -- words

    def say(self, text: str) -> str:
        """Words in the page's language."""
        return self.catalog.again(text)

    def term(self, code: str) -> str:
        """The word for one of the document's codes."""
        return self.say(term(code))

    def listed(self, words: Iterable[str]) -> str:
        return self.catalog.comma.join(map(self.say, words))

    def few(self, words: Sequence[str], most: int) -> str:
        """The first of the words, and how many more there are."""
        return self._and_more(self.listed(words[:most]), len(words) - most)

    def numbers(self, marks: Sequence[str], most: int = 12) -> str:
        """`17815 17816 17818 …`: as many as are useful to read, and how many more there are."""
        known = [mark for mark in marks if mark]
        if not known:
            return self.say(said("(no thread ids in the dump)"))
        return self._and_more(" ".join(known[:most]), len(known) - most)

    def tally(self, words: Iterable[str]) -> str:
        """The words with their numbers, the most frequent first."""
        ranked = sorted(Counter(map(self.say, words)).items(), key=lambda item: (-item[1], item[0]))
        parts = [number_of(number, word) for word, number in ranked[:_TALLIED]]
        hidden = len(ranked) - _TALLIED
        return self.listed([*parts, said("{count} more", count=hidden)] if hidden > 0 else parts)

    def rest(self, findings: Sequence[Finding]) -> str:
        """How many more findings there are than are shown, and of which kinds."""
        kinds = self.tally(said("{kind} ({severity})", kind=term(each.kind), severity=term(each.severity)) for each in findings)
        words = said_of(
            len(findings),
            "... and {count} more finding: {kinds}; --format json has all of them.",
            "... and {count} more findings: {kinds}; --format json has all of them.",
            kinds=kinds,
        )
        return self.say(words)

    def each_with(self, members: Sequence[tuple[str, str]]) -> str:
        """`n1/17 (10), n2/17 (8)`; what is the same of all is said once: `n1/17, n2/17 (10 each)`."""
        words = {self.say(each) for _, each in members}
        if len(words) == 1 and len(members) > 1:
            return self.say(said("{names} ({what} each)", names=self.few([name for name, _ in members], _MEMBERS), what=words.pop()))
        return self.few([said("{name} ({what})", name=name, what=each) for name, each in members], _MEMBERS)

    def _and_more(self, names: str, hidden: int) -> str:
        return self.say(said("{names} and {count} more", names=names, count=hidden)) if hidden > 0 else names

    # -- lines

    def line(self, text: str, indent: int = 0) -> str:
        """A line that is cut where it is too long."""
        return " " * indent + cut(self.say(text), self._longest - indent)

    def indented(self, text: str, first: int, rest: int) -> Iterator[str]:
        """The text wrapped, with its first line and the following ones indented."""
        for at, line in enumerate(wrap(self.say(text), self.width - max(first, rest))):
            yield " " * (first if at == 0 else rest) + line

    def labelled(self, name: str, text: str, rest: int = _LABEL) -> Iterator[str]:
        """The text wrapped behind a label; following lines are indented by `rest`."""
        for at, line in enumerate(wrap(self.say(text), self.width - max(rest, _LABEL))):
            yield self.label(name) + line if at == 0 else " " * rest + line

    def label(self, name: str, indent: int = 3, width: int = _LABEL - 3) -> str:
        """`   proof    `: the texts behind labels of one indent and width are in one column."""
        name = self.say(name)
        return " " * indent + name + " " * max(width - columns(name), 1)

    def at_most(self, most: int, lines: Iterable[str]) -> Iterator[str]:
        """The first of the lines; where there are more, one that says where all of them are."""
        return at_most(most, lines, self.say(said("... (--format json)")))

    def path(self, text: str, indent: int) -> str:
        """`folder/snap1.txt:36`, of which the file's name and the line are never cut."""
        return cut_folder(safe(text), self._longest - indent)


def number_of(number: int, what: str) -> str:
    """`7 mariadb.background`, `15 idle`"""
    return said("{count} {what}", count=number, what=what)


def threads_of(number: int) -> str:
    return said_of(number, "{count} thread", "{count} threads")


def snapshots_of(number: int) -> str:
    return said_of(number, "{count} snapshot", "{count} snapshots")
