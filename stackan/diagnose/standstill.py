"""Threads that stand still without a proof of deadlock: convoys, stalled I/O, single stuck waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackan.diagnose.advice import advise
from stackan.diagnose.elimination import Candidates, name_candidates
from stackan.diagnose.quotes import sample
from stackan.diagnose.ranks import call_of
from stackan.diagnose.words import describe_doing, describe_waits, in_all, label
from stackan.model.finding import CRITICAL, INFO, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.place import RECORDED
from stackan.model.process import Pool, Process
from stackan.model.track import IDLE, STUCK, Track, held_by, places_of

CONVOY = 3  # waiters on one object from which a wait is called a convoy
_HINTS = 2  # more of them tell nothing

Group = list[tuple[Process, Track]]


class Holders:
    """Who holds what in a process: looked up for each group, so read off once."""

    def __init__(self, process: Process) -> None:
        # The first one counts, as it stands in the process.
        self.by_lwp = {track.lwp: track for track in reversed(process.tracks)}
        self.by_address = {hold.address: (track, hold) for track in reversed(process.tracks) for _, hold in held_by(track)}
        self.recorded = {word.address: word for word in reversed(process.dumps[-1].facts.printed) if word.owner}
        self.candidates = Candidates(process)

    def has(self, track: Track) -> bool:
        """Whether it is known who holds what a thread waits for."""
        awaited = track.newest.awaited
        return awaited is not None and awaited.address is not None and awaited.address in self.by_address


def standing(
    processes: Sequence[Process], told: Collection[tuple[str, int | str]], held: Collection[tuple[str, int | str]]
) -> list[Finding]:
    """Group what stands still by what it waits for, across the processes of a case.

    `told` are threads that an earlier finding is about; `held` are threads that wait behind such a finding's cause.
    """
    groups: dict[tuple[object, ...], Group] = {}
    mostly: set[tuple[str, tuple[object, ...]]] = set()  # (process, object) that hold up most of a process
    for process in processes:
        sizes: dict[tuple[object, ...], int] = {}
        for track in process.tracks:
            if _stands(track, len(process.dumps)):
                key = _object(process, track)
                sizes[key] = sizes.get(key, 0) + 1
                if (process.id, track.key) not in told:
                    groups.setdefault(key, []).append((process, track))
        if sum(sizes.values()) * 2 > len(process.dumps[-1].threads):
            largest = max(sizes.values())
            mostly.update((process.id, key) for key, size in sizes.items() if size == largest)
    free = {key: group for key, group in groups.items() if (group[0][0].id, group[0][1].key) not in held}
    holders = {process.id: Holders(process) for process in {group[0][0].id: group[0][0] for group in free.values()}.values()}
    return [
        _finding(group, any((process.id, key) in mostly for process, _ in group), holders[group[0][0].id]) for key, group in free.items()
    ]


def _stands(track: Track, snapshots: int) -> bool:
    waits = track.progress != IDLE and track.place.verb in ("waiting", "blocked")
    return track.progress == STUCK or (snapshots == 1 and waits)


def _object(process: Process, track: Track) -> tuple[object, ...]:
    """What a thread waits for, as far as two threads can be said to wait for the same.

    An address is one process's own.  Where none is printed, threads of one process that wait in the same function are taken
    together; so are single-threaded processes (backends) if a rule or their whole stacks say the same.
    """
    place, awaited = track.place, track.newest.awaited
    if awaited is not None and awaited.log is not None:
        return (process.id, place.kind, awaited.address or awaited.symbol)
    if place.rule is not None:
        call = call_of(place.rule, place.names)
        return (place.rule.id, *call) if len(process.tracks) == 1 or call else (process.id, place.rule.id)
    if awaited is not None and awaited.address is not None and place.kind != "future":
        return (process.id, place.kind, awaited.address)
    if len(process.tracks) == 1:
        return (place.kind, place.names)
    return (process.id, place.kind, place.state, place.purpose)


def _finding(group: Group, mostly: bool, holders: Holders) -> Finding:
    first = group[0][1]
    processes = tuple({process.id: process for process, _ in group}.values())
    pool = _whole_pool(processes, group)
    kind = "stalled-io" if first.place.state in ("io", "network") else "convoy" if len(group) >= CONVOY else "stuck-wait"
    confidence = LIKELY if min(len(process.dumps) for process in processes) > 1 else POSSIBLE
    severity = WARNING if kind != "stuck-wait" or first.place.state == "lock" else INFO
    if confidence == LIKELY and (pool is not None or mostly):
        severity = CRITICAL
    what = describe_waits([track for _, track in group])
    who = label(first) if len(group) == 1 else f"{len(group)} threads"
    if len(processes) > 1:
        who += f" of {len(processes)} processes"
    return Finding(
        kind=kind,
        severity=severity,
        confidence=confidence,
        title=f"{who} {'waits' if len(group) == 1 else 'wait'} for {what}{_where(group)}",
        explanation=_explain(group, pool, holders),
        threads=tuple(group),
        resources=(what,) if first.place.kind else (),
        evidence=sample(group),
        advice=advise(first, kind, holders.has(first)),
        processes=processes,
    )


def _where(group: Group) -> str:
    """The function in which most of them wait; nothing where a rule has said what they wait for."""
    if group[0][1].place.rule is not None:
        return ""
    purposes: dict[str, int] = {}
    for place, number in places_of(track for _, track in group):
        purposes[place.purpose] = purposes.get(place.purpose, 0) + number
    named = {purpose: number for purpose, number in purposes.items() if not purpose.startswith("??")}
    if not named:
        return ""
    most = max(named, key=lambda purpose: named[purpose])
    return f", in {most}" if named[most] == len(group) else f", {named[most]} of them in {most}"


def _whole_pool(processes: Sequence[Process], group: Group) -> Pool | None:
    """A pool whose workers all are in the group."""
    keys = {(process.id, track.key) for process, track in group}
    for process in processes:
        for pool in process.pools:
            if pool.exhausted and all((process.id, worker.key) in keys for worker in pool.workers):
                return pool
    return None


def _explain(group: Group, pool: Pool | None, holders: Holders) -> str:
    process, first = group[0]
    snapshots = len(process.dumps)
    stand = "It stands" if len(group) == 1 else "They stand"
    sentences = [f"{stand} in the same place {in_all(process)}." if snapshots > 1 else "One snapshot cannot tell for how long."]
    sentences += _root([track for member, track in group if member is process], holders)
    if pool is not None:
        who, go = ("They are all", "they go") if len(pool.workers) > 1 else ("It is the only worker", "it goes")
        number = f" {len(pool.workers)} workers" if len(pool.workers) > 1 else ""
        sentences.append(f"{who}{number} of {pool.name}: no new work of that pool starts until {go} on.")
    if first.place.timed:
        sentences.append("The wait ends at its time-out, and may then begin anew.")
    return " ".join(sentences)


def _root(waiters: list[Track], holders: Holders) -> list[str]:
    """Who holds what the waiters wait for and what that thread does, as far as the dump shows it."""
    track = waiters[0]
    awaited = track.newest.awaited
    logged = awaited is not None and awaited.log is not None
    if track.place.rule is not None and not logged:
        return [*_hints(waiters), *name_candidates(waiters, holders.candidates)]
    if awaited is None:
        return []
    if awaited.owners:
        owner = holders.by_lwp.get(awaited.owners[0])
        return [f"{label(owner)} {describe_doing(owner)}."] if owner else [f"LWP {awaited.owners[0]} is not in the dump."]
    if awaited.kind == "barrier":
        missing = [waiter.newest.awaited.missing for waiter in waiters if waiter.newest.awaited is not None]
        return _lacking(min((number for number in missing if number is not None), default=0))
    if track.place.state != "lock":
        return []
    if awaited.address is None:
        return _hints(waiters) or ["Its holder is not shown: the dump prints no address of the lock."]
    if awaited.address in holders.by_address:
        holder, hold = holders.by_address[awaited.address]
        doing = f"waits in {holder.place.purpose}" if holder.place.verb == "idle" else describe_doing(holder)
        holds = "holds it" if hold.sure or hold.evidence == RECORDED else "holds it, unless what is printed is left over,"
        return [f"{label(holder)} {holds} and {doing}."]
    word = holders.recorded.get(awaited.address)
    if word is not None:
        return [f"Its owner word names LWP {word.owner} (line {word.line}), no thread of this process: it has ended, or is another's."]
    return ["No thread is shown to hold it.", *_hints(waiters), *name_candidates(waiters, holders.candidates)]


def _lacking(missing: int) -> list[str]:
    """What the thread that came last to a barrier shows of those that did not."""
    if not missing:
        return []
    return ["One more thread has yet to come to it." if missing == 1 else f"{missing} more threads have yet to come to it."]


def _hints(waiters: list[Track]) -> list[str]:
    """What logs say of the holder without proof, once each."""
    hints = dict.fromkeys(track.newest.awaited.hint for track in waiters if track.newest.awaited is not None)
    return [hint for hint in hints if hint][:_HINTS]
