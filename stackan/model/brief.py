"""The short form of a record: what a notebook, a debugger or a failed assertion prints of it.

A record holds others, and these a whole dump: printed in full, one finding took 6.5 million characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from typing import TypeVar

from stackan.escapes import shorten, shown

Kind = TypeVar("Kind", bound=type)
_LONGEST, _LONGEST_VALUE, _LONGEST_SOURCE = 240, 60, 100  # characters
_NAMED = 8  # fields


def brief(kind: Kind) -> Kind:
    """Give a record of named fields a `repr` of one short line: its plain values, and of all else how much there is.

    >>> brief(Pool)
    <Pool name='io', dispatch='get_event', members: 10, workers: 10, blocked=10>
    """
    kind.__repr__ = _repr  # type: ignore[assignment,method-assign]
    return kind


def _repr(record: object) -> str:
    names: tuple[str, ...] = record._fields  # type: ignore[attr-defined]
    return in_short(type(record).__name__, named((name, getattr(record, name)) for name in names))


def in_short(kind: str, words: str) -> str:
    """`<Finding deadlock: critical, certain, 2 threads>`, on one line and not too long, whatever the words hold."""
    text = shown(f"<{kind} {words}>" if words else f"<{kind}>")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]}…>"


def named(values: Iterable[tuple[str, object]]) -> str:
    """`name='io', members: 10`: the first of those that say anything."""
    words = [word for name, value in values if (word := _value(name, value))]
    return ", ".join([*words[:_NAMED], "…"] if len(words) > _NAMED else words)


def amount(number: int, one: str) -> str:
    """`2 threads`"""
    return f"{number} {one}" if number == 1 else f"{number} {one}{'es' if one.endswith('s') else 's'}"


def where(source: str, line: int | None = None) -> str:
    """`…/snap1.txt:36`"""
    name = shorten(source, _LONGEST_SOURCE)
    return name if line is None else f"{name}:{line}"


def _value(name: str, value: object) -> str:
    if value is None or value is False or value == "":
        return ""
    if isinstance(value, str):
        return f"{name}={shorten(str(value), _LONGEST_VALUE)!r}"
    if isinstance(value, (bool, int, float)):
        return f"{name}={value}"
    if isinstance(value, (bytes, memoryview)):
        return f"{name}: {amount(len(value), 'byte')}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return f"{name}: {type(value).__name__}"
    if isinstance(value, (Mapping, tuple, list, frozenset, set, range)):
        return _contents(name, value)
    return f"{name}: {type(value).__name__}"


def _contents(name: str, value: Sized) -> str:
    return f"{name}: {len(value)}" if len(value) else ""
