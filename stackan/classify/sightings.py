"""A dump's threads, each with its place, what it waits for and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stackan.classify.awaited import Questions, Waits
from stackan.classify.evidence import ONCE, each_once, find_frame_holds, find_guards, find_owner_words, find_printed, held_by_guards
from stackan.classify.initializers import tell_initializers
from stackan.classify.loops import NO_TASKS, Tasks
from stackan.classify.places import Places
from stackan.classify.printed_state import read_awaited, read_held
from stackan.classify.timeouts import Timeouts
from stackan.classify.told_by_arguments import ToldByArguments
from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump, Facts
from stackan.model.place import NOT_PRINTED, NOTHING_LEFT, Awaited, Sighting, StackMeaning, is_main, unparked
from stackan.model.stem import stem

_NONE: Mapping[tuple[str, ...], str] = MappingProxyType({})

Stacks = Mapping[int, tuple[str, ...]]  # names by stack node


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
    waits, timeouts, nodes = Waits(dump, questions or Questions(places.rules)), Timeouts(dump), dump.columns.thread_node
    told = ToldByArguments(dump)
    runs_once = any(not ONCE.keys().isdisjoint(names) for names in stacks.values())
    known: dict[tuple[int, str, str, bool], StackMeaning] = {}  # by what it follows from
    sightings = []
    for thread in range(dump.first_thread, dump.stop_thread):
        said = states.get(thread) if states else None
        names = stacks[nodes[thread]] if nodes[thread] != UNKNOWN else ()
        loop = tasks.get(stem(dump.thread_names[thread - dump.first_thread]), _NONE).get(names, "") if tasks else ""
        is_told = said is not None and said.awaits is not None
        key = nodes[thread], said.words if said is not None else "", loop, is_told
        place = known.get(key)
        if place is None:
            place = known[key] = _adjusted(places.place(names, key[1], loop), dump.facts, is_told)
            if nodes[thread] in spoken:
                place = known[key] = place._replace(spoken=spoken[nodes[thread]])
        if said is not None and said.cut and place.verb == "waiting" and place.state != "lock" and place.rule is None:
            place = shortened(place)
        place = told.place(thread, place)
        if timeouts.ends(thread, place):
            place = places.timed(place)
        awaited = waits.find(thread, place) if place.kind is not None or place.verb == "waiting" else None
        held = printed.get(thread, [])
        if thread in words:
            held = held + words[thread]
        if said is not None:
            awaited = _better(read_awaited(said, place), awaited)
            held = held + read_held(said)
        if thread in guards:
            held = held + held_by_guards(guards[thread], dump, thread, place, awaited)
        if place.kind == "allocator" or (runs_once and not ONCE.keys().isdisjoint(place.names)):
            held = held + find_frame_holds(dump, thread, place)
        sightings.append(Sighting(dump, thread, place, awaited, each_once(held) if held else ()))
    # The last thread of a text that breaks off may lack frames.
    return tell_initializers(sightings[:-1] if dump.is_truncated else sightings)


def _better(said: Awaited | None, shown: Awaited | None) -> Awaited | None:
    """What the dump's own lines name comes before what frames show; but a bare name does not come before an address."""
    if said is None or (said.address is None and shown is not None and shown.address is not None):
        return shown
    return said


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
