"""Analysis → the JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from stackan.collector import collector_paused
from stackan.model.analysis import Analysis
from stackan.report.document import document
from stackan.report.page import Stream
from stackan.report.rows import Rows
from stackan.wording.catalog import ENGLISH

_DOCUMENT = 4  # levels: the document, its lists, a process or finding, its lists; each item in those gets a line
# A document is a tree: to look for circles in it takes a quarter of the time.
_encode = json.JSONEncoder(check_circular=False, default=Rows.together).encode
_MANY = 1000  # items of a list from which on each gets one line, whatever is in it: the fast encoder writes a line at once


def write(analysis: Analysis, stream: Stream, lang: str = ENGLISH) -> None:
    """Write the document with its sentences in a language, the same bytes for the same input."""
    with collector_paused():
        for piece in layout(document(analysis, lang, Rows), _DOCUMENT):
            stream.write(piece)
    stream.write("\n")


def text_of(made: dict[str, Any]) -> str:
    """The text of a document that was made before, which `write` would write."""
    return "".join((*layout(made, _DOCUMENT), "\n"))


def layout(value: object, opened: int, level: int = 0) -> Iterator[str]:
    """The value as JSON: that many outer levels opened, the items inside them on one line each.

    An indented dump of a case with 100,000 threads takes ten times as long: the standard library's fast encoder doesn't indent.
    So the items of long lists are not opened.
    """
    if level == opened or not value or not isinstance(value, (dict, list, Rows)):
        yield _encode(value)
        return
    named = isinstance(value, dict)
    if len(value) > _MANY:
        opened = level + 1
    margin = "\n" + " " * (level + 1)
    yield "{" if named else "["
    for at, item in enumerate(value):
        yield ("," if at else "") + margin
        if named:
            yield _encode(item) + ": "
        yield from layout(value[item] if isinstance(value, dict) else item, opened, level + 1)
    yield "\n" + " " * level + ("}" if named else "]")
