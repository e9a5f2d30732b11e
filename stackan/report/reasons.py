"""Facts as JSON: a name of the vocabulary, and its values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from stackan.model.facts import Fact, One, Peer, PoolOf, Share, Shown, Value, Wanted
from stackan.model.process import Pool, Process
from stackan.model.track import Track
from stackan.wording.catalog import ENGLISH, catalog_of
from stackan.wording.nouns import say

_ENGLISH = catalog_of(ENGLISH)


def reason(fact: Fact) -> dict[str, Any]:
    """`{"name": "waits-for", "thread": 4250, "what": {"kind": "mutex", "address": "0x…"}, "function": "transfer"}`"""
    plain: dict[str, Any] = {"name": fact.name}
    for name, value in fact.values.items():
        plain[name] = _plain(value)
    return plain


def _plain(value: Value) -> Any:
    """A thread is its number, a process its id, a pool its name; records are objects without what is not known."""
    if isinstance(value, (int, str)):
        return value
    plain = _PLAIN.get(type(value))
    if plain is not None:
        return plain(value)
    several = cast("Iterable[One]", value)
    return [_plain(each) for each in several]


def _wanted(value: Wanted) -> dict[str, Any]:
    known = {name: each for name, each in zip(value._fields, value) if each}
    if value.who:
        known["who"] = _plain(value.who)
    if value.address is not None:
        known["address"] = f"{value.address:#x}"
    return known


def _known(value: Shown | Share) -> dict[str, Any]:
    return {name: each for name, each in zip(value._fields, value) if each is not None and each != ""}


_PLAIN: dict[type, Callable[[Any], Any]] = {
    Track: lambda track: track.shown,
    Process: lambda process: process.id,
    Pool: lambda pool: pool.name,
    Wanted: _wanted,
    Peer: lambda peer: say(peer, _ENGLISH),
    PoolOf: lambda pool: say(pool, _ENGLISH),
    Shown: _known,
    Share: _known,
    Fact: reason,
}
