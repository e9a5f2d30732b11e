"""A dump's threads, each with its place, what it waits for and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import repeat
from types import MappingProxyType

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
from stackan.model.records import NamedTuple
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
    look = _Look(dump, stacks, places, tasks, spoken, questions or Questions(places.rules))
    alike: dict[tuple[int, str], list[int]] = {}  # threads of which nothing tells but their frames, and words that others have as well
    nodes = dump.columns.thread_node[dump.first_thread : dump.stop_thread]
    for thread, node in enumerate(nodes, dump.first_thread):
        words = look.words_alone(thread) if thread in look.beside else ""
        threads = alike.get((node, words)) if words is not None else None
        if threads is not None:
            threads.append(thread)
        elif words is not None and look.is_plain(node, words):
            alike[node, words] = [thread]
        else:
            look.at(thread, node)
    for (node, words), threads in alike.items():
        look.at_all(threads, node, words)
    own = range(dump.first_thread, dump.stop_thread)
    sightings = list(map(_MAKE, zip(repeat(dump), own, look.found, look.awaits, look.holds)))
    # The last thread of a text that breaks off may lack frames.
    return tell_initializers(sightings[:-1] if dump.is_truncated else sightings)


class _Look:
    """What the threads of a dump do, wait for and hold, in three rows."""

    def __init__(self, dump: Dump, stacks: Stacks, places: Places, tasks: Tasks, spoken: Stacks, questions: Questions) -> None:
        self._dump, self._stacks, self._places, self._tasks, self._spoken = dump, stacks, places, tasks, spoken
        self._guards, self._printed, self._words = find_guards(dump), find_printed(dump), find_owner_words(dump)
        self._states = dump.facts.states
        self._arguments = FrameArguments(dump.data, dump.columns)
        self._waits, self._timeouts = Waits(dump, questions, self._arguments), Timeouts(dump, self._arguments)
        self._told = ToldByArguments(dump, self._arguments)
        self._owned: dict[int | None, int] = {
            lock.address: thread for thread, said in self._states.items() for lock in said.holds if lock.kind != "monitor"
        }
        self._known: dict[object, _Seen] = {}  # by what it follows from
        self._may_be_tasks = frozenset[tuple[str, ...]]().union(*self._tasks.values())
        # Threads of which lines beside their frames tell more.
        self.beside = self._states.keys() | self._guards.keys() | self._printed.keys() | self._words.keys()
        count = dump.stop_thread - dump.first_thread
        self.found: list[StackMeaning | None] = [None] * count
        self.awaits: list[Awaited | None] = [None] * count
        self.holds: list[tuple[Held, ...]] = [()] * count

    def words_alone(self, thread: int) -> str | None:
        """The printed state of a thread, where no other lines beside its frames tell more of it."""
        said = self._states.get(thread)
        if said is None or said.awaits is not None or said.holds or said.cut:
            return None
        return None if thread in self._guards or thread in self._printed or thread in self._words else said.words

    def is_plain(self, node: int, words: str) -> bool:
        """Whether all that there is to know of a thread follows from its stack, its state and the arguments of its wait."""
        if self._names(node) in self._may_be_tasks:
            return False
        seen = self._seen(node, words)
        return not (seen.may_tell or seen.runs_once or seen.place.kind == "allocator")

    def at_all(self, threads: list[int], node: int, words: str) -> None:
        """Threads that have one stack and one state, and are plain."""
        place, _, ends, _ = self._seen(node, words)
        if ends and (timed := self._timeouts.among(threads, ends)):
            self._put(timed, self._places.timed(place))
            timely = set(timed)
            threads = [thread for thread in threads if thread not in timely]
        self._put(threads, place)

    def _put(self, threads: list[int], place: StackMeaning) -> None:
        first, found = self._dump.first_thread, self.found
        for thread in threads:
            found[thread - first] = place
        if _waits(place):
            for thread, awaited in zip(threads, self._waits.find_each(threads, place)):
                self.awaits[thread - first] = awaited

    def at(self, thread: int, node: int) -> None:
        """One thread, of which lines beside its frames, its pool or its arguments may tell more."""
        dump, at = self._dump, thread - self._dump.first_thread
        said = self._states.get(thread)
        loop = self._tasks.get(stem(dump.thread_names[at]), _NONE).get(self._names(node), "") if self._tasks else ""
        told_of = said.awaits if said is not None else None
        is_owned = told_of is not None and told_of.address is not None and self._owned.get(told_of.address, thread) != thread
        words = said.words if said is not None else ""
        place, may_tell, ends, runs_once = self._seen(node, words, loop, told_of is not None, is_owned)
        if said is not None and said.cut and place.verb == "waiting" and place.state != "lock" and place.rule is None:
            place, may_tell = shortened(place), False
        if may_tell:
            place = self._told.place(thread, place)
        if ends and self._timeouts.among([thread], ends):
            place = self._places.timed(place)
        awaited = self._waits.find(thread, place) if _waits(place) else None
        held: list[Held] = []
        if thread in self.beside:
            held = [*self._printed.get(thread, ()), *self._words.get(thread, ())]
            if said is not None:
                awaited = _better(read_awaited(said, place), awaited)
                held += read_held(said)
            if thread in self._guards:
                held += held_by_guards(self._guards[thread], dump, thread, place, awaited)
        if runs_once or place.kind == "allocator":
            held += find_frame_holds(dump, thread, place)
        self.found[at], self.awaits[at] = place, awaited
        if held:
            self.holds[at] = each_once(held)

    def _names(self, node: int) -> tuple[str, ...]:
        return self._stacks[node] if node != UNKNOWN else ()

    def _seen(self, node: int, words: str, loop: str = "", is_told: bool = False, is_owned: bool = False) -> _Seen:
        key = node, words, loop, is_told, is_owned
        seen = self._known.get(key)
        if seen is None:
            names = self._names(node)
            place = _adjusted(self._places.place(names, words, loop), self._dump.facts, is_told)
            place = _owned(place) if is_owned else place
            if node in self._spoken:
                place = place._replace(spoken=self._spoken[node])
            runs_once = not ONCE.keys().isdisjoint(names)
            seen = self._known[key] = _Seen(place, self._told.may_tell(place), self._timeouts.may_print(place), runs_once)
        return seen


def _waits(place: StackMeaning) -> bool:
    return place.kind is not None or place.verb == "waiting"


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
