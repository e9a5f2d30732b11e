"""Wording that findings share."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.place import NAMELESS, Awaited
from stackan.model.process import Process
from stackan.model.spans import spoken
from stackan.model.track import Track, label

__all__ = ["describe_doing", "describe_wait", "describe_waits", "in_all", "in_any", "label", "listed"]

_KINDS = {
    "socket": "the network",
    "pipe": "a pipe or socket",
    "file": "a file",
    "future": "the result of a task",
    "once": "a one-time initialization",
    "process": "a child process",
    "thread": "the end of another thread",
    "allocator": "the memory allocator's lock",
    "stdio": "a stream's lock",
    "loader": "the dynamic loader's lock",
    "futex": "an atomic value to change",
}


def describe_wait(track: Track) -> str:
    """What a thread waits for: `mutex 0x5587d1784140 <audit_lock>`, `an InnoDB row lock`, `the end of LWP 4711`."""
    place, awaited = track.place, track.newest.awaited
    if place.rule is not None and place.rule.what:
        return f"{place.rule.what}{_which(awaited)}"
    if place.what:
        return place.what
    if place.reason == NAMELESS:
        likely = "a one-time initialization or a robust mutex" if place.run == 1 else "a semaphore, a thread's end, or a timed or PI mutex"
        return f"something in the C library that the dump does not name ({likely})"
    if place.kind == "thread" and awaited is not None and awaited.owners:
        return f"the end of LWP {awaited.owners[0]}"
    if awaited is not None and awaited.address is not None and place.kind not in ("future", "thread"):
        kind = {"once": "a one-time initialization,"}.get(place.kind or "", place.kind)
        return f"{kind} {awaited.address:#x}" + (f" <{awaited.symbol}>" if awaited.symbol else "")
    if awaited is not None and awaited.descriptor is not None:
        return f"{_describe_other_end(track) or _describe_kind(place.kind or awaited.kind)} (descriptor {awaited.descriptor})"
    if awaited is not None and awaited.address is None and awaited.symbol:
        return f"{_describe_kind(place.kind)}, {awaited.symbol}"
    return _describe_kind(place.kind)


def _which(awaited: Awaited | None) -> str:
    """The one of its kind that a log names: ` 0x7fdb1fbe3f80 <buf0buf.cc line 1460>`"""
    if awaited is None or awaited.log is None:
        return ""
    address = f" {awaited.address:#x}" if awaited.address is not None else ""
    return f"{address} <{awaited.symbol}>" if awaited.symbol else address


def describe_waits(tracks: Sequence[Track]) -> str:
    """What several threads wait for, by its kind if each waits for its own: `the network`, `the end of another thread`."""
    distinct = {(id(track.place), track.newest.awaited): track for track in tracks}
    words = [describe_wait(track) for track in distinct.values()]
    awaited = tracks[0].newest.awaited
    shared = len(set(words)) == 1 or (awaited is not None and awaited.address is not None)
    if shared:
        return words[0]
    others = set(map(_describe_other_end, tracks))
    return others.pop() if len(others) == 1 and "" not in others else _describe_kind(tracks[0].place.kind)


def _describe_other_end(track: Track) -> str:
    """`process 24096, over the network`, `10.0.0.7:5432, over the network`, `process 25614, through a pipe`; "" if it is not known."""
    link = track.newest.awaited.link if track.newest.awaited is not None else None
    if link is None or not link.who:
        return ""
    return f"{link.who}, {'through a pipe' if link.kind == 'pipe' else 'over the network' if link.address else 'through a Unix socket'}"


def _describe_kind(kind: str | None) -> str:
    return _KINDS.get(kind or "", f"a {kind}" if kind else "something unknown")


def describe_doing(track: Track) -> str:
    """What a thread does, as the end of a sentence that begins with its name."""
    place = track.place
    verbs = {"sleeping": "sleeps", "running": "runs", "spinning": "spins", "idle": "is idle"}
    if place.verb == "idle" and place.rule is None:  # as far as anybody knows it waits
        return f"waits for {describe_wait(track)} in {place.purpose}" if place.kind else f"waits in {place.purpose}"
    if place.verb in verbs:
        return f"{verbs[place.verb]} in {place.purpose}"
    return f"waits for {describe_wait(track)} in {place.purpose}"


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`"""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def in_all(process: Process) -> str:
    """`in both snapshots, 4 min apart`, `in all 5 snapshots over 20 min`: the more and the longer, the surer."""
    snapshots, span = len(process.dumps), process.place.span
    shown = " as far as they go" if any(dump.cut for dump in process.dumps) else ""
    if snapshots == 2:
        return f"in both snapshots{shown}" + (f", {spoken(span)} apart" if span else "")
    return f"in all {snapshots} snapshots{shown}" + (f" over {spoken(span)}" if span else "")


def in_any(snapshots: int) -> str:
    return "in the snapshot" if snapshots == 1 else "in either snapshot" if snapshots == 2 else f"in any of the {snapshots} snapshots"
