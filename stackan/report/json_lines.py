"""JSON in lines that people read: outer levels are opened, with an item on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from stackan.report.rows import Rows

# A document is a tree: to look for circles in it takes a quarter of the time.
_encode = json.JSONEncoder(check_circular=False, default=Rows.together).encode
_MANY = 1000  # items of a list from which on each gets one line, whatever is in it: the fast encoder writes a line at once


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
