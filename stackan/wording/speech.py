"""Facts as sentences of one language."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import cast

from stackan.model.facts import Fact, One, Value
from stackan.wording.advice import ADVICE
from stackan.wording.catalog import Catalog
from stackan.wording.events import MEANINGS
from stackan.wording.notes import NOTES
from stackan.wording.nouns import listed_as_choice, say, span
from stackan.wording.sentences import RELATIONS, SENTENCES, Sentence

_ALL = {**SENTENCES, **ADVICE, **NOTES, **MEANINGS}
_NAMES = re.compile(r"\{(\w+)")
_CHOICES = frozenset(("kinds", "by", "frames"))  # values of which any may be the one
_SPECIAL = _CHOICES | {"reason", "advice", "number", "span", "calls"}  # values that are more than their own words


class Speech:
    """Makes sentences of facts."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._chosen: dict[Hashable, Sentence] = {}  # by the shape of a fact
        self._bare: dict[str, str] = {}  # sentences that name nothing, as most advice

    def sentence(self, fact: Fact, before: Fact | None = None) -> str:
        """A fact as a sentence, or as a clause without a period; `before` is the one that was said before it."""
        if not fact.values:
            bare = self._bare.get(fact.name)
            if bare is None:
                bare = self._bare[fact.name] = self.catalog.text(_choose(fact.name, frozenset()).text)
            return bare
        shape = _shape(fact, before)
        sentence = self._chosen.get(shape)
        if sentence is None:
            sentence = self._chosen[shape] = _choose(fact.name, _known(fact.values, before))
        text, count = sentence.text, fact.values.get("count")
        if sentence.plural is not None and isinstance(count, int):
            text = self.catalog.plural(text, sentence.plural, count)
        else:
            text = self.catalog.text(text)
        return self.catalog.filled(text, _Words(fact.values, self))

    def text(self, facts: Iterable[Fact]) -> str:
        """Sentences one after the other."""
        given = tuple(facts)
        if len(given) == 1:  # as each step of an advice
            return self.catalog.closed(self.sentence(given[0]))
        return self.catalog.sentences([self.catalog.closed(self.sentence(each, before)) for before, each in zip((None, *given), given)])

    def title(self, facts: Iterable[Fact]) -> str:
        """Clauses in a row."""
        return self.catalog.clause.join(map(self.sentence, facts))

    def headline(self, facts: Iterable[Fact]) -> str:
        """Clauses in a row as one sentence, between sentences; a clause that ends with a colon goes before what it is about."""
        said = ""
        for each in facts:
            said = self.catalog.joined(said, self.sentence(each)) if said else self.sentence(each)
        return self.catalog.closed(said) if said else ""

    def relation(self, name: str) -> str:
        """An edge of the wait-for graph as words between the names of its two nodes."""
        return self.catalog.text(RELATIONS[name].text)


def _choose(name: str, known: frozenset[str]) -> Sentence:
    return next(each for each in _ALL[name] if each.needs <= known and known.issuperset(_NAMES.findall(each.text)))


def _shape(fact: Fact, before: Fact | None) -> Hashable:
    """All that `_known` looks at, and cheaper: a document may have half a million facts, of a few dozen shapes."""
    values = fact.values
    processes = values.get("processes")
    number = len(processes) if isinstance(processes, tuple) else None
    return fact.name, *values, _is_again(values, before), values.get("snapshots"), number


def _is_again(values: Mapping[str, Value], before: Fact | None) -> bool:
    thread = values.get("thread")
    return before is not None and thread is not None and before.values.get("thread") is thread


def _known(values: Mapping[str, Value], before: Fact | None) -> frozenset[str]:
    """The words that a sentence may rest on: the values' names, and words for how many there are."""
    known = set(values)
    if _is_again(values, before):
        known.add("again")
    if "snapshots" in known:
        known.add({1: "once", 2: "both"}.get(int(str(values["snapshots"])), "often"))
    processes = values.get("processes")
    if isinstance(processes, tuple):
        known |= {"one process"} if len(processes) == 1 else {"several processes", "number"}
    if "hint" in known:
        known |= {"reason", "advice"}
    return frozenset(known)


class _Words(dict[str, str]):
    """The values of a fact, as words when a sentence asks for them."""

    def __init__(self, values: Mapping[str, Value], speech: Speech) -> None:
        self._values = values
        self._speech = speech
        self._catalog = speech.catalog

    def __missing__(self, name: str) -> str:
        if name not in _SPECIAL:
            value = self._values[name]
            return self._speech.sentence(value) if isinstance(value, Fact) else say(value, self._catalog)
        if name in ("reason", "advice"):
            return self._part_of_hint(name)
        value = self._values["processes" if name == "number" else name]
        if isinstance(value, Fact):
            return self._speech.sentence(value)
        if name == "number" and isinstance(value, tuple):
            return str(len(value))
        if name == "span" and isinstance(value, int):
            return span(value, self._catalog)
        if name == "calls" and isinstance(value, tuple):
            return " ← ".join(map(str, value))
        if name in _CHOICES and isinstance(value, tuple):
            several = cast(Iterable[One], value)
            return listed_as_choice([say(each, self._catalog) for each in several], self._catalog)
        return say(value, self._catalog)

    def _part_of_hint(self, name: str) -> str:
        """`a native stack cannot tell …: take `jcmd …``: the reason is before the colon, the advice behind it."""
        hint = say(self._values["hint"], self._catalog)
        head, _, tail = hint.replace("：", ": ", 1).partition(": ")
        words = head if name == "reason" else tail or head
        return self._catalog.closed(words[:1].upper() + words[1:])
