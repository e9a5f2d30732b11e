"""Facts as JSON: a name of the vocabulary, and its values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from stackan.model.facts import Fact, One, Peer, PoolOf, Share, Shown, Value, Wanted
from stackan.model.process import Pool, Process
from stackan.model.track import Track
from stackan.wording.catalog import ENGLISH, catalog_of
from stackan.wording.nouns import say

_ENGLISH = catalog_of(ENGLISH)


def reason(fact: Fact) -> dict[str, Any]:
    """`{"name": "waits-for", "thread": 4250, "what": {"kind": "mutex", "address": "0x…"}, "function": "transfer"}`"""
    return {"name": fact.name, **{name: _plain(value) for name, value in fact.values.items()}}


def _plain(value: Value) -> Any:
    """A thread is its number, a process its id, a pool its name; records are objects without what is not known."""
    if isinstance(value, Track):
        return value.shown
    if isinstance(value, Process):
        return value.id
    if isinstance(value, Pool):
        return value.name
    if isinstance(value, Wanted):
        known = {name: each for name, each in value._asdict().items() if each not in (None, "", 0)}
        if value.who:
            known["who"] = _plain(value.who)
        return known | ({"address": f"{value.address:#x}"} if value.address is not None else {})
    if isinstance(value, (Peer, PoolOf)):
        return say(value, _ENGLISH)
    if isinstance(value, (Shown, Share)):
        return {name: each for name, each in value._asdict().items() if each not in (None, "")}
    if isinstance(value, Fact):
        return reason(value)
    if isinstance(value, (int, str)):
        return value
    several = cast(Iterable[One], value)
    return [_plain(each) for each in several]
