"""Pools of which each thread reads in the middle of a task: nobody is free for the next one, though each may only serve a silent client.

    recv ← TcpStream::read ← price_order ← FnOnce::call_once ← worker        four of four workers

No stack tells whom they read from.  A loop that calls stored functions is a pool's; a thread that reads right below it is at its turn.
So is what a library without names calls back:

    read ← registry_lookup ← server_cb ← ?? ← ?? ← ?? ← start_thread
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.roles import role_of
from stackan.model.place import WAITS_FOR_PEER, StackMeaning, is_main
from stackan.model.process import Process
from stackan.model.rules import Rules
from stackan.model.track import IDLE, places_where

_DEEP = 3  # frames between what a library calls back and the thread's start
# The body of a Rust thread is compiled into this; what that calls is stored, as its own entry lies outside.
_BODIES = frozenset(("std::sys::backtrace::__rust_begin_short_backtrace", "std::sys_common::backtrace::__rust_begin_short_backtrace"))


def is_full_of_readers(process: Process) -> bool:
    """Whether all threads that came the same way, two or more, seem to be at rest in a read in the middle of a task."""
    reading = places_where(process.tracks, lambda place: _reads_in_a_task(place, process.rules))
    if not reading:
        return False
    tasks: dict[tuple[str, str], list[bool]] = {}
    for track in process.tracks:
        tasks.setdefault(role_of(track, process), []).append(track.progress == IDLE and id(track.place) in reading)
    return any(len(each) > 1 and all(each) for each in tasks.values())


def _reads_in_a_task(place: StackMeaning, rules: Rules) -> bool:
    if place.reason != WAITS_FOR_PEER:
        return False
    frames, passing = place.application, (rules.calls | rules.glue | rules.starts) - _BODIES
    says = [not (name.startswith("??") or name in passing or is_main(name)) for name in frames]
    called = next((at for at, name in enumerate(frames) if name in rules.calls), len(frames))
    return (any(says[:called]) and any(says[called:])) or _is_called_back(frames, says)


def _is_called_back(frames: Sequence[str], says: Sequence[bool]) -> bool:
    """Whether nothing but a library without names is outside of the program's own functions, deeper than what starts a thread."""
    named = next((at for at in range(len(says), 0, -1) if says[at - 1]), 0)
    return named > 0 and len(frames) - named >= _DEEP and all(name.startswith("??") for name in frames[named:])
