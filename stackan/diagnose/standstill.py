"""Threads that stand still without a proof of deadlock: convoys, stalled I/O, single stuck waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackan.diagnose.advice import advise
from stackan.diagnose.behind import tell_behind
from stackan.diagnose.holders import Holder, Holders
from stackan.diagnose.peers import Peers
from stackan.diagnose.quotes import collect_quotes, sample
from stackan.diagnose.ranks import call_of
from stackan.diagnose.roots import holding, tell_held, tell_root
from stackan.diagnose.words import describe_waits, in_all, label
from stackan.model.finding import CRITICAL, INFO, LIKELY, POSSIBLE, WARNING, Finding, Quote
from stackan.model.process import Pool, Process
from stackan.model.shared import SharedLocks
from stackan.model.track import IDLE, STUCK, Track, moved_from, places_of

CONVOY = 3  # waiters on one object from which a wait is called a convoy

_ONE_LOCK = (
    "That it is one lock is inferred: it stands at one address, is shared between processes (private=128), and these were forked "
    "from one, as their first threads have one pthread id."
)

Group = list[tuple[Process, Track]]


def standing(
    processes: Sequence[Process], told: Collection[tuple[str, int | str]], held: Collection[tuple[str, int | str]]
) -> list[Finding]:
    """Group what stands still by what it waits for, across the processes of a case.

    `told` are threads that an earlier finding is about; `held` are threads that wait behind such a finding's cause.
    """
    groups: dict[tuple[object, ...], Group] = {}
    mostly: set[tuple[object, ...]] = set()  # objects that hold up most of a process
    behind: dict[tuple[object, ...], int] = {}  # how many more wait behind those that wait for an object
    holders: dict[str, Holders] = {}
    shared = SharedLocks(processes)
    for process in processes:
        own = _group(process, shared)
        if not own:
            continue
        known = holders[process.id] = Holders(process)
        known.link(track for group in own.values() for track in group)
        more = {key: known.behind(group) for key, group in own.items()}
        for key, group in own.items():
            behind[key] = behind.get(key, 0) + more[key]
            fresh = [(process, track) for track in group if (process.id, track.key) not in told]
            if fresh:
                groups.setdefault(key, []).extend(fresh)
        if sum(map(len, own.values())) * 2 > max(len(dump.threads) for dump in process.dumps if not dump.cut or not process.whole):
            largest = max(len(group) + more[key] for key, group in own.items())
            mostly.update(key for key, group in own.items() if len(group) + more[key] == largest)
    free = {key: group for key, group in groups.items() if (group[0][0].id, group[0][1].key) not in held}
    peers = Peers(processes)
    return [_finding(group, key in mostly, behind[key], holders[group[0][0].id], peers) for key, group in free.items()]


def _group(process: Process, shared: SharedLocks) -> dict[tuple[object, ...], list[Track]]:
    """The threads of a process that stand still, by what they wait for."""
    groups: dict[tuple[object, ...], list[Track]] = {}
    for track in process.tracks:
        if _stands(track, len(process.dumps)):
            groups.setdefault(shared.of(process, track) or _object(process, track), []).append(track)
    return groups


def _stands(track: Track, snapshots: int) -> bool:
    waits = track.progress != IDLE and track.place.verb in ("waiting", "blocked")
    return track.progress == STUCK or (snapshots == 1 and waits)


def _object(process: Process, track: Track) -> tuple[object, ...]:
    """What a thread waits for, as far as two threads can be said to wait for the same.

    An address is one process's own; locks that processes share are asked for before.  Where none is printed, threads of one
    process that wait in the same function are taken together; so are single-threaded processes (backends) if a rule or their
    whole stacks say the same.
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


