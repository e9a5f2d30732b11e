"""Threads that stand still without a proof of deadlock: convoys, stalled I/O, single stuck waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackan.diagnose.quotes import sample
from stackan.diagnose.words import describe_doing, describe_wait, in_all, label
from stackan.model.finding import CRITICAL, INFO, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.process import Pool, Process
from stackan.model.track import STUCK, Track

CONVOY = 3  # waiters on one object from which a wait is called a convoy

_FIND_PEER = (
    "Find the other end: the descriptor's number is in the innermost frames; `ls -l /proc/PID/fd` and `ss -tnp` name the peer. "
    "Take its dump, too."
)
_ASK_OWNER = (
    "Ask gdb for the owner: `print ((pthread_mutex_t*){0:#x})->__data.__owner` gives its LWP where glibc's symbols are installed; "
    "`x/3dw {0:#x}` shows it as the third number without them."
)
_GET_SYMBOLS = (
    "Install the debug symbols of glibc (libc6-dbg, glibc-debuginfo) and take the dumps again with `thread apply all bt full`: "
    "then the lock's address stands in them."
)


_ADVICE = {
    "rwlock": (
        "Ask gdb who writes: `print ((pthread_rwlock_t*)ADDRESS)->__data.__cur_writer`; readers are recorded nowhere but in the locals "
        "of `bt full` (std::shared_lock).",
    ),
    "semaphore": ("Find who was to post the semaphore: search the stacks for the functions that use what it counts.",),
    "thread": ("Look at the thread that is waited for: it has to end first.",),
}


def standing(process: Process, told: Collection[tuple[str, int | str]], held: Collection[tuple[str, int | str]]) -> list[Finding]:
    """Group what stands still by what it waits for.

    `told` are threads that an earlier finding is about; `held` are threads that wait behind such a finding's cause.
    """
    groups: dict[tuple[object, ...], list[Track]] = {}
    for track in process.tracks:
        if _stands(track, len(process.dumps)) and (process.id, track.key) not in told:
            groups.setdefault(_object(track), []).append(track)
    return [_finding(process, group) for group in groups.values() if (process.id, group[0].key) not in held]


def _stands(track: Track, snapshots: int) -> bool:
    return track.progress == STUCK or (snapshots == 1 and track.place.verb in ("waiting", "blocked"))


def _object(track: Track) -> tuple[object, ...]:
    """What a thread waits for, as far as two threads can be said to wait for the same."""
    place, awaited = track.place, track.newest.awaited
    if place.rule is not None:
        return ("rule", place.rule.id)
    if awaited is not None and awaited.address is not None and place.kind != "future":
        return (place.kind, awaited.address)
    return (place.kind, place.state, place.purpose)


def _finding(process: Process, group: Sequence[Track]) -> Finding:
    first = group[0]
    pool = _whole_pool(process, group)
    present = sum(1 for track in process.tracks if track.sightings[-1][0] == len(process.dumps) - 1)
    kind = "stalled-io" if first.place.state in ("io", "network") else "convoy" if len(group) >= CONVOY else "stuck-wait"
    confidence = LIKELY if len(process.dumps) > 1 else POSSIBLE
    severity = WARNING if kind != "stuck-wait" or first.place.state == "lock" else INFO
    if confidence == LIKELY and (pool is not None or len(group) * 2 > present):
        severity = CRITICAL
    what = describe_wait(first)
    who = label(first) if len(group) == 1 else f"{len(group)} threads"
    threads = tuple((process, track) for track in group)
    return Finding(
        kind=kind,
        severity=severity,
        confidence=confidence,
        title=f"{who} {'waits' if len(group) == 1 else 'wait'} for {what}" + ("" if first.place.rule else f", in {first.place.purpose}"),
        explanation=_explain(process, group, pool),
        threads=threads,
        resources=(what,) if first.place.kind else (),
        evidence=sample(threads),
        advice=_advise(first, kind),
        processes=(process,),
    )


def _whole_pool(process: Process, group: Sequence[Track]) -> Pool | None:
    """The pool whose workers all are in the group."""
    keys = {track.key for track in group}
    return next((pool for pool in process.pools if pool.exhausted and all(worker.key in keys for worker in pool.workers)), None)


def _explain(process: Process, group: Sequence[Track], pool: Pool | None) -> str:
    snapshots = len(process.dumps)
    stand = "It stands" if len(group) == 1 else "They stand"
    sentences = [f"{stand} in the same place {in_all(snapshots)}." if snapshots > 1 else "One snapshot cannot tell for how long."]
    sentences += _root(process, group[0])
    if pool is not None:
        sentences.append(f"They are all {len(pool.workers)} workers of {pool.name}: no new work of that pool starts until they go on.")
    if group[0].place.timed:
        sentences.append("The wait ends at its time-out, and may then begin anew.")
    return " ".join(sentences)


def _root(process: Process, track: Track) -> list[str]:
    """Who holds what a group waits for and what that thread does, as far as the dump shows it."""
    awaited = track.newest.awaited
    if awaited is None or track.place.rule is not None:
        return []
    if awaited.owners:
        owner = next((other for other in process.tracks if other.lwp == awaited.owners[0]), None)
        return [f"{label(owner)} {describe_doing(owner)}."] if owner else [f"LWP {awaited.owners[0]} is not in the dump."]
    if track.place.state != "lock":
        return []
    if awaited.address is None:
        return ["Its holder is not shown: the dump prints no address of the lock."]
    holder = next((other for other in process.tracks for hold in other.newest.holds if hold.address == awaited.address), None)
    return [f"{label(holder)} holds it and {describe_doing(holder)}." if holder else "No thread is shown to hold it."]


def _advise(track: Track, kind: str) -> tuple[str, ...]:
    if track.place.rule is not None and track.place.rule.advice:
        return track.place.rule.advice
    if kind == "stalled-io":
        return (_FIND_PEER,)
    awaited = track.newest.awaited
    if awaited is None or awaited.address is None:
        return (_GET_SYMBOLS,)
    return (_ASK_OWNER.format(awaited.address),) if awaited.kind == "mutex" else _ADVICE.get(awaited.kind, ())
