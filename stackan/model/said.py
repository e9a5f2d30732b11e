"""English sentences that know what they were made of, so that they can be said in another language, too.

Errors, warnings and notes are such sentences: they are strings wherever they go, and only the command asks for another language
(`stackan.wording.catalog.Catalog.again`).
"""

from __future__ import annotations

from functools import reduce

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Said(str):
    """A sentence with its words in braces filled in."""

    __slots__ = ("english", "plural", "values")

    english: str  # with the names of values in braces
    plural: str | None  # the same for any `count` but one
    values: Mapping[str, object]


def said(english: str, /, **values: object) -> Said:
    """A whole sentence, or a whole clause; `{names}` in it are placeholders for the values.

    >>> said("{source}: no such file; check the path", source="snap1.txt")
    'snap1.txt: no such file; check the path'
    """
    return _filled(english, None, values)


def said_of(count: int, one: str, many: str, /, **values: object) -> Said:
    """The same for a number of things, one or any other: `{count}`."""
    return _filled(one, many, {**values, "count": count})


class Row(str):
    """Names in a row, which other languages part by other signs."""

    __slots__ = ("names",)

    names: tuple[str, ...]


def row(names: Iterable[str]) -> Row:
    """Names in a row: `a, b, c`."""
    known = tuple(names)
    joined = Row(", ".join(known))
    joined.names = known
    return joined


def in_a_row(clauses: Iterable[str]) -> str:
    """Whole clauses as one sentence."""
    return reduce(lambda before, clause: said("{before}; {clause}", before=before, clause=clause), clauses)


def first_of(names: Sequence[str], most: int) -> str:
    """The first of many names, and how many more there are."""
    if len(names) <= most:
        return row(names)
    return said("{names} and {count} more", names=row(names[:most]), count=len(names) - most)


def _filled(english: str, plural: str | None, values: Mapping[str, object]) -> Said:
    template = english if plural is None or values["count"] == 1 else plural
    filled = Said(template.format_map(values) if values else template)
    filled.english, filled.plural, filled.values = english, plural, values
    return filled
