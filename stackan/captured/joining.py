"""Sightings with the locks, and their owners, that were read from the live process in the same round.

The table is of one instant of its own, shortly before the stacks: a thread for which both name the same kind of wait, and no other
object, has most likely not moved in between; over several rounds `compare` finds out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackan.model.dump import Dump
from stackan.model.log import Log
from stackan.model.place import MEANWHILE, NAMELESS, READ_ALIVE, RECORDED, WAITS_FOR_PEER, Awaited, Held, Sighting, StackMeaning, unparked
from stackan.model.printed import Lock
from stackan.model.track import Track

# The state of a thread by what it waits for; a condition and what is built on it tell nothing that the frames do not tell better.
_STATES = {"mutex": "lock", "rwlock": "lock", "once": "lock", "stdio": "lock", "allocator": "lock", "thread": "join", "barrier": "barrier"}
_RUNS = ("collected: runs", "collected: moved")
_LIBCS = ("pthread_mutex_", "pthread_rwlock_", "lll_lock_")
_ENDS = frozenset(("socket", "pipe", "file"))  # that a read or a write may be of: its name alone does not tell
_ALIKE = frozenset(("mutex", "futex", "allocator", "stdio", "once", "rwlock"))  # kinds that frames without names mistake for each other


def attach(sightings: Sequence[Sighting], table: Dump) -> list[Sighting]:
    """The sightings of a dump with what its table says of their threads."""
    log = Log(table.source, table.format, lines={}, moment=table.facts.moment)
    lines: dict[int, str] = {}
    joined = [_joined(sighting, table, log, lines) for sighting in sightings]
    log.lines = lines
    return joined


def name_threads(tracks: Sequence[Track], tables: Iterable[Dump]) -> list[Track]:
    """The threads with the names that the tables beside their dumps give them, newest last; eu-stack prints none."""
    names: dict[int, str] = {}
    for table in tables:
        own = table.columns.thread_lwp[table.first_thread : table.stop_thread]
        names.update((lwp, name) for lwp, name in zip(own, table.thread_names) if name)
    return [
        track._replace(name=names[track.lwp]) if track.name is None and track.lwp is not None and track.lwp in names else track
        for track in tracks
    ]


def _joined(sighting: Sighting, table: Dump, log: Log, lines: dict[int, str]) -> Sighting:
    row = table.thread_of_lwp.get(sighting.dump.columns.thread_lwp[sighting.thread])
    state = table.facts.states.get(row) if row is not None else None
    if state is None:
        return sighting
    if not sighting.place.names:  # a thread without a stack ran when the others were copied: it has gone on since
        return _running(sighting) if state.words in _RUNS else sighting
    lock = state.awaits
    if _has_moved(sighting, lock):
        return _running(sighting) if _waits_in_libc(sighting.place) else sighting
    held = [Held(lock.kind, lock.address, RECORDED, lock.line, 0, False, log=log) for lock in state.holds]
    for named in (*state.holds, *([lock] if lock is not None else [])):
        lines[named.line] = table.line_text(named.line)
    if held:
        sighting = sighting._replace(holds=tuple({hold.address: hold for hold in (*sighting.holds, *held)}.values()))
    if lock is not None and lock.descriptor is not None:
        return sighting._replace(awaited=_of_descriptor(sighting, lock, log))
    if lock is not None and lock.kind == sighting.place.kind == "process":
        child = Awaited("process", None, None, (), "", RECORDED, sighting.place.wait_frames, lock.line, log=log, home=lock.home)
        return sighting._replace(awaited=child)
    if lock is None or lock.kind not in _STATES or not _agree(sighting, lock):
        return sighting
    known = sighting.awaited
    symbol = known.symbol if known is not None else None
    address = known.address if lock.address is None and known is not None else lock.address
    place = _placed(sighting.place, lock.kind)
    awaited = Awaited(lock.kind, address, symbol, lock.owners, lock.mode, RECORDED, place.wait_frames, lock.line, log=log)
    awaited = awaited._replace(home=lock.home, gone=lock.gone)
    return sighting._replace(awaited=awaited, place=place)


def _running(sighting: Sighting) -> Sighting:
    return sighting._replace(place=sighting.place._replace(verb="running", state="running", reason=MEANWHILE))


def _has_moved(sighting: Sighting, lock: Lock | None) -> bool:
    """Whether a thread stands before a lock by its frames, and did not when the table was read: what it had then, it need not have now."""
    place = sighting.place
    stands = place.verb == "waiting" and place.state == "lock" and place.rule is None and place.kind in _ALIKE
    return stands and place.reason != NAMELESS and (lock is None or not _agree(sighting, lock))


def _waits_in_libc(place: StackMeaning) -> bool:
    """Whether it stands in a lock of the C library's, of which the table would tell; others are built on waits of any kind."""
    return any(name.startswith(_LIBCS) for name in place.names[: place.wait_frames])


def _of_descriptor(sighting: Sighting, lock: Lock, log: Log) -> Awaited | None:
    """What a thread waits for, with the descriptor that its frames do not print, though they show such a call."""
    awaited, place = sighting.awaited, sighting.place
    shown = place.verb in ("waiting", "blocked") or place.reason == WAITS_FOR_PEER
    if awaited is None or awaited.descriptor not in (None, lock.descriptor) or not shown or place.kind not in _ENDS:
        return awaited
    known = awaited._replace(kind=lock.kind, mode=lock.mode, descriptor=lock.descriptor)
    if not lock.home:
        return known
    return known._replace(owners=lock.owners, home=lock.home, evidence=RECORDED, line=lock.line, log=log)


def _agree(sighting: Sighting, lock: Lock) -> bool:
    """Whether the frames leave it open that the thread waits for that lock."""
    place, awaited = sighting.place, sighting.awaited
    if place.rule is not None or place.verb in ("sleeping", "spinning"):
        return False
    told = {awaited.address if awaited is not None else None, lock.address} - {None}
    if len(told) > 1 and not place.kind == lock.kind == "stdio":  # frames print the stream, of which the lock is a part
        return False
    if place.verb == "idle":  # as frames show it that have names, if they are of any wait: of a sleep, of events
        return place.reason == NAMELESS or lock.kind == place.kind
    if place.verb == "running":
        return place.reason == NAMELESS or place.kind is None or lock.kind == place.kind
    return place.kind is None or place.kind == lock.kind or place.reason == NAMELESS or {place.kind, lock.kind} <= _ALIKE


def _placed(place: StackMeaning, kind: str) -> StackMeaning:
    """The place of a thread of which it is known what it waits for."""
    if place.verb == "idle":
        place = unparked(place, READ_ALIVE)
    return place._replace(kind=kind, state=_STATES[kind], verb="waiting" if place.verb != "blocked" else place.verb)