def _finding(group: Group, mostly: bool, behind: int, holders: Holders, peers: Peers) -> Finding:
    first = group[0][1]
    processes = tuple({process.id: process for process, _ in group}.values())
    pool = _whole_pool(processes, group)
    kind = "stalled-io" if first.place.state in ("io", "network") else "convoy" if len(group) >= CONVOY else "stuck-wait"
    demand = holders.demand.tell([track for _, track in group]) if len(processes) == 1 else []
    awaits_movers = bool(demand) or (len(processes) == 1 and bool(holders.arrivals.awaited_by(holders.way(first).root)))
    confidence = LIKELY if min(len(process.dumps) for process in processes) > 1 and not awaits_movers else POSSIBLE
    severity = WARNING if kind != "stuck-wait" or first.place.state == "lock" else INFO
    if confidence == LIKELY and (pool is not None or mostly):
        severity = CRITICAL
    what = describe_waits([track for _, track in group])
    holder = next(iter(holders.of(first)), None) if len(processes) == 1 else None
    read = holders.readings.quote(first) if len(processes) == 1 else []
    held = f"; {label(holder.track)} {holding(holder.hold)} it" if holder is not None else ""
    rest = f"; {behind} more behind" if behind else ""
    who = label(first) if len(group) == 1 else f"{len(group)} threads"
    if len(processes) > 1:
        who += f" of {len(processes)} processes"
    return Finding(
        kind=kind,
        severity=severity,
        confidence=confidence,
        title=f"{who} {'waits' if len(group) == 1 else 'wait'} for {what}{_where(group)}{held}{rest}",
        explanation=_explain(group, pool, demand, holders, peers) + tell_behind(behind - _told_behind(group, holders), _whom(group)),
        threads=tuple(group),
        resources=(what,) if first.place.kind else (),
        evidence=collect_quotes([sample(group[:1]), *_quote_holds(group, holder, holders), read, sample(group)]),
        advice=advise(first, kind, holders.has(first), bool(read)),
        processes=processes,
        behind=behind,
    )


def _told_behind(group: Group, holders: Holders) -> int:
    """How many of those behind are told with the locks for which they wait."""
    if len(group) > 1:
        return 0
    return sum(map(holders.number_of_waiters, holders.wanted(group[0][1])))


def _whom(group: Group) -> str:
    return label(group[0][1]) if len(group) == 1 else "them"


def _quote_holds(group: Group, holder: Holder | None, holders: Holders) -> list[list[Quote]]:
    """The lines that show who holds what these wait for, and what a single thread itself holds for which others wait."""
    own = holders.wanted(group[0][1]) if len(group) == 1 else []
    return [[each.quote()] for each in ([holder] if holder is not None else []) + own]


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


def _explain(group: Group, pool: Pool | None, demand: Sequence[str], holders: Holders, peers: Peers) -> str:
    process, first = group[0]
    snapshots = len(process.dumps)
    stand = "It stands" if len(group) == 1 else "They stand"
    sentences = [f"{stand} in the same place {in_all(process)}." if snapshots > 1 else "One snapshot cannot tell for how long."]
    before = moved_from(first)
    if before is not None:
        waits = "it waits" if len(group) == 1 else "they wait"
        sentences.append(f"What {waits} for stood at {before:#x} in the oldest dump: the collector has moved it since.")
    if len({member.id for member, _ in group}) > 1 and first.place.kind in ("mutex", "rwlock") and first.place.rule is None:
        sentences.append(_ONE_LOCK)
    sentences += tell_root([track for member, track in group if member is process], holders)
    sentences += demand
    sentences += peers.tell([track for _, track in group])
    if len(group) == 1:
        sentences += tell_held(first, holders)
    if pool is not None:
        who, go = ("The waiters are all", "they go") if len(pool.workers) > 1 else (f"{label(first)} is the only worker", "it goes")
        number = f" {len(pool.workers)} workers" if len(pool.workers) > 1 else ""
        sentences.append(f"{who}{number} of {pool.name}: no new work of that pool starts until {go} on.")
    if first.place.timed:
        sentences.append("The wait ends at its time-out, and may then begin anew.")
    return " ".join(sentences)
