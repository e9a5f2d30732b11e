"""A dump's threads, each with its place, what it waits for and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import repeat
from types import MappingProxyType
from typing import NamedTuple

from stackan.arguments import FrameArguments
from stackan.classify.awaited import Questions, Waits
from stackan.classify.evidence import ONCE, each_once, find_frame_holds, find_guards, find_owner_words, find_printed, held_by_guards
from stackan.classify.initializers import tell_initializers
from stackan.classify.loops import NO_TASKS, Tasks
from stackan.classify.places import Places
from stackan.classify.printed_state import read_awaited, read_held
from stackan.classify.timeouts import Timeouts
from stackan.classify.told_by_arguments import ToldByArguments
from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.place import NOT_PRINTED, NOTHING_LEFT, OWNED, Awaited, Held, Sighting, StackMeaning, is_main, unparked
from stackan.model.printed import Facts
from stackan.model.stem import stem

_NONE: Mapping[tuple[str, ...], str] = MappingProxyType({})

_MAKE = partial(tuple.__new__, Sighting)  # a thread is a row of columns: there are hundreds of thousands

Stacks = Mapping[int, tuple[str, ...]]  # names by stack node


class _Seen(NamedTuple):
    """What threads with equal stacks, of which equal words are printed, have in common."""

    place: StackMeaning
    may_tell: bool  # their arguments may say more about the place
    ends: tuple[int, ...]  # the frames that may print the time at which the wait ends
    runs_once: bool  # they may run an initializer


def sight(
    dump: Dump,
    stacks: Stacks,
    places: Places,
    tasks: Tasks = NO_TASKS,
    spoken: Stacks = MappingProxyType({}),
    questions: Questions | None = None,
) -> list[Sighting]:
    """Sightings in the dump's order; `stacks` gives the canonical names of each stack node, `tasks` are those that run tasks of its pools.

    `spoken` are the names of the stacks in which lambdas can be named better; the snapshots of a process may share `questions`.
    """
    guards, printed, words, states = find_guards(dump), find_printed(dump), find_owner_words(dump), dump.facts.states
    arguments = FrameArguments(dump.data, dump.columns)
    waits, timeouts = Waits(dump, questions or Questions(places.rules), arguments), Timeouts(dump, arguments)
    told = ToldByArguments(dump, arguments)
    owned: dict[int | None, int] = {
        lock.address: thread for thread, said in states.items() for lock in said.holds if lock.kind != "monitor"
    }
    beside = states.keys() | guards.keys() | printed.keys() | words.keys()  # of which lines beside their frames tell more
    known: dict[object, _Seen] = {}  # by what it follows from
    own = range(dump.first_thread, dump.stop_thread)
    found, awaits, holds = [], [], []
    for thread, node in zip(own, dump.columns.thread_node[dump.first_thread : dump.stop_thread]):
        said = states.get(thread) if thread in beside else None
        names = stacks[node] if node != UNKNOWN else ()
        loop = tasks.get(stem(dump.thread_names[thread - dump.first_thread]), _NONE).get(names, "") if tasks else ""
        told_of = said.awaits if said is not None else None
        is_owned = told_of is not None and told_of.address is not None and owned.get(told_of.address, thread) != thread
        key = node if said is None and not loop else (node, said.words if said is not None else "", loop, told_of is not None, is_owned)
        seen = known.get(key)
        if seen is None:
            place = _adjusted(places.place(names, said.words if said is not None else "", loop), dump.facts, told_of is not None)
            place = _owned(place) if is_owned else place
            if node in spoken:
                place = place._replace(spoken=spoken[node])
            seen = known[key] = _Seen(place, told.may_tell(place), timeouts.may_print(place), not ONCE.keys().isdisjoint(names))
        place, may_tell, ends, runs_once = seen
        if said is not None and said.cut and place.verb == "waiting" and place.state != "lock" and place.rule is None:
            place, may_tell = shortened(place), False
        if may_tell:
            place = told.place(thread, place)
        if ends and timeouts.ends(thread, ends):
            place = places.timed(place)
        awaited = waits.find(thread, place) if place.kind is not None or place.verb == "waiting" else None
        held: list[Held] = []
        if thread in beside:
            held = [*printed.get(thread, ()), *words.get(thread, ())]
            if said is not None:
                awaited = _better(read_awaited(said, place), awaited)
                held += read_held(said)
            if thread in guards:
                held += held_by_guards(guards[thread], dump, thread, place, awaited)
        if runs_once or place.kind == "allocator":
            held += find_frame_holds(dump, thread, place)
        found.append(place)
        awaits.append(awaited)
        holds.append(each_once(held) if held else ())
    sightings = list(map(_MAKE, zip(repeat(dump), own, found, awaits, holds)))
    # The last thread of a text that breaks off may lack frames.
    return tell_initializers(sightings[:-1] if dump.is_truncated else sightings)


def _better(said: Awaited | None, shown: Awaited | None) -> Awaited | None:
    """What the dump's own lines name comes before what frames show; but a bare name does not come before an address."""
    if said is None or (said.address is None and shown is not None and shown.address is not None):
        return shown
    return said


def _owned(place: StackMeaning) -> StackMeaning:
    """The place, where the dump names an owner of what the thread waits for: a parked one waits for a lock, whatever class that is of.

    Monitors do not count: to have that of an object is another thing than to have the lock that it is.
    """
    is_parked = place.kind == "condition" and place.rule is None and place.names[:1] != () and place.names[0].endswith(".park")
    return unparked(place, OWNED)._replace(state="lock", kind="mutex") if is_parked else place


def _adjusted(place: StackMeaning, facts: Facts, is_told: bool) -> StackMeaning:
    """The place, revised by the facts about the whole dump, but where the dump itself tells what the thread waits for."""
    names = place.names
    is_short = facts.limited or (facts.tabled and len(names) == 1)
    if is_short and not is_told and place.first_start_frame == len(names) and not (names and is_main(names[-1])):
        return shortened(place)  # the frames that would show its purpose may be further out
    if facts.deadlock and place.verb == "idle" and place.role not in ("background", "observer"):
        return unparked(place, NOTHING_LEFT)
    return place


def shortened(place: StackMeaning) -> StackMeaning:
    """The place of a stack that was printed in part."""
    return place._replace(state="unknown", kind=None, verb="unknowable", rule=None, reason=NOT_PRINTED, role=None)
