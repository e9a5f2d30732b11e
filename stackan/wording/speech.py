"""Facts as sentences of one language."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import cast

from stackan.model.analysis import Described
from stackan.model.facts import Fact, One, Value
from stackan.model.finding import Finding
from stackan.wording.advice import ADVICE
from stackan.wording.catalog import Catalog, Form, form_of
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
        self._chosen: dict[Hashable, tuple[Sentence, Form]] = {}  # by the shape of a fact
        self._bare: dict[str, str] = {}  # sentences that name nothing, as most advice

    def sentence(self, fact: Fact, before: Fact | None = None) -> str:
        """A fact as a sentence, or as a clause without a period; `before` is the one that was said before it."""
        if not fact.values:
            return self._bare.get(fact.name) or self._say_bare(fact.name)
        shape = _shape(fact, before)
        sentence, form = self._chosen.get(shape) or self._choose(shape, fact, before)
        count = fact.values.get("count")
        if sentence.plural is not None and isinstance(count, int):
            form = form_of(self.catalog.plural(sentence.text, sentence.plural, count))
        return self.catalog.laid(form, {name: self._word(name, fact.values) for name in form.gaps})

    def _say_bare(self, name: str) -> str:
        said = self._bare[name] = self.catalog.text(_choose(name, frozenset()).text)
        return said

    def _choose(self, shape: Hashable, fact: Fact, before: Fact | None) -> tuple[Sentence, Form]:
        sentence = _choose(fact.name, _known(fact.values, before))
        chosen = self._chosen[shape] = sentence, form_of(self.catalog.text(sentence.text))
        return chosen

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

    def _word(self, name: str, values: Mapping[str, Value]) -> str:
        """The words for a value of a fact."""
        if name not in _SPECIAL:
            value = values[name]
            return self.sentence(value) if isinstance(value, Fact) else say(value, self.catalog)
        if name in ("reason", "advice"):
            return self._part_of_hint(name, values["hint"])
        value = values["processes" if name == "number" else name]
        if isinstance(value, Fact):
            return self.sentence(value)
        if name == "number" and isinstance(value, tuple):
            return str(len(value))
        if name == "span" and isinstance(value, int):
            return span(value, self.catalog)
        if name == "calls" and isinstance(value, tuple):
            return " ← ".join(map(str, value))
        if name in _CHOICES and isinstance(value, tuple):
            several = cast("Iterable[One]", value)
            return listed_as_choice([say(each, self.catalog) for each in several], self.catalog)
        return say(value, self.catalog)

    def _part_of_hint(self, name: str, said: Value) -> str:
        """`a native stack cannot tell …: take `jcmd …``: the reason is before the colon, the advice behind it."""
        hint = say(said, self.catalog)
        head, _, tail = hint.replace("：", ": ", 1).partition(": ")
        words = head if name == "reason" else tail or head
        return self.catalog.closed(words[:1].upper() + words[1:])

    def describe(self, finding: Finding) -> Described:
        """A finding in words."""
        return Described(
            self.title(finding.title), self.text((*finding.reasons, *finding.doubts)), tuple(self.text((step,)) for step in finding.advice)
        )

    def relation(self, name: str) -> str:
        """An edge of the wait-for graph as words between the names of its two nodes."""
        return self.catalog.text(RELATIONS[name].text)


def _choose(name: str, known: frozenset[str]) -> Sentence:
    return next(each for each in _ALL[name] if each.needs <= known and known.issuperset(_NAMES.findall(each.text)))


def _shape(fact: Fact, before: Fact | None) -> Hashable:
    """All that `_known` looks at, and cheaper: a document may have half a million facts, of a few dozen shapes."""
    values = fact.values
    shape = (fact.name, before is not None and _is_again(values, before), *values)
    if "processes" in values or "snapshots" in values:
        processes = values.get("processes")
        return shape, values.get("snapshots"), len(processes) if isinstance(processes, tuple) else None
    return shape


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
