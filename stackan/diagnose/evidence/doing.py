"""The wait or the work of a thread, as data."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import Fact, Wanted, fact
from stackan.model.place import NAMELESS
from stackan.model.process import Process
from stackan.model.track import Track

_VERBS = {"sleeping": "sleeps", "running": "runs", "spinning": "spins", "idle": "is-idle"}


def wanted(track: Track) -> Wanted:
    """The thing that a thread waits for, as precisely as its frames, a rule, a log or a table show it."""
    place, awaited = track.place, track.newest.awaited
    if awaited is not None and awaited.is_logged and awaited.kind == "database-lock" and awaited.symbol:
        return Wanted(awaited.kind, transaction=awaited.symbol)
    if place.rule is not None and place.rule.what:
        logged = awaited is not None and awaited.is_logged
        found = Wanted(place.kind, place.rule.what)
        return found._replace(address=awaited.address, symbol=awaited.symbol or "") if awaited is not None and logged else found
    if place.what:
        return Wanted(place.kind, place.what)
    if place.reason == NAMELESS:
        return Wanted(place.kind, unnamed=place.wait_frames)
    if awaited is None:
        return Wanted(place.kind, only="reply" if place.answer else "")
    if place.kind == "thread" and awaited.owners:
        return Wanted("thread", end_of=awaited.owners[0])
    if awaited.address is not None and place.kind not in ("future", "thread"):
        return Wanted(place.kind, address=awaited.address, symbol=awaited.symbol or "")
    if awaited.descriptor is not None:
        return _other_end(track)._replace(kind=place.kind or awaited.kind, descriptor=awaited.descriptor)
    if place.answer:
        return Wanted(place.kind, only="reply")
    return Wanted(place.kind, symbol=awaited.symbol or "" if awaited.address is None else "")


def wanted_by_all(tracks: Sequence[Track]) -> Wanted:
    """The thing that several threads wait for; only its kind if each waits for its own."""
    distinct = {(id(track.place), track.newest.awaited): track for track in tracks}
    found = [wanted(track) for track in distinct.values()]
    awaited = tracks[0].newest.awaited
    if len(set(found)) == 1 or (awaited is not None and awaited.address is not None):
        return found[0]
    ends = set(map(_other_end, tracks))
    return ends.pop() if len(ends) == 1 and Wanted(None) not in ends else Wanted(tracks[0].place.kind)


def _other_end(track: Track) -> Wanted:
    link = track.newest.awaited.link if track.newest.awaited is not None else None
    if link is None or not link.who:
        return Wanted(None)
    return Wanted(link.kind, who=link.who, through="pipe" if link.kind == "pipe" else "network" if link.address else "unix")


def doing(track: Track) -> Fact:
    """The activity of a thread, and the function in which it is."""
    place = track.place
    guessed = place.verb == "idle" and place.rule is None  # by all that is known, it waits
    if guessed and not place.kind:
        return fact("waits-in", thread=track, function=place.purpose)
    if place.verb in _VERBS and not guessed:
        return fact(_VERBS[place.verb], thread=track, function=place.purpose)
    return fact("waits-for", thread=track, what=wanted(track), function=place.purpose)


def holder_doing(track: Track) -> Fact:
    """The same of a thread for which others wait: it is not said to be idle."""
    return fact("waits-in", thread=track, function=track.place.purpose) if track.place.verb == "idle" else doing(track)


def in_all(process: Process) -> dict[str, int | bool]:
    """Over which snapshots something was so: the more and the longer, the surer."""
    known: dict[str, int | bool] = {"snapshots": len(process.dumps)}
    if process.inputs.span:
        known["span"] = process.inputs.span
    if any(dump.is_truncated for dump in process.dumps):
        known["cut"] = True
    return known
