"""Markup made of elements; every text in it is escaped, so that nothing from a dump can become markup."""

from __future__ import annotations

import html
from collections.abc import Iterable

from stackan.report.layout import safe


class Markup(str):
    """A text that is markup already."""

    __slots__ = ()


Content = str | Markup | None
_VOID = frozenset(("br", "hr", "meta", "link", "rect", "path", "line", "circle"))


def text(words: str) -> str:
    """Words as text of a page: what markup or a terminal would obey is shown as characters."""
    return words if isinstance(words, Markup) else html.escape(safe(words))


def element(name: str, /, *content: Content, **attributes: object) -> Markup:
    """`element("p", "a < b", class_="note")`; `data_key` is the attribute data-key, and what is None or False is left out."""
    inside = "".join(text(each) for each in content if each)
    head = name + "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    return Markup(f"<{head}/>" if name in _VOID and not inside else f"<{head}>{inside}</{name}>")


def joined(parts: Iterable[Content]) -> Markup:
    return Markup("".join(text(each) for each in parts if each))


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'
