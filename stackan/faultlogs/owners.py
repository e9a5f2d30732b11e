"""Waits and holders in a log, held against the dumps: a stale name in a log is no proof.

A log has no time of writing that a dump could be compared with.  So its lock counts only for a thread that
waits for a latch in the newest snapshot, and did so in all; its holder only if that thread is alive and at work.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.dump import Dump
from stackan.model.facts import Fact, fact
from stackan.model.log import CheckedLog, Judged, Log, LoggedWait
from stackan.model.place import RECORDED, Held
from stackan.model.records import NamedTuple
from stackan.model.track import IDLE, STUCK, VANISHED, Track, with_newest

_LATCH = "latch"


class _Disputes(NamedTuple):
    """Contradictions among the logs of a process."""

    waiters: set[int]  # threads that wait for different locks
    locks: set[int]  # addresses of locks that have several holders
    queues: set[tuple[int, int]]  # (thread, lock) that it has not got yet


def assign_logs(logs: Sequence[Log], groups: Sequence[Sequence[Dump]]) -> list[list[Log]]:
    """For each process, given as its dumps in time order, the logs that it has written.

    A log belongs to the process with most of the threads that it names: pthread ids are addresses, which another process hardly has.
    """
    shares: list[list[Log]] = [[] for _ in groups]
    threads = [set(dumps[-1].lwp_of_pthread) for dumps in groups]
    for log in logs:
        named = {thread for wait in log.waits for thread in (wait.thread, wait.holder)}
        fits = [(len(named & own), any(dump.source == log.source for dump in dumps)) for own, dumps in zip(threads, groups)]
        best = max(fits, default=(0, False))
        if best[0] and fits.count(best) == 1:
            shares[fits.index(best)].append(log)
    return shares


def tell(tracks: Sequence[Track], logs: Sequence[Log], snapshots: int) -> tuple[list[Track], tuple[CheckedLog, ...]]:
    """The threads of a process with what its logs prove, and what was made of each of the logs' waits."""
    threads = {_thread_id(track): track for track in tracks if track.progress != VANISHED}
    disputes = _find_disputes([wait for log in logs for wait in log.waits])
    readings = tuple(CheckedLog(log, tuple(_judge(wait, threads, disputes, snapshots) for wait in log.waits)) for log in logs)
    told: dict[int, Track] = dict(threads)
    holds: dict[int, dict[tuple[int | None, str], Held]] = {}
    for log, waits in readings:
        standing = {judged.wait.thread for judged in waits if judged.lock_counts}
        for judged in waits:
            wait = judged.wait
            if wait.thread in threads:
                told[wait.thread] = _with_wait(told[wait.thread], log, judged)
            if judged.holder_counts and wait.holder is not None:
                hold = _hold(log, wait, sure=wait.holder in standing)
                holds.setdefault(wait.holder, {}).setdefault((hold.address, hold.token), hold)
    for thread, held in holds.items():
        told[thread] = _with_holds(told[thread], held)
    changed = {track.key: told[thread] for thread, track in threads.items()}
    return [changed.get(track.key, track) for track in tracks], readings


def _thread_id(track: Track) -> int:
    """The pthread id, 0 where none is printed."""
    return track.newest.dump.columns.thread_pthread[track.newest.thread]


def _find_disputes(waits: Sequence[LoggedWait]) -> _Disputes:
    awaited: dict[int, int] = {}
    holders: dict[int, int] = {}
    disputes = _Disputes(set(), set(), set())
    for wait in waits:
        if awaited.setdefault(wait.thread, wait.address) != wait.address:
            disputes.waiters.add(wait.thread)
        if wait.holder is not None and holders.setdefault(wait.address, wait.holder) != wait.holder:
            disputes.locks.add(wait.address)
        if wait.mode != "wait_ex":
            disputes.queues.add((wait.thread, wait.address))
    return disputes


def _judge(wait: LoggedWait, threads: dict[int, Track], disputes: _Disputes, snapshots: int) -> Judged:
    waiter = threads.get(wait.thread)
    holder = threads.get(wait.holder) if wait.holder is not None else None
    against = _against_lock(wait, waiter, disputes, snapshots)
    doubt = against or _against_holder(wait, holder, disputes)
    return Judged(
        wait,
        waiter.lwp if waiter is not None else None,
        holder.lwp if holder is not None else None,
        lock_counts=not against,
        holder_counts=holder is not None and not doubt,
        doubt=doubt,
    )


