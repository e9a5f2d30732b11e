"""Which stacks are tasks of a worker pool, as the pool's own threads show.

A worker that is parked waits directly inside its loop, or in the helper by which the loop takes work; another one that came
from the same loop by another way is in a task, whatever it waits for:

    pthread_cond_wait ← condition_variable::wait ← Pool::loop           or: pthread_cond_wait ← JobQueue::pop ← Pool::loop
    recv ← query_backend ← std::function::operator() ← Pool::loop       through a stored function
    pthread_cond_wait ← Lease::acquire ← write_audit ← Pool::loop       through two functions of its own, or more

Without such a witness these say less: a class that wraps threads calls their own loops by stored functions, too.  But the
exhausted pool has no parked witness, by construction.  So it is told by names: what a loop called that is no thread's body.
Only threads of one stem of names testify for each other: a server runs loops of its own on one pool and tasks on another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from stackan.classify.places import Places
from stackan.function_words import is_a_threads, is_pools_loop, is_virtual_task, only_waits, owner_of, takes_work
from stackan.model.dump import Dump
from stackan.model.place import GENERAL, WAITS_FOR_EVENTS, WAITS_FOR_PEER, StackMeaning, is_main
from stackan.model.records import NamedTuple
from stackan.model.rules import Rules
from stackan.model.stem import stem

_Stack = tuple[str, ...]
Tasks = Mapping[str, Mapping[_Stack, str]]  # of the threads of each stem: the stacks that are tasks, each with the loop that runs it
NO_TASKS: Tasks = MappingProxyType({})
_PARKING = ("condition", "semaphore")
_DEEP = 2  # functions between a loop and a wait from which on it is no other place of the loop to park


class _Parked(NamedTuple):
    """How a thread is parked inside of a loop."""

    kind: str | None  # of what it waits for there
    input: bool  # that comes from outside
    helper: str  # the loop's own function that waits, "" if the loop itself does


class _Ways(NamedTuple):
    """What the distinct stacks of a process show, each for itself."""

    places: Mapping[_Stack, StackMeaning]
    parked: Mapping[_Stack, Mapping[str, _Parked]]  # by the loop
    called: Mapping[_Stack, str]  # the loop that called a task, as names tell
    open: Collection[_Stack]  # of which nothing is known but the wait


def find_tasks(dumps: Sequence[Dump], stacks: Sequence[dict[int, _Stack]], places: Places) -> Tasks:
    """The stacks that are tasks, in any snapshot, for the threads of each stem."""
    ways = _look_at({names for by_node in stacks for names in by_node.values()}, places)
    if not _may_show_tasks(ways, places.rules):
        return NO_TASKS
    seen: dict[str, set[_Stack]] = {}
    crowds: Counter[tuple[str, str, int]] = Counter()  # threads of a stem that a loop called, by snapshot
    for at, (dump, by_node) in enumerate(zip(dumps, stacks, strict=True)):
        telling = {node: names for node, names in by_node.items() if names in ways.parked or names in ways.open}
        for name, node in zip(dump.thread_names, dump.thread_nodes()):
            if node in telling:
                own, names = stem(name), telling[node]
                seen.setdefault(own, set()).add(names)
                if names in ways.called:
                    crowds[own, ways.called[names], at] += 1
    several: dict[str, set[str]] = {}
    for (own, loop, _), number in crowds.items():
        if number > 1:
            several.setdefault(own, set()).add(loop)
    tasks = {}
    for own, shown in seen.items():
        found = dict(_tasks_among(shown, ways, places.rules, several.get(own, ())))
        if found:
            tasks[own] = found
    return tasks


def _look_at(stacks: Collection[_Stack], places: Places) -> _Ways:
    shown = {names: places.place(names) for names in stacks}
    return _Ways(
        shown,
        {names: found for names, place in shown.items() if (found := dict(_parked(place, places.rules)))},
        {names: loop for names, place in shown.items() if (loop := _called_by_name(place, places.rules))},
        {names for names, place in shown.items() if not place.in_task and _says_only_its_wait(place)},
    )


def _may_show_tasks(ways: _Ways, rules: Rules) -> bool:
    """Whether it matters which threads have these stacks."""
    if not ways.called.keys().isdisjoint(ways.open):
        return True
    loops: dict[str, set[_Parked]] = {}
    for parked in ways.parked.values():
        for loop, how in parked.items():
            loops.setdefault(loop, set()).add(how)
    return any(
        _loop_of(ways.places[names], loops, ways.parked.get(names, ()), rules)
        for names in ways.open
        if not loops.keys().isdisjoint(ways.places[names].application)
    )


def _says_only_its_wait(place: StackMeaning) -> bool:
    return place.verb == "waiting" or (place.verb == "idle" and place.reason in GENERAL)


def _tasks_among(shown: Collection[_Stack], ways: _Ways, rules: Rules, callers: Collection[str]) -> Iterator[tuple[_Stack, str]]:
    """The tasks among the stacks of threads of one stem, each with its loop; `callers` called tasks in several of these threads at once."""
    loops: dict[str, set[_Parked]] = {}
    busy: set[str] = set()  # frames inside of which a thread is somewhere else than parked
    for names in shown:
        parked = ways.parked.get(names, {})
        for loop, how in parked.items():
            loops.setdefault(loop, set()).add(how)
        busy.update(name for name in ways.places[names].application if name not in parked)
    for names in shown:
        own = ways.parked.get(names, {})
        if names not in ways.open or not busy.isdisjoint(own):
            continue  # it is parked itself, in a loop in which others are at work
        loop = _loop_of(ways.places[names], loops, own, rules)
        called = ways.called.get(names, "")
        if loop or called in callers:
            yield names, loop or called


def _parked(place: StackMeaning, rules: Rules) -> Iterator[tuple[str, _Parked]]:
    """The frame that parked a thread, if it is parked for work, and the loop that called that to take work."""
    if place.verb != "idle":
        return
    comes = place.reason in (WAITS_FOR_PEER, WAITS_FOR_EVENTS)
    if not comes and not (place.kind in _PARKING and place.role is None):
        return
    named = [(at, name) for at, name in enumerate(place.application) if name not in rules.glue][:2]
    if not named or not _can_be_loop(named[0][1]):
        return
    inner, helper = named[0][1], named[0][1] if takes_work(named[0][1]) else ""
    yield inner, _Parked(place.kind, comes, "")
    if helper and len(named) > 1 and _can_be_loop(named[1][1]) and rules.calls.isdisjoint(place.application[: named[1][0]]):
        yield named[1][1], _Parked(place.kind, comes, helper)


def _can_be_loop(name: str) -> bool:
    return not (name.startswith("??") or is_main(name))


def _loop_of(place: StackMeaning, loops: Mapping[str, Collection[_Parked]], own: Collection[str], rules: Rules) -> str:
    """The loop, but for its own, for which a thread runs a task, if it came from it by another way than those that are parked in it."""
    at = next((at for at, name in enumerate(place.application) if name in loops and name not in own), None)
    if at is None:
        return ""
    loop, inside = place.application[at], place.application[:at]
    if any(_called(inside, how, rules) for how in loops[loop]):
        return loop
    own, comes = _purposes(inside, rules), any(how.input for how in loops[loop])
    if len(own) < _DEEP or (takes_work(own[0]) and not (comes and len(own) > _DEEP)) or any(own[-1] == how.helper for how in loops[loop]):
        return ""
    return loop if comes or place.kind in _PARKING else ""


def _called(inside: Sequence[str], parked: _Parked, rules: Rules) -> bool:
    """Whether a stored function runs inside of a loop in which a thread is parked on a condition.

    Where that thread is in a helper, the loop itself makes the call: nothing but that stands between.
    """
    if parked.kind != "condition" or parked.input:
        return False
    at = next((at for at in range(len(inside) - 1, -1, -1) if not _passes_on(inside[at], rules)), -1) if parked.helper else -1
    return not rules.calls.isdisjoint(inside[at + 1 :])


def _called_by_name(place: StackMeaning, rules: Rules) -> str:
    """The loop that called a task, as their names tell: where a thread waits on a condition deep inside of what was stored for the loop."""
    frames = place.application
    if place.kind not in _PARKING or place.in_task:
        return ""
    calls = rules.calls
    called = (at for at, name in enumerate(frames) if name in calls or (is_virtual_task(name) and _is_virtual_call(frames[at : at + 2])))
    at = next(called, len(frames))
    loop = next((name for name in frames[at + 1 :] if not _passes_on(name, rules)), "??")
    own = _purposes(frames[:at], rules)
    if len(own) < _DEEP or takes_work(own[0]) or is_a_threads(own[-1]) or not _can_be_loop(loop) or not is_pools_loop(loop):
        return ""
    return loop


def _is_virtual_call(frames: Sequence[str]) -> bool:
    """Whether a pool's loop calls a function of another class that is there to be called so: Audit::run ← Pool::loop."""
    return len(frames) > 1 and is_virtual_task(frames[0]) and is_pools_loop(frames[1]) and owner_of(frames[0]) != owner_of(frames[1])


def _purposes(frames: Sequence[str], rules: Rules) -> list[str]:
    """The functions that say what a thread does, innermost first: those with names that do more than wait, or call the next."""
    named = [name for name in frames if not (name.startswith("??") or _passes_on(name, rules))]
    return named[next((at for at, name in enumerate(named) if not only_waits(name)), len(named)) :]


def _passes_on(name: str, rules: Rules) -> bool:
    return name in rules.glue or name in rules.calls or "{lambda" in name or "<lambda" in name
