"""Which rules may fit a stack: each is filed under one element of its pattern that some frame of every stack that fits it has to fit.

    ["MDL_wait::timed_wait", "..."]                   filed under its first element: the frame directly outside of the wait fits it
    ["...", "JobQueue::pop|JobQueue::take", "..."]    filed under its second one: any frame outside of the wait does

A stack's own names then ask for the few rules that are worth a match, whatever number of rules there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.classify.patterns import fits
from stackan.model.rules import Element, FrameRule


class RuleIndex:
    """The rules in their order, asked for by the names of a stack."""

    def __init__(self, rules: Sequence[FrameRule]) -> None:
        self._rules = rules
        self._first, self._inside = _File(), _File()
        self._others: list[int] = []  # that no element can be filed under
        for at, rule in enumerate(rules):
            if rule.frames and _is_key(rule.frames[0]):
                self._first.add(at, rule.frames[0])
            elif keys := [element for element in rule.frames if _is_key(element)]:
                self._inside.add(at, min(keys, key=_breadth))
            else:
                self._others.append(at)

    def asked(self, names: Sequence[str], at: int) -> Iterator[FrameRule]:
        """The rules that may fit the stack from frame `at` outwards, in their order."""
        found = {*self._others}
        if at < len(names):
            found.update(self._first.of(names[at]))
            found.update(*map(self._inside.of, names[at:]))
        return map(self._rules.__getitem__, sorted(found))


class _File:
    """Rules by the names that fit an element of theirs; each distinct name is judged once."""

    def __init__(self) -> None:
        self._exact: dict[str, list[int]] = {}
        self._broad: list[tuple[int, Element]] = []
        self._known: dict[str, list[int]] = {}

    def add(self, rule: int, element: Element) -> None:
        for name in element.names:
            self._exact.setdefault(name, []).append(rule)
        if element.globs or element.unnamed:
            self._broad.append((rule, element))

    def of(self, name: str) -> list[int]:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = [*self._exact.get(name, ()), *(rule for rule, element in self._broad if fits(element, name))]
        return found


def _is_key(element: Element) -> bool:
    """Whether a frame has to be there for the element, and its name tells without an expression, which costs time on every name."""
    return not (element.gap or element.optional or element.patterns)


def _breadth(element: Element) -> tuple[bool, int]:
    """Exact names before others, few before many."""
    return bool(element.globs) or element.unnamed, len(element.names)
