"""Dispatch frames: the loops from which the threads of a pool take their work.

A thread that runs a task by a known executor was called by the loop, maybe through the function that was stored with the task:

    query ← … ← std::packaged_task::operator() ← Pool::submit::{lambda()#1}::operator() ← std::function::operator() ← Pool::loop

A thread that is parked for work waits in the frame directly inside the loop, or in a queue's own function that the loop calls:

    pthread_cond_wait ← JobQueue::pop ← Pool::loop

The second shows which frame is the loop only if another thread works inside of it.  Where all are parked, the loop is the outermost
frame that only these threads have.

Where nobody is parked, the frame that called what the threads run is known with the places themselves (stackan.classify.loops).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from stackan.function_words import takes_work
from stackan.graph.crowd import Crowd
from stackan.graph.loop_frames import LoopFrames
from stackan.model.facts import Fact, fact
from stackan.model.rules import Rules

_PARKING = ("condition", "semaphore")


def dispatch_frames(crowd: Crowd, rules: Rules) -> list[tuple[str, Fact]]:
    """(dispatch frame, how it was recognized), those of known executors first."""
    executors: dict[str, Fact] = {}
    for place in crowd.places.values():
        executors.update(item for item in _executors(place.application, rules) if item[0] not in executors)
    loops = dict(_parking_loops(crowd, rules))
    return [*executors.items(), *((name, why) for name, why in {**_calling_loops(crowd), **loops}.items() if name not in executors)]


def _calling_loops(crowd: Crowd) -> dict[str, Fact]:
    """The frames that run tasks by calls of their own, each with how it was recognized."""
    tasks: dict[str, set[int]] = {}
    for number, place in crowd.places.items():
        if place.loop:
            tasks.setdefault(place.loop, set()).update(crowd.seen[number])
    return {loop: fact("calls-its-tasks", count=len(threads), function=loop) for loop, threads in tasks.items()}


def _executors(frames: Sequence[str], rules: Rules) -> Iterator[tuple[str, Fact]]:
    """(dispatch frame, how it was recognized) for each known executor among a stack's frames."""
    running = [(at, rule) for at, name in enumerate(frames) for rule in rules.executors if name in rule.functions]
    callers = _callers(frames, rules) if running else []
    for at, rule in running:
        name = frames[at]
        caller = callers[at] or name if rule.caller else name
        if caller in rules.starts or caller == name:
            yield name, fact("executor-runs-its-tasks", rule=rule.id, function=name)
        else:
            yield caller, fact("executor-runs-its-tasks", rule=rule.id, function=name, caller=caller)


def _callers(frames: Sequence[str], rules: Rules) -> list[str]:
    """The caller of the task that each frame runs, or ""; a lambda that was called as a stored function is part of the task."""
    passing = rules.glue | rules.calls
    callers, caller, outer = [], "", ""
    for name in reversed(frames):
        callers.append(caller)
        if not (name in passing or name.startswith("??") or (outer in rules.calls and _is_lambda(name))):
            caller = name
        outer = name
    return callers[::-1]


def _is_lambda(name: str) -> bool:
    return "{lambda" in name or "<lambda" in name


def _caller_of(name: str, named: Sequence[str]) -> str:
    """The caller of a function that takes work, which is the loop's helper, where it can be the loop; else that function."""
    outside = named[named.index(name) + 1 :]
    return outside[0] if takes_work(name) and outside else name


def _parking_loops(crowd: Crowd, rules: Rules) -> Iterator[tuple[str, Fact]]:
    """(dispatch frame, how it was recognized) for the loops in which threads are parked for work."""
    frames = LoopFrames(crowd, rules)
    ways: dict[int, list[str]] = {}  # by place: the frames that may be the loop, innermost first
    parked: dict[str, set[int]] = {}  # by the innermost of them
    for number, place in crowd.places.items():
        if place.verb == "idle" and place.kind in _PARKING and place.role is None:
            named = frames.named(place.application)
            if named:
                ways[number] = named
                parked.setdefault(named[0], set()).update(crowd.seen[number])
    busy = {name for place in crowd.places.values() if place.verb != "idle" for name in place.application}

    @cache
    def has_others(name: str, innermost: str) -> bool:
        return not crowd.around(name) <= parked[innermost]

    loops: dict[str, set[int]] = {}
    for number, named in ways.items():
        own = (name for name in reversed(named) if not has_others(name, named[0]) and not _is_lambda(name))
        loop = next((name for name in named if name in busy), None) or _caller_of(next(own, named[0]), named)
        if frames.is_shallow(loop, crowd.places[number].application):
            loops.setdefault(loop, set()).update(crowd.seen[number])
    for name, threads in loops.items():
        if name in busy:
            yield name, fact("parked-in-a-busy-loop", count=len(threads), function=name)
        elif len(threads) > 1:
            yield name, fact("all-parked-alike", count=len(threads), function=name)
