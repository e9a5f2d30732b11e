"""Wording that findings share."""

from __future__ import annotations

from stackan.model.place import NAMELESS
from stackan.model.track import Track, label

__all__ = ["describe_doing", "describe_wait", "in_all", "in_any", "label"]

_KINDS = {
    "socket": "the network",
    "pipe": "a pipe or socket",
    "file": "a file",
    "future": "the result of a task",
    "once": "a one-time initialization",
    "process": "a child process",
    "allocator": "the memory allocator's lock",
    "stdio": "a stream's lock",
    "loader": "the dynamic loader's lock",
    "futex": "an atomic value to change",
}


def describe_wait(track: Track) -> str:
    """What a thread waits for: `mutex 0x5587d1784140 <audit_lock>`, `an InnoDB row lock`, `the end of LWP 4711`."""
    place, awaited = track.place, track.newest.awaited
    if place.rule is not None and place.rule.what:
        return place.rule.what
    if place.reason == NAMELESS:
        return "something in the C library that the dump does not name (a one-time initialization or a robust mutex)"
    if place.kind == "thread":
        return f"the end of LWP {awaited.owners[0]}" if awaited is not None and awaited.owners else "the end of another thread"
    if awaited is not None and awaited.address is not None and place.kind != "future":
        kind = {"once": "a one-time initialization,"}.get(place.kind or "", place.kind)
        return f"{kind} {awaited.address:#x}" + (f" <{awaited.symbol}>" if awaited.symbol else "")
    if awaited is not None and awaited.descriptor is not None:
        return f"{_KINDS.get(place.kind or '', 'a descriptor')} (descriptor {awaited.descriptor})"
    return _KINDS.get(place.kind or "", f"a {place.kind}" if place.kind else "something unknown")


def describe_doing(track: Track) -> str:
    """What a thread does, as the end of a sentence that begins with its name."""
    place = track.place
    verbs = {"sleeping": "sleeps", "running": "runs", "spinning": "spins", "idle": "is idle"}
    if place.verb in verbs:
        return f"{verbs[place.verb]} in {place.purpose}"
    return f"waits for {describe_wait(track)} in {place.purpose}"


def in_all(snapshots: int) -> str:
    return "in both snapshots" if snapshots == 2 else f"in all {snapshots} snapshots"


def in_any(snapshots: int) -> str:
    return "in the snapshot" if snapshots == 1 else "in either snapshot" if snapshots == 2 else f"in any of the {snapshots} snapshots"
