"""The cause behind a wait: the holder of the lock, what that thread does, and the way from there to the root."""

from __future__ import annotations

import itertools

from stackan.diagnose.evidence.barrier_arrivals import missing_from, on_the_way
from stackan.diagnose.evidence.doing import doing, holder_doing
from stackan.diagnose.evidence.holders import HOPS, Holder, Holders, PathToRoot
from stackan.diagnose.evidence.possible_holders import name_candidates, name_missing
from stackan.model.facts import Fact, Wanted, fact
from stackan.model.labels import lwp_in
from stackan.model.place import INFERRED, RECORDED, Held
from stackan.model.process import Process
from stackan.model.track import PROGRESSING, SPINNING, Track

_HINTS = 2  # more of them add nothing


def explain_root(waiters: list[Track], holders: Holders) -> list[Fact]:
    """The holder of the lock that the waiters wait for, and what that thread does, if the dump shows them."""
    track = waiters[0]
    awaited = track.newest.awaited
    logged = awaited is not None and awaited.is_logged
    if track.place.rule is not None and not logged:
        return [*_hints(waiters), *name_candidates(waiters, holders.candidates)]
    if track.place.task:
        return _bringers(holders.process)
    if awaited is None:
        return []
    if awaited.owners:
        owner = holders.by_lwp.get(awaited.owners[0])
        if owner is None and awaited.home:
            return [fact("owner-of-other-process", lwp=awaited.owners[0], process=str(awaited.home))]
        if owner is None:
            return [fact("thread-not-in-dump", lwp=lwp_in(track.newest.dump, awaited.owners[0]))]
        told = track.place.rule is None or awaited.evidence == RECORDED  # by a rule alone, it is the owner of something else
        held = [fact("holds-it", thread=owner)] if track.place.state == "lock" and told else []
        return [*_hints(waiters), *held, doing(owner), *_path(holders.path_to_root(owner))]
    coming = holders.arrivals.awaited_by(track)
    if awaited.kind == "barrier" or coming:
        lacking = _lacking(missing_from(waiters))
        if coming:
            return [*lacking, *on_the_way(coming)]
        return [*lacking, *name_missing(waiters, holders.candidates)] if lacking else []
    if track.place.state != "lock":
        return []
    if awaited.address is None and track.place.kind == "allocator" and holders.crashed_in_allocator is not None:
        return [fact("kept-by-crash", thread=holders.crashed_in_allocator)]
    if awaited.address is None:
        objects = holders.objects
        named = objects.name_itself(waiters) or objects.name_a_suspended_task(waiters)
        return _hints(waiters) or [fact("lock-not-printed"), *named]
    readers = holders.readers.of(track)
    if awaited.address in holders.by_address:
        holder = holders.by_address[awaited.address][0]
        path = _path(holders.path_to_root(holder.track))
        return [*readers, holds(holder), *_doubt(holder.hold), holder_doing(holder.track), *path]
    if readers:
        named = name_candidates(waiters, holders.candidates) or holders.readers.name_candidates(waiters)
        return [*readers, *_hints(waiters), *named]
    if awaited.gone:
        return [fact("owner-has-ended", lwp=awaited.gone)]
    word = holders.recorded.get(awaited.address)
    if word is not None:
        return [fact("owner-is-no-thread-here", lwp=lwp_in(track.newest.dump, word.owner), line=word.line)]
    if awaited.owner:
        return [fact("owner-not-in-dump", owner=awaited.owner)]
    return [fact("no-holder-shown"), *_hints(waiters), *_name_candidates(waiters, holders)]


def _name_candidates(waiters: list[Track], holders: Holders) -> list[Fact]:
    """Those that may hold the lock: by the object in which it lies, by the function that takes it, else by elimination."""
    objects = holders.objects
    named = objects.name_candidates(waiters) or name_candidates(waiters, holders.candidates)
    itself = objects.name_itself(waiters)
    found = [*named, *itself] or objects.name_by_word(waiters) or objects.name_the_only_one(waiters)
    return found or objects.name_a_suspended_task(waiters)


def explain_held(track: Track, holders: Holders) -> list[Fact]:
    """The locks that a thread holds and others wait for."""
    facts: list[Fact] = []
    for holder in holders.contended_locks_of(track):
        hold, number, symbol = holder.hold, holders.number_of_waiters(holder), holders.symbol(holder)
        name = "itself-holds" if _is_sure(hold) else "itself-seems-to-hold"
        facts += [fact(name, thread=track, what=Wanted(hold.kind, address=hold.address, symbol=symbol), count=number), *_doubt(hold)]
    return facts


def holds(holder: Holder) -> Fact:
    """The fact that a thread is shown to hold the lock in question, or seems to."""
    return fact("holds-it" if _is_sure(holder.hold) else "seems-to-hold-it", thread=holder.track)


def _is_sure(hold: Held) -> bool:
    """An owner that was printed in an earlier snapshot raises no doubt, as its thread has stood still since."""
    return hold.sure or hold.evidence == RECORDED


def _doubt(hold: Held) -> list[Fact]:
    if _is_sure(hold):
        return []
    if hold.evidence == INFERRED:
        return [fact("works-on-what-it-guards")]
    return [fact("log-of-another-moment" if hold.log is not None else "guard-may-be-left-over")]


def _bringers(process: Process) -> list[Fact]:
    """The threads that are at work in a pool, and so may bring the result of a task."""
    facts: list[Fact] = []
    for pool in process.pools:
        moving = [worker for worker in pool.workers if worker.progress in (PROGRESSING, SPINNING) and worker.place.verb != "idle"]
        if moving:
            facts += [fact("may-bring", count=len(moving), thread=moving[0], pool=pool), doing(moving[0])]
    return facts


def _path(path: PathToRoot) -> list[Fact]:
    """How it goes on from a holder that waits itself, to the root of the wait."""
    if not path.hops:
        return []
    told = path.first if path.hops <= HOPS else path.first[:HOPS]
    facts: list[Fact] = []
    for before, track in itertools.pairwise(told):
        facts += [fact("that-is-end-of" if before.place.kind == "thread" else "that-is-held-by", thread=track), holder_doing(track)]
    if path.hops > HOPS:
        facts += [fact("goes-on-over", count=path.hops - len(told) + 1, thread=path.root), holder_doing(path.root)]
    return [*facts, fact("is-root", thread=path.root)]


def _lacking(missing: int) -> list[Fact]:
    """The number of threads that are missing, as the thread that came last to the barrier shows it."""
    return [fact("yet-to-come", count=missing)] if missing else []


def _hints(waiters: list[Track]) -> list[Fact]:
    """The statements of logs about the holder that are no proof, once each."""
    hints = dict.fromkeys(track.newest.awaited.hint for track in waiters if track.newest.awaited is not None)
    return [hint for hint in hints if hint is not None][:_HINTS]