def _against_lock(wait: LoggedWait, waiter: Track | None, disputes: _Disputes, snapshots: int) -> Fact | None:
    """Why a thread is not believed to wait for the lock that the log names; None if it is."""
    if waiter is None:
        return fact("no-thread-has-this-id")
    if waiter.place.kind != _LATCH:
        return fact("waits-for-no-latch", thread=waiter)
    if snapshots > 1 and waiter.progress != STUCK:
        return fact("moves-between-snapshots", thread=waiter)
    if wait.thread in disputes.waiters:
        return fact("logs-name-different-locks")
    if not _fits(wait, waiter):
        return fact("waits-somewhere-else", thread=waiter, place=wait.place)
    return None


def _fits(wait: LoggedWait, waiter: Track) -> bool:
    """Whether the thread's stack has a frame in the source file that the log names, if source files are printed there."""
    dump = waiter.newest.dump
    files = [dump.location(site).file for site in dump.sites(dump.columns.thread_node[waiter.newest.thread])]
    engine = {file.replace("\\", "/").rpartition("/")[2] for file in files if file and "innobase" in file}
    return not engine or wait.place.partition(" line ")[0] in engine


def _against_holder(wait: LoggedWait, holder: Track | None, disputes: _Disputes) -> Fact | None:
    """Why the thread that the log names is not believed to hold the lock; None if it is, or none is named."""
    if wait.holder is None:
        return None
    if wait.holder == wait.thread:
        return fact("log-names-the-waiter-itself")
    if wait.passed:
        return fact("latch-is-handed-over")
    if wait.address in disputes.locks:
        return fact("log-names-several-holders")
    if (wait.holder, wait.address) in disputes.queues:
        return fact("holder-waits-for-it-itself")
    if wait.mode == "S" and wait.grip == "SX":
        return fact("latch-lets-readers-in")
    if holder is None:
        return fact("holder-is-not-in-the-newest")
    if holder.place.verb == "idle" or holder.progress == IDLE:
        return fact("holder-is-idle", thread=holder)
    return None


def _with_wait(track: Track, log: Log, judged: Judged) -> Track:
    """The thread with what the log proves of its wait, and what it only hints at."""
    wait, awaited = judged.wait, track.newest.awaited
    if awaited is None:
        return track
    hint = _hint(log, judged)
    if not judged.lock_counts:
        return with_newest(track, track.newest._replace(awaited=awaited._replace(hint=hint)))
    address, symbol = _identify(wait)
    mode = "read" if wait.mode == "S" else "write"
    awaited = awaited._replace(address=address, symbol=symbol, mode=mode, evidence=RECORDED, line=wait.lock_line, log=log, hint=hint)
    return with_newest(track, track.newest._replace(awaited=awaited))


def _hold(log: Log, wait: LoggedWait, sure: bool) -> Held:
    address, symbol = _identify(wait)
    token = f"{_LATCH} {symbol}" if address is None else ""
    return Held(_LATCH, address, RECORDED, wait.holder_line, 0, wait.grip == "shared", token, sure, log)


def _identify(wait: LoggedWait) -> tuple[int | None, str | None]:
    """The address and the name of what is waited for: a thread that has a latch almost taken (`wait_ex`) waits for its readers."""
    if wait.mode == "wait_ex":
        return None, f"readers of {wait.address:#x}"
    return wait.address, wait.created or None


def _hint(log: Log, judged: Judged) -> Fact | None:
    """The holder that a log names without proof."""
    wait = judged.wait
    if judged.doubt is None or wait.holder is None:
        return None
    return fact(
        "log-names-holder",
        source=log.source,
        line=wait.holder_line,
        lwp=judged.holder_lwp,
        thread_id=f"{wait.holder:#x}",
        address=f"{wait.address:#x}",
        doubt=judged.doubt,
    )


def _with_holds(track: Track, held: dict[tuple[int | None, str], Held]) -> Track:
    """Each lock once: those that the dump shows come first."""
    known = {(hold.address, hold.token) for hold in track.newest.holds}
    more = (hold for key, hold in held.items() if key not in known)
    return with_newest(track, track.newest._replace(holds=(*track.newest.holds, *more)))
