"""Threads that stand still without a proof of deadlock: convoys, stalled I/O, single stuck waits."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from stackan.diagnose.advice import advise
from stackan.diagnose.evidence.carriers import carriers_move_for, standing_carriers
from stackan.diagnose.evidence.dammed import MOST, Dammed, Movers, bringers, explain_behind, explain_root_of, holds_up_a_pool
from stackan.diagnose.evidence.doing import in_all, wanted_by_all
from stackan.diagnose.evidence.holder_chain import explain_held, explain_root, holds
from stackan.diagnose.evidence.holders import Holder, Holders
from stackan.diagnose.evidence.listed_jobs import advise_on_jobs, jobs_of, quote_jobs
from stackan.diagnose.evidence.other_ends import OtherEnds
from stackan.diagnose.evidence.other_suppliers import suppliers_at_work, told_at_work
from stackan.diagnose.evidence.quotes import collect_quotes, sample
from stackan.diagnose.evidence.roles import moving_brothers, role_of
from stackan.diagnose.evidence.side_doors import advise_by_side_doors
from stackan.diagnose.kinds.parallel_jobs import call_of
from stackan.model.facts import Fact, fact
from stackan.model.finding import CRITICAL, INFO, LIKELY, POSSIBLE, WARNING, Finding, Quote
from stackan.model.place import AT_WORK, NAMELESS, StackMeaning
from stackan.model.process import Pool, Process
from stackan.model.track import IDLE, PROGRESSING, SETTLED, STUCK, Track, moved_from, places_of

_NOBODY, _ADVICE_NOBODY = "nobody-left-to-bring-it", ("core-then-restart", "keep-or-break-promises")
_SENDS = frozenset(("send", "sendto", "sendmsg", "sendmmsg"))
_WRITES = frozenset(("write", "writev"))
_TO_PEERS = re.compile(r"(?:sock|conn|client|reply|respon[sd]|peer|session)", re.IGNORECASE)  # in names of what sends
_STACK = 1 << 23  # bytes of a thread's stack, as Linux makes them
CONVOY = 3  # waiters on one object from which a wait is called a convoy

Group = list[tuple[Process, Track]]
Brothers = frozenset[tuple[str, str]]  # what processes of one thread each that move were started for


def find_stuck_waits(
    processes: Sequence[Process],
    shared: Mapping[tuple[str, int | str], Hashable],
    reported: Collection[tuple[str, int | str]],
    held: Collection[tuple[str, int | str]],
    dammed: Dammed,
) -> list[Finding]:
    """Group the threads that stand still by what they wait for, across the processes of a case.

    `shared` are the locks that several processes share, by the threads that wait for them; `reported` are threads that an earlier
    finding is about; `held` are threads that wait behind such a finding's cause.
    """
    groups: dict[Hashable, Group] = {}
    mostly: set[Hashable] = set()  # objects that hold up most of a process
    behind: dict[Hashable, int] = {}  # how many more wait behind those that wait for an object
    holders: dict[str, Holders] = {}
    brothers = moving_brothers(processes)
    standing = [(process, _group(process, shared)) for process in processes]
    if all((process.id, track.key) in reported for process, own in standing for group in own.values() for track in group):
        return []
    for process, own in standing:
        if not own:
            continue
        known = holders[process.id] = Holders(process)
        known.add_waiters(track for group in own.values() for track in group)
        more = {key: max(known.count_behind(group), dammed.number_behind(process, group)) for key, group in own.items()}
        for key, group in own.items():
            behind[key] = behind.get(key, 0) + more[key]
            fresh = [(process, track) for track in group if (process.id, track.key) not in reported]
            if fresh:
                groups.setdefault(key, []).extend(fresh)
        if brothers and len(process.tracks) == 1 and role_of(process.tracks[0], process) in brothers:
            continue  # it is one of many, as a worker of a pool is
        if sum(map(len, own.values())) * 2 > max(len(dump.threads) for dump in process.dumps if not dump.is_truncated or not process.whole):
            largest = max(len(group) + more[key] for key, group in own.items())
            mostly.update(key for key, group in own.items() if len(group) + more[key] == largest)
    free = {key: group for key, group in groups.items() if (group[0][0].id, group[0][1].key) not in held}
    ends = OtherEnds(processes)
    perhaps = _perhaps_behind(free.values(), holders)
    return [
        _finding(group, key in mostly, behind[key], perhaps, holders[group[0][0].id], ends, dammed, brothers) for key, group in free.items()
    ]


def _perhaps_behind(groups: Iterable[Group], holders: dict[str, Holders]) -> dict[tuple[str, int | str], int]:
    """{(process, thread): how many wait for something that only this thread may hold}, of threads that stand still themselves.

    No lock says so: a rule does, by naming the functions inside which a holder is.
    """
    found: dict[tuple[str, int | str], int] = {}
    for group in groups:
        for process in {process.id: process for process, _ in group}.values():
            waiters = [track for member, track in group if member is process]
            suspect = _suspect(waiters[0], holders[process.id])
            if suspect is not None:
                key = (process.id, suspect.key)
                found[key] = found.get(key, 0) + len(waiters)
    return found


def _suspect(waiter: Track, holders: Holders) -> Track | None:
    """The only thread that, by the rule of a wait, may hold what is waited for, if it stands still itself."""
    rule, awaited = waiter.place.rule, waiter.newest.awaited
    if rule is None or not rule.holders or (awaited is not None and awaited.is_logged):
        return None
    candidates = holders.candidates.beside(rule)
    return candidates[0] if len(candidates) == 1 and candidates[0].progress == STUCK else None


def _group(process: Process, shared: Mapping[tuple[str, int | str], Hashable]) -> dict[Hashable, list[Track]]:
    """The threads of a process that stand still, by what they wait for."""
    groups: dict[Hashable, list[Track]] = {}
    for track in process.tracks:
        if _stands(track, len(process.dumps)):
            groups.setdefault(shared.get((process.id, track.key)) or _object(process, track), []).append(track)
    return groups


def _stands(track: Track, snapshots: int) -> bool:
    waits = track.progress != IDLE and track.place.verb in ("waiting", "blocked")
    return track.progress == STUCK or (snapshots == 1 and waits)


def _object(process: Process, track: Track) -> Hashable:
    """The key of what a thread waits for: equal for threads that can be said to wait for the same.

    An address is one process's own; locks that processes share are looked up before.  Where none is printed, threads of one
    process that wait in the same function are taken together; so are single-threaded processes (backends) if a rule or their
    whole stacks say the same.
    """
    place, awaited = track.place, track.newest.awaited
    if awaited is not None and awaited.is_logged and (awaited.address is not None or awaited.symbol):
        return (process.id, place.kind, awaited.address or awaited.symbol)
    if place.rule is not None:
        call = call_of(place.rule, place.names)
        return (place.rule.id, *call) if len(process.tracks) == 1 or call else (process.id, place.rule.id)
    if awaited is not None and awaited.address is not None and place.kind != "future":
        return (process.id, place.kind, awaited.address)
    if len(process.tracks) == 1:
        return (place.kind, place.names)
    return (process.id, place.kind, place.state, place.purpose)


def _finding(
    group: Group,
    mostly: bool,
    behind: int,
    perhaps: Mapping[tuple[str, int | str], int],
    holders: Holders,
    ends: OtherEnds,
    dammed: Dammed,
    brothers: Brothers,
) -> Finding:
    first = group[0][1]
    tracks = [track for _, track in group]
    processes = tuple({process.id: process for process, _ in group}.values())
    alone = len(processes) == 1
    pool = _whole_pool(processes, group)
    kind = "stalled-io" if first.place.state in ("io", "network") else "convoy" if len(group) >= CONVOY else "stuck-wait"
    handovers = holders.handovers.of(tracks) if alone else []
    coming = alone and bool(holders.arrivals.awaited_by(holders.path_to_root(first).root))
    waited = min(track.newest.waited for track in tracks)
    once = min(len(process.dumps) for process in processes) == 1 and not waited
    stopped, movers = dammed.behind(group), dammed.movers(group)
    others = suppliers_at_work(processes[0], tracks) if alone and not movers else []
    carried = alone and carriers_move_for(first, processes[0])
    passed = alone and _is_passed(group, holders)
    sends = alone and _may_send_anew(group, holders, brothers)
    moving = bool(movers or others) or carried or (alone and ends.child_moves(first, processes[0]))
    root = dammed.root_of(group) if not holders.is_known(first) else []  # else the way along the holders leads there
    root = root or (standing_carriers(first, processes[0]) if alone and not carried else [])
    behind = max(behind, len(stopped))
    held_up = sum(perhaps.get((process.id, track.key), 0) for process, track in group) if not stopped else 0
    untold = first.place.reason == NAMELESS and first.place.wait_frames == 1  # a frame that may be anything of the C library's
    confidence = POSSIBLE if once or handovers or passed or coming or moving or untold or sends else LIKELY
    role = "" if movers or not alone else _gone(tracks, holders)
    severity = WARNING if (kind != "stuck-wait" or _is_in_the_middle(first.place) or _is_its_own(first)) and not moving else INFO
    named = first.place.reason != NAMELESS  # else it may be a queue, a join or a turn, as in a named wait that is none of a lock
    if (
        confidence == LIKELY
        and named
        and (pool is not None or mostly or role or holds_up_a_pool(stopped) or holds_up_a_pool(group, MOST))
        and not root
    ):
        severity = CRITICAL
    what = wanted_by_all(tracks)
    holder = next(iter(holders.holders_of(first)), None) if alone else None
    read = holders.readers.quote(first) if alone else []
    jobs = jobs_of(processes) if pool is not None else []
    return Finding(
        kind=kind,
        severity=severity,
        confidence=confidence,
        title=_title(group, processes, holder, behind),
        reasons=(
            *_explain(group, pool, handovers, holders, ends, movers),
            *told_at_work(others),
            *([fact(role, count=len(group))] if role else []),
            *explain_root_of(group, root),
            *(ends.child_of(first, processes[0]) if alone and not root else ()),
            *explain_behind(stopped, processes, behind - _named_behind(group, holders)),
            *([fact("may-hold-up", count=held_up)] if held_up else []),
        ),
        doubts=tuple(
            fact(name)
            for name, so in (
                ("one-snapshot-no-duration", once),
                ("lock-still-moves", bool(handovers) or passed),
                ("others-may-still-come", coming),
                ("their-work-moves", moving),
                ("may-send-anew", sends),
            )
            if so
        ),
        threads=tuple(group),
        resources=(what,) if first.place.kind else (),
        evidence=collect_quotes([sample(group[:1]), *_quote_holds(group, holder, holders), read, sample(group), quote_jobs(jobs)]),
        advice=(
            *advise_on_jobs(jobs),
            *_advise(group, kind, holders, bool(read), root, movers, pool),
            *(map(fact, _ADVICE_NOBODY) if role == _NOBODY else ()),
        ),
        processes=processes,
        behind=behind,
        perhaps_behind=held_up,
        holders=tuple(each.track for each in holders.holders_of(first)) if alone else (),
        roots=(holders.path_to_root(holder.track).root,) if holder is not None else (),
    )


def _is_passed(group: Group, holders: Holders) -> bool:
    """Whether the only thread that is past a lock, in a function in which others wait for it, goes on: it keeps nobody for good.

    So it is where no lock's address is printed, and somebody has left that function.
    """
    first, tracks = group[0][1], [track for _, track in group]
    if first.place.state != "lock" or first.place.rule is not None or holders.is_known(first):
        return False
    if not _is_printed(first) and first.place.purpose in holders.handovers.left_functions:
        return True
    inside = holders.candidates.of(tracks)
    return len(inside) == 1 and inside[0].progress == PROGRESSING and "P" in inside[0].timeline


def _is_printed(track: Track) -> bool:
    return track.newest.awaited is not None and track.newest.awaited.address is not None


def _may_send_anew(group: Group, holders: Holders, brothers: Brothers) -> bool:
    """Whether threads that were met twice in a send may have made another one each time: it is long on its way where many are made.

    Of those that came the same way some move; one whose peer does not read would keep them from it no more than it does here.  So it is
    with other writes, where no arguments tell one from the next.

    Where the text shows neither a descriptor nor a function that writes to anything but peers, two dumps alone say so little.
    """
    process, tracks = group[0][0], [track for _, track in group]
    if len(process.dumps) >= SETTLED or not all(map(_sends, tracks)):
        return False
    if all(_may_be_any_send(track, process) for track in tracks):
        return True
    return all(holders.roles.move_beside(track) or (len(process.tracks) == 1 and role_of(track, process) in brothers) for track in tracks)


def _may_be_any_send(track: Track, process: Process) -> bool:
    """Whether a text shows neither which descriptor a thread writes to nor a function that is for anything but peers.

    A stripped program's only thread may write anything at any time; where it has several, those beside tell more.  What sends has a peer.
    """
    awaited, frames = track.newest.awaited, track.place.application
    shown = awaited is not None and awaited.descriptor is not None
    named = next((name for name in frames if not name.startswith("??")), "")
    if shown or named:
        return not shown and _TO_PEERS.search(named) is not None
    return len(process.tracks) == 1 or not _SENDS.isdisjoint(track.place.names[: track.place.wait_frames])


def _sends(track: Track) -> bool:
    calls = track.place.names[: track.place.wait_frames]
    awaited = track.newest.awaited
    return not _SENDS.isdisjoint(calls) or (not _WRITES.isdisjoint(calls) and (awaited is None or awaited.descriptor is None))


def _gone(tracks: Sequence[Track], holders: Holders) -> str:
    """The name of the fact that says what nobody is left to do, "" where somebody may be."""
    gone = holders.roles.stopped_by(tracks, holders.is_known(tracks[0]))
    return gone or (_NOBODY if tracks[0].place.task and holders.is_nobody_left else "")


def _is_in_the_middle(place: StackMeaning) -> bool:
    """Whether a wait is part of some work: for a lock, or for a result or what its name needs, if it is not the initial thread's.

    That one may wait for its server's end.  One frame without a name is left by a one-time initialization or a robust mutex alone.
    """
    if place.state == "lock" or (place.reason == NAMELESS and place.wait_frames == 1):
        return True
    return (place.task or place.reason == AT_WORK) and not place.of_initial_thread


def _is_its_own(track: Track) -> bool:
    """Whether what a thread waits for lies on its own stack: it has handed it to somebody, who is to say when one thing is done.

    glibc puts what describes a thread, by whose address it is told, at the end of its stack.
    """
    awaited = track.newest.awaited
    if awaited is None or awaited.address is None or track.pthread is None or track.place.state not in ("semaphore", "condition"):
        return False
    return 0 < int(track.pthread, 16) - awaited.address < _STACK


def _advise(group: Group, kind: str, holders: Holders, read: bool, root: Group, movers: Movers, pool: Pool | None) -> tuple[Fact, ...]:
    process, first = group[0]
    if movers:
        return ()
    if root:
        own = first.place.rule is not None
        return (fact("look-at-the-root", thread=root[0][1]), *(advise(first, kind, False, False) if own else ()))
    suspect = _suspect(first, holders)
    if suspect is not None:
        return (fact("look-at-the-root", thread=suspect),)
    steps = advise(first, kind, holders.is_known(first), read)
    if pool is None or not pool.vital:
        return steps
    return (*steps, *advise_by_side_doors([process]), *(fact("profile-says", text=step) for step in pool.advice))


def _title(group: Group, processes: Sequence[Process], holder: Holder | None, behind: int) -> tuple[Fact, ...]:
    tracks = [track for _, track in group]
    function, most = _where(tracks)
    if len(group) == 1 and tracks[0].place.callback and not tracks[0].place.kind:
        return (fact("stands-in-a-callback", thread=tracks[0], function=tracks[0].place.purpose),)
    wait = fact(
        "stands-waiting",
        thread=tracks[0] if len(group) == 1 else None,
        count=len(group),
        processes=tuple(processes) if len(processes) > 1 else None,
        what=wanted_by_all(tracks),
        function=function,
        most=most if most < len(group) else None,
    )
    held = [holds(holder)] if holder is not None else []
    return (wait, *held, *([fact("and-behind", count=behind)] if behind else []))


def _named_behind(group: Group, holders: Holders) -> int:
    """The number of threads behind that are shown with the locks for which they wait."""
    if len(group) > 1:
        return 0
    return sum(map(holders.number_of_waiters, holders.contended_locks_of(group[0][1])))


def _quote_holds(group: Group, holder: Holder | None, holders: Holders) -> list[list[Quote]]:
    """The lines that show the holder of what these wait for, and the locks that a single thread itself holds and others wait for."""
    own = holders.contended_locks_of(group[0][1]) if len(group) == 1 else []
    return [[each.quote()] for each in ([holder] if holder is not None else []) + own]


def _where(tracks: Sequence[Track]) -> tuple[str | None, int]:
    """(the function in which most of them wait, how many do); None where a rule has said what they wait for."""
    purposes: dict[str, int] = {}
    for place, number in places_of(tracks) if tracks[0].place.rule is None else ():
        if not place.purpose.startswith("??"):
            purposes[place.purpose] = purposes.get(place.purpose, 0) + number
    if not purposes:
        return None, len(tracks)
    most = max(purposes, key=lambda purpose: purposes[purpose])
    return most, purposes[most]


def _whole_pool(processes: Sequence[Process], group: Group) -> Pool | None:
    """A pool whose workers all are in the group."""
    keys = {(process.id, track.key) for process, track in group}
    for process in processes:
        for pool in process.pools:
            if pool.exhausted and all((process.id, worker.key) in keys for worker in pool.workers):
                return pool
    return None


def _explain(group: Group, pool: Pool | None, handovers: Sequence[Fact], holders: Holders, ends: OtherEnds, movers: Movers) -> list[Fact]:
    process, first = group[0]
    tracks = [track for _, track in group]
    facts = [fact("same-place", count=len(group), **in_all(process))] if len(process.dumps) > 1 else []
    waited = min(track.newest.waited for track in tracks)
    if waited:
        facts.append(fact("waited-in-one-go", count=len(group), span=waited))
    before = moved_from(first)
    if before is not None:
        facts.append(fact("object-has-moved", address=f"{before:#x}"))
    if len({member.id for member, _ in group}) > 1 and first.place.kind in ("mutex", "rwlock") and first.place.rule is None:
        facts.append(fact("one-lock-is-inferred"))
    if movers:
        facts += bringers(movers)
    else:
        facts += explain_root([track for member, track in group if member is process], holders)
    facts += handovers
    if first.place.callback and len(group) == 1:
        facts.append(fact("loop-serves-nobody-else", loop=first.place.callback))
    facts += ends.of(tracks)
    if len(group) == 1:
        facts += explain_held(first, holders)
    if pool is not None:
        facts.append(fact("whole-pool-waits", count=len(pool.workers), pool=pool))
    if first.place.timed:
        facts.append(fact("wait-is-timed"))
    return facts
