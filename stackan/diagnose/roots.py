"""What a wait comes down to, in words: who holds what, what that thread does, and the way from there to the root."""

from __future__ import annotations

import itertools

from stackan.diagnose.arrivals import missing_from, tell_coming
from stackan.diagnose.elimination import name_candidates, name_missing
from stackan.diagnose.holders import HOPS, Holders, Way
from stackan.diagnose.words import describe_doing, label
from stackan.model.place import RECORDED, Held
from stackan.model.process import Process
from stackan.model.track import PROGRESSING, SPINNING, Track

_HINTS = 2  # more of them tell nothing


def tell_root(waiters: list[Track], holders: Holders) -> list[str]:
    """Who holds what the waiters wait for and what that thread does, as far as the dump shows it."""
    track = waiters[0]
    awaited = track.newest.awaited
    logged = awaited is not None and awaited.log is not None
    if track.place.rule is not None and not logged:
        return [*_hints(waiters), *name_candidates(waiters, holders.candidates)]
    if track.place.task:
        return _tell_bringers(holders.process)
    if awaited is None:
        return []
    if awaited.owners:
        owner = holders.by_lwp.get(awaited.owners[0])
        if owner is None:
            return [f"LWP {awaited.owners[0]} is not in the dump."]
        return [f"{label(owner)} {describe_doing(owner)}.", *_tell_way(holders.way(owner))]
    coming = holders.arrivals.awaited_by(track)
    if awaited.kind == "barrier" or coming:
        lacking = _lacking(missing_from(waiters))
        if coming:
            return [*lacking, tell_coming(coming)]
        return [*lacking, *name_missing(waiters, holders.candidates)] if lacking else []
    if track.place.state != "lock":
        return []
    if awaited.address is None:
        return _hints(waiters) or ["Its holder is not shown: the dump prints no address of the lock."]
    readers = holders.readings.tell(track)
    if awaited.address in holders.by_address:
        holder, _, hold = holders.by_address[awaited.address][0]
        return [*readers, f"{label(holder)} {holding(hold)} it{_doubt(hold)} and {_doing(holder)}.", *_tell_way(holders.way(holder))]
    if readers:
        named = name_candidates(waiters, holders.candidates) or holders.readings.name_candidates(waiters)
        return [*readers, *_hints(waiters), *named]
    word = holders.recorded.get(awaited.address)
    if word is not None:
        return [f"Its owner word names LWP {word.owner} (line {word.line}), no thread of this process: it has ended, or is another's."]
    return ["No thread is shown to hold it.", *_hints(waiters), *name_candidates(waiters, holders.candidates)]


def _tell_bringers(process: Process) -> list[str]:
    """Who is at work in a pool, and so may bring the result of a task."""
    sentences = []
    for pool in process.pools:
        moving = [worker for worker in pool.workers if worker.progress in (PROGRESSING, SPINNING) and worker.place.verb != "idle"]
        if len(moving) == 1:
            sentences.append(f"{label(moving[0])} of {pool.name} may bring it: it {describe_doing(moving[0])}.")
        elif moving:
            some = f"{label(moving[0])} {describe_doing(moving[0])}"
            sentences.append(f"{len(moving)} workers of {pool.name} are at work and may bring it: {some}.")
    return sentences


def holding(hold: Held) -> str:
    """`holds`, or a word of doubt; an owner that was printed in an earlier snapshot is none, as its thread has stood still since."""
    return "holds" if hold.sure or hold.evidence == RECORDED else "seems to hold"


def _doubt(hold: Held) -> str:
    if holding(hold) == "holds":
        return ""
    return " (the log is of another moment)" if hold.log is not None else " (the guard may be left over from an earlier call)"


def tell_held(track: Track, holders: Holders) -> list[str]:
    """What a thread holds for which others wait."""
    sentences = []
    for holder in holders.wanted(track):
        hold, number, name = holder.hold, holders.number_of_waiters(holder), holders.symbol(holder)
        symbol = f" <{name}>" if name else ""
        who = f"for which {number} threads wait" if number > 1 else "for which one thread waits"
        sentences.append(f"{label(track)} itself {holding(hold)} {hold.kind} {hold.address:#x}{symbol}{_doubt(hold)}, {who}.")
    return sentences


def _doing(holder: Track) -> str:
    return f"waits in {holder.place.purpose}" if holder.place.verb == "idle" else describe_doing(holder)


def _tell_way(way: Way) -> list[str]:
    """How it goes on from a holder that waits itself, to the root of the wait."""
    if not way.hops:
        return []
    told = way.first if way.hops <= HOPS else way.first[:HOPS]
    sentences = [f"{_gives(before)} {label(track)}, which {_doing(track)}." for before, track in itertools.pairwise(told)]
    if way.hops > HOPS:
        rest = way.hops - len(told) + 1
        sentences.append(f"So it goes on over {rest} more threads to {label(way.root)}, which {_doing(way.root)}.")
    return [*sentences, f"{label(way.root)} is the root of it."]


def _gives(track: Track) -> str:
    return "That is the end of" if track.place.kind == "thread" else "That is held by"


def _lacking(missing: int) -> list[str]:
    """What the thread that came last to a barrier shows of those that did not."""
    if not missing:
        return []
    return ["One more thread has yet to come to it." if missing == 1 else f"{missing} more threads have yet to come to it."]


def _hints(waiters: list[Track]) -> list[str]:
    """What logs say of the holder without proof, once each."""
    hints = dict.fromkeys(track.newest.awaited.hint for track in waiters if track.newest.awaited is not None)
    return [hint for hint in hints if hint][:_HINTS]
