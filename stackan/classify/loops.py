"""Which frames are the loops of worker pools, as the threads themselves show.

A worker that is parked waits on a condition directly inside its loop; another one that came from the same loop through a
stored function is in a task, whatever it waits for:

    pthread_cond_wait ← condition_variable::wait ← Pool::loop
    recv ← query_backend ← std::function::operator() ← Pool::loop

Without such a witness the second stack says as little as before: a class that wraps threads calls their own loops just so.
Only threads of one stem of names testify for each other: a server runs loops of its own on one pool and tasks on another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from stackan.classify.places import Places
from stackan.model.dump import Dump
from stackan.model.place import StackMeaning, is_main
from stackan.model.rules import Rules
from stackan.model.stem import stem

Loops = Mapping[str, frozenset[str]]  # of the threads of each stem
NO_LOOPS: Loops = MappingProxyType({})


def find_loops(dumps: Sequence[Dump], stacks: Sequence[dict[int, tuple[str, ...]]], places: Places) -> Loops:
    """The frames directly inside which threads are seen parked, and from which others called a stored function, in any snapshot."""
    shown = [places.place(names) for names in {names for by_node in stacks for names in by_node.values()}]
    calls = {place.names: callers for place in shown if (callers := _callers(place, places.rules))}
    parks = {place.names: parker for place in shown if calls and (parker := _parked_by(place, places.rules))}
    if set(parks.values()).isdisjoint(chain.from_iterable(calls.values())):
        return NO_LOOPS
    calling: dict[str, set[str]] = {}
    parking: dict[str, set[str]] = {}
    for dump, by_node in zip(dumps, stacks, strict=True):
        for thread, node in enumerate(dump.thread_nodes(), dump.first_thread):
            names = by_node.get(node, ())
            if names in calls:
                calling.setdefault(stem(dump.thread(thread).name), set()).update(calls[names])
            if names in parks:
                parking.setdefault(stem(dump.thread(thread).name), set()).add(parks[names])
    loops = {name: frozenset(parkers & calling.get(name, set())) for name, parkers in parking.items()}
    return {name: found for name, found in loops.items() if found}


def _parked_by(place: StackMeaning, rules: Rules) -> str:
    """The frame that parked a thread, if it is parked for work."""
    if place.verb != "idle" or place.kind != "condition" or place.role is not None:
        return ""
    outside = next((name for name in place.application if name not in rules.glue), "??")
    return "" if outside.startswith("??") or is_main(outside) else outside


def _callers(place: StackMeaning, rules: Rules) -> tuple[str, ...]:
    """The frames outside of the innermost call of a stored function."""
    inside = next((at for at, name in enumerate(place.application) if name in rules.calls), None)
    return () if inside is None else place.application[inside + 1 :]
