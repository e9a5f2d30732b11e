"""Whether a thread is in the same place in two snapshots: the same normalized stack, and the same object."""

from __future__ import annotations

import re

from stackan.model.place import MEANWHILE, NAMELESS, Sighting

# A thread that waits runs a little all the same: the dump itself interrupts it (at most 0.11 ms were seen), and a thread
# that waits for a Java monitor asks again every second (0.05 ms a second were seen).  A request costs more than either.
DUMPING, _ASKING = 250, 0.0001  # microseconds; share of the time that has gone by
# From so much on it has certainly worked: more than 5 ms, and half a percent of the time.
_WORKING, SHARE = 5000, 0.005
_HANDED_OVER = ("condition", "semaphore")  # waits by which work goes from one thread to another
_OUTSIDE = ("network", "io")  # waits for what comes from outside of the process, or goes there
_POINTER = re.compile(rb"(?<![\w@])(\w{1,64})=(0x[0-9a-f]{1,16})(?![0-9a-f])")  # `x=0x7f013c0010c0`, and not `x@entry=0x…`
# What a read or a write works on: the descriptor, the memory and how much of it, as glibc names them.
_TRANSFER = re.compile(rb"(?<![\w@])(fd|buf|buffer|nbytes|len|n)=(?:\w{1,64}@entry=)?(0x[0-9a-f]{1,16}|\d{1,19})(?![\w.])")
_BUSY = 0.2  # share of the time for which a thread that never waits runs at least; other threads get the rest


def same_place(before: Sighting, after: Sighting) -> bool:
    if MEANWHILE in (before.place.reason, after.place.reason):
        return False
    if before.place.names != after.place.names or _is_another_call(before, after) or _is_another_transfer(before, after):
        return False
    ours, theirs = before.awaited, after.awaited
    ran, passed = _ran(before, after)
    if ran is not None and has_worked(ran, passed):
        return False
    if ours is not None and theirs is not None and ours.address is not None and theirs.address is not None:
        # A collector may have moved the object: a thread that has not run since cannot have gone on to another.
        rested = ran is not None and ran <= DUMPING + passed * _ASKING
        return ours.address == theirs.address or (rested and ours.symbol == theirs.symbol and spots(before) == spots(after))
    if ours is not None and theirs is not None and None not in (ours.symbol, theirs.symbol) and ours.symbol != theirs.symbol:
        return False  # what has no address has a name: a class, a virtual thread
    if ours is not None and theirs is not None and None not in (ours.descriptor, theirs.descriptor):
        return ours.descriptor == theirs.descriptor and spots(before) == spots(after)
    if before.place.verb == after.place.verb == "blocked" and after.dump.traits.counters:
        return True  # a rule says that it waits; where its caller was compiled to is no matter (Java frames move)
    return spots(before) == spots(after)


def _is_another_call(before: Sighting, after: Sighting) -> bool:
    """Whether the function that waits works on another object: a producer that was let go stands in the same place with its next item.

    Addresses alone count, as a function may count down its numbers while it waits.
    """
    if before.place.state not in _HANDED_OVER or not before.dump.traits.counters:
        return False
    at = before.place.wait_frames
    if at >= before.place.first_start_frame:
        return False
    ours, theirs = (dict(_POINTER.findall(each.dump.arguments_in(each.thread, at))) for each in (before, after))
    return any(theirs.get(name, value) != value for name, value in ours.items())


def _is_another_transfer(before: Sighting, after: Sighting) -> bool:
    """Whether a read or a write works on other memory, or on more or less of it: the one before has returned.

    A call that the dump interrupted is made again with what it had.  What a rule says of a wait holds for whatever it is about: a log
    that takes a line now and then holds up who writes it.
    """
    if before.place.state not in _OUTSIDE or before.place.rule is not None:
        return False
    ours, theirs = _transfer(before), _transfer(after)
    return any(theirs.get(name, value) != value for name, value in ours.items())


def _transfer(sighting: Sighting) -> dict[bytes, bytes]:
    """The printed arguments of the system call; its frame may stand twice, with a part of them optimized out in the inner one."""
    found: dict[bytes, bytes] = {}
    for at in range(sighting.place.wait_frames):
        for name, value in _TRANSFER.findall(sighting.dump.arguments_in(sighting.thread, at)):
            found.setdefault(name, value)
    return found


def same_calls(before: Sighting, after: Sighting) -> bool:
    """Whether a thread got where it runs by the same calls: only in the innermost function it may have moved."""
    return before.place.names == after.place.names and spots(before)[1:] == spots(after)[1:]


def works_in_place(before: Sighting, after: Sighting) -> bool:
    """Whether a thread that runs was in one place twice, and by its counters has run between whenever it got a CPU."""
    if not before.place.verb == after.place.verb == "running":
        return False
    ran, passed = _ran(before, after)
    return ran is not None and is_busy(ran, passed) and before.place.names == after.place.names and spots(before) == spots(after)


def has_worked(ran: int, passed: int) -> bool:
    """Whether so much CPU time, in a time, both in microseconds, is more than waiting takes."""
    return ran > max(_WORKING, passed * SHARE)


def is_busy(ran: int, passed: int) -> bool:
    """Whether so much CPU time is that of a thread which has run whenever it got a CPU."""
    return ran > max(_WORKING, passed * _BUSY)


def _ran(before: Sighting, after: Sighting) -> tuple[int | None, int]:
    """(CPU time, time) in microseconds between two sightings, where the dumps print them."""
    if not before.dump.facts.states:
        return None, 0
    ours, theirs = before.printed_state, after.printed_state
    if ours is None or theirs is None or ours.ran is None or theirs.ran is None or theirs.age <= ours.age:
        return None, 0
    return theirs.ran - ours.ran, theirs.age - ours.age


def spots(sighting: Sighting) -> list[int] | list[bytes]:
    """The code addresses of the application's frames: the same names at other addresses are another place.

    A format that prints no program counters prints lines.
    """
    columns, place = sighting.dump.columns, sighting.place
    first = columns.thread_first[sighting.thread]
    start = 0 if place.reason == NAMELESS else place.wait_frames
    calls = columns.frame_call[first + start : first + place.first_start_frame]
    if sighting.dump.traits.counters:
        return [columns.call_pc[call] for call in calls]
    return [columns.site_location[columns.call_site[call]] for call in calls]
