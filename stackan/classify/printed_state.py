"""Waits and locks of a thread that a dump's own lines print: they are a record, not a conclusion from frames."""

from __future__ import annotations

from stackan.model.place import FRAMES, RECORDED, Awaited, Held, StackMeaning
from stackan.model.printed import Lock, PrintedState


def read_awaited(state: PrintedState, place: StackMeaning) -> Awaited | None:
    """The object that the dump names as awaited; None if it names none, or the thread is not seen to wait for one."""
    lock = state.awaits
    if lock is None or place.kind is None:
        return None
    return Awaited(
        lock.kind if lock.descriptor is not None else place.kind,
        lock.address,
        lock.what or None,
        lock.owners,
        lock.mode,
        lock.evidence,
        0,
        lock.line,
        lock.descriptor,
        owner=lock.owner,
        home=lock.home,
        gone=lock.gone,
    )


def read_held(state: PrintedState) -> list[Held]:
    """The locks that the dump names as held; not the one whose condition the thread waits for, which gave it back.

    A mutex that the thread has and waits for was read from the live process: it locks it twice.
    """
    awaited = state.awaits
    return [
        _held(lock)
        for lock in state.holds
        if awaited is None or lock.address is None or lock.address != awaited.address or lock.kind == awaited.kind == "mutex"
    ]


def _held(lock: Lock) -> Held:
    if lock.address is None:  # what has only a name: the GIL is printed; that a class is being initialized, its frame shows
        evidence = FRAMES if lock.kind == "once" else RECORDED
        return Held(lock.kind, None, evidence, lock.line, lock.frame, False, token=f"{lock.kind} {lock.what}")
    return Held(lock.kind, lock.address, RECORDED, lock.line, lock.frame, lock.mode == "read")
