"""Which frames are the loops of worker pools, as the threads themselves show.

A worker that is parked stands on a condition directly above its loop; another one that came from the same loop through a
stored function stands in a task, whatever it waits for:

    pthread_cond_wait ← condition_variable::wait ← Pool::loop
    recv ← query_backend ← std::function::operator() ← Pool::loop

Without such a witness the second stack says as little as before: a class that wraps threads calls their own loops just so.
Only threads of one stem of names testify for each other: a server runs loops of its own on one pool and tasks on another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from stackan.classify.places import Places
from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.place import Place, is_main
from stackan.model.rules import Rules
from stackan.model.stem import stem

Loops = Mapping[str, frozenset[str]]  # of the threads of each stem
NO_LOOPS: Loops = MappingProxyType({})


def find_loops(dumps: Sequence[Dump], stacks: Sequence[dict[int, tuple[str, ...]]], places: Places) -> Loops:
    """The frames directly above which threads are seen parked, and from which others called a stored function, in any snapshot."""
    parking: dict[str, set[str]] = {}
    calling: dict[str, set[str]] = {}
    for dump, by_node in zip(dumps, stacks, strict=True):
        if not any(map(places.rules.calls.intersection, by_node.values())):
            continue
        shown = {node: places.place(names) for node, names in by_node.items()}
        parked = {node: _parked_by(place, places.rules) for node, place in shown.items()}
        callers = {node: _callers(place, places.rules) for node, place in shown.items()}
        nodes = dump.columns.thread_node
        for thread in range(dump.first_thread, dump.stop_thread):
            node = nodes[thread]
            if node != UNKNOWN and (parked[node] or callers[node]):
                name = stem(dump.thread(thread).name)
                parking.setdefault(name, set()).update(parked[node])
                calling.setdefault(name, set()).update(callers[node])
    return {name: frozenset(loops & calling[name]) for name, loops in parking.items() if loops & calling[name]}


def _parked_by(place: Place, rules: Rules) -> Sequence[str]:
    """The frame that parked a thread, if it is parked for work."""
    if place.verb != "idle" or place.kind != "condition" or place.role is not None:
        return ()
    outside = next((name for name in place.application if name not in rules.glue), "??")
    return () if outside.startswith("??") or is_main(outside) else (outside,)


def _callers(place: Place, rules: Rules) -> Sequence[str]:
    """The frames outside of the innermost call of a stored function."""
    inside = next((at for at, name in enumerate(place.application) if name in rules.calls), None)
    return () if inside is None else place.application[inside + 1 :]
