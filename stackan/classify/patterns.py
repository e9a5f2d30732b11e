"""Frame patterns of rules: read from text, matched against stacks of canonical names.

    frames = ["io_poll_wait", "listener?", "get_event", "..."]

An element is a name; `|` separates alternatives; `*` at an end means any text; `name?` may be missing (inlined
away); `??` is a frame without a name, `??*` any number of them; `...` is any number of any frames; `/…/` is a regular
expression over the whole name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackan.classify.expressions import Expression
from stackan.model.rules import Element


def read_elements(texts: Sequence[str], expression: Callable[[str], Callable[[str], bool]] = Expression) -> tuple[Element, ...]:
    """The elements of a pattern; `expression` makes a judge of names from the text between slashes."""
    return tuple(_read(text, expression) for text in texts)


def expressions_in(texts: Sequence[str]) -> list[str]:
    """The texts between slashes among a pattern's elements."""
    return [text[1:-1] for text in texts if len(text) > 1 and text.startswith("/") and text.endswith("/")]


def _read(text: str, expression: Callable[[str], Callable[[str], bool]]) -> Element:
    if text == "...":
        return Element(frozenset(), (), (), True, True, False)
    if text == "??*":
        return Element(frozenset(), (), (), True, True, True)
    optional = text.endswith("?") and not text.endswith("??")
    names: set[str] = set()
    globs: list[tuple[str, str]] = []
    patterns: list[Callable[[str], bool]] = []
    unnamed = False
    parts = [text] if text.startswith("/") else (text[:-1] if optional else text).split("|")
    for part in parts:
        if part.startswith("/") and part.endswith("/") and len(part) > 1:
            patterns.append(expression(part[1:-1]))
        elif part == "??":
            unnamed = True
        elif part.startswith("*") and part.endswith("*"):
            globs.append(("inside", part[1:-1]))
        elif part.endswith("*"):
            globs.append(("prefix", part[:-1]))
        elif part.startswith("*"):
            globs.append(("suffix", part[1:]))
        elif "*" in part:
            head, _, tail = part.partition("*")
            globs.append(("both", head + "\0" + tail))
        else:
            names.add(part)
    return Element(frozenset(names), tuple(globs), tuple(patterns), optional, False, unnamed)


def match(elements: Sequence[Element], names: Sequence[str], at: int) -> bool:
    """Whether the pattern matches the stack from frame `at` outwards (it need not reach the outermost frame).

    Positions are tracked as a set, so that gaps cost no backtracking: O(elements × frames).
    """
    positions = {at}
    for element in elements:
        following: set[int] = set()
        if element.gap:
            for position in sorted(positions):
                while position not in following:
                    following.add(position)
                    if position < len(names) and (not element.unnamed or names[position].startswith("??")):
                        position += 1
        else:
            for position in positions:
                if element.optional:
                    following.add(position)
                if position < len(names) and fits(element, names[position]):
                    following.add(position + 1)
        if not following:
            return False
        positions = following
    return True


def fits(element: Element, name: str) -> bool:
    """Whether one frame's name fits one element."""
    if name in element.names:
        return True
    if element.unnamed and name.startswith("??"):
        return True
    for where, text in element.globs:
        if where == "prefix" and name.startswith(text):
            return True
        if where == "suffix" and name.endswith(text):
            return True
        if where == "inside" and text in name:
            return True
        if where == "both":
            head, _, tail = text.partition("\0")
            if name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail):
                return True
    return any(pattern(name) for pattern in element.patterns)
