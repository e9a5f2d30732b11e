"""Advice on the next steps about threads that stand still, with the tools of the system that the dump comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackan.model.facts import Fact, fact
from stackan.model.track import Track

if TYPE_CHECKING:
    from stackan.model.link import Link
    from stackan.model.place import StackMeaning

_FIND_PEER = {
    "solaris": "find-peer-with-pfiles",
    "aix": "find-peer-with-procfiles",
    "macos": "find-peer-with-lsof",
    "windows": "find-peer-with-netstat",
}
_OF_GLIBC = ("pthread_mutex_", "pthread_rwlock_", "lll_")
_BY_SESSION = {"transaction-of-idle-session": "end-idle-session", "transaction-of-session": "cancel-in-session"}
_BY_KIND = {"semaphore": "find-who-posts", "barrier": "find-who-has-not-come", "thread": "look-at-the-thread-waited-for"}


def advise(track: Track, kind: str, held: bool, read: bool) -> tuple[Fact, ...]:
    """Advice for a finding of this kind, of which the thread is an example.

    `held`: the holder of the lock that it waits for is known; `read`: readers are known to hold it.
    """
    place, awaited = track.place, track.newest.awaited
    if listed := advise_on_sessions([track]):
        return listed
    if place.rule is not None:
        return tuple(fact("profile-says", text=step) for step in place.rule.advice)
    system = track.newest.dump.traits.language
    if system == "java":
        return _advise_on_java(place.kind, kind, held, track.newest.dump.facts.core)
    if kind == "stalled-io":
        return _advise_on_peer(track, system)
    if place.state == "lock":
        return _advise_on_lock(track, system, held, read)
    return _by_kind(awaited.kind if awaited is not None and awaited.address is not None else place.kind)


def advise_on_sessions(waiters: Sequence[Track]) -> tuple[Fact, ...]:
    """What ends the transactions that these wait for, where a listing beside the dumps names their sessions; least harm first."""
    hints = dict.fromkeys(track.newest.awaited.hint for track in waiters if track.newest.awaited is not None)
    sessions = {hint.values["session"]: hint for hint in hints if hint is not None and "session" in hint.values}
    return tuple(fact(_BY_SESSION[hint.name], session=session) for session, hint in sessions.items())


def _advise_on_peer(track: Track, system: str) -> tuple[Fact, ...]:
    awaited = track.newest.awaited
    link = awaited.link if awaited is not None else None
    if link is not None and link.who:
        return (_advise_on_link(link),)
    if system in ("dotnet", "go", "python", "ruby"):
        return (fact("find-peer-of-runtime"),)
    shown = awaited is not None and awaited.descriptor is not None
    return (fact(_FIND_PEER.get(system, "find-peer-with-table" if shown else "find-descriptor-and-peer")),)


def _advise_on_lock(track: Track, system: str, held: bool, read: bool) -> tuple[Fact, ...]:
    awaited = track.newest.awaited
    known: tuple[str, ...] | None = {
        "windows": ("print-owners-in-windbg",),
        "go": ("find-locker-in-go",),
        "python": ("read-the-source",),
        "ruby": ("find-locker-in-ruby",),
        "dotnet": ("look-at-the-holder" if held else "print-owners-with-sos",),
    }.get(system)
    if known is None and system in _FIND_PEER:
        known = ()  # none of these tools reads an owner
    if known is None and held:
        known = ("look-at-the-holder",)
    if known is None and read:
        known = ("find-the-reader",)
    if known is not None:
        return tuple(map(fact, known))
    if not _is_of_glibc(track.place):
        return (_ask_frame(track),)
    if awaited is None or awaited.address is None:
        return (fact("get-symbols-for-lock"),)
    ask = {"mutex": "print-mutex-owner", "rwlock": "print-rwlock-owner"}.get(awaited.kind)
    return (fact(ask, address=f"{awaited.address:#x}"),) if ask is not None else _by_kind(awaited.kind)


def _advise_on_link(link: Link) -> Fact:
    if not link.ends:
        return fact("take-dumps-at-far-peer", peer=link.who)
    return fact("look-at-peer" if all(end.places for end in link.ends) else "take-dumps-of-peer", peer=link.who)


def _is_of_glibc(place: StackMeaning) -> bool:
    """Whether glibc's own functions wait for the lock, or wait inside those of a library whose lock is made of one."""
    return (
        not place.wait_frames
        or place.reason.startswith("glibc.")
        or any(name.startswith(_OF_GLIBC) for name in place.names[: place.wait_frames])
    )


def _ask_frame(track: Track) -> Fact:
    """How gdb shows a lock of another library: in the outermost of the frames that take it."""
    thread, dump, at = track.newest.thread, track.newest.dump, track.place.wait_frames - 1
    level = dump.level(dump.columns.thread_first[thread] + at)
    itself = "self" if b"self=" in dump.arguments_in(thread, at) else "this"
    return fact("print-lock-in-frame", thread=track, level=level, function=track.place.names[at], object=itself)


def _advise_on_java(waits_for: str | None, kind: str, held: bool, core: bool) -> tuple[Fact, ...]:
    if kind == "stalled-io":
        return (fact("find-peer-of-runtime"),) if waits_for == "socket" else ()
    if waits_for in ("mutex", "rwlock"):
        return () if held else (fact("list-owners-in-core" if core else "list-owners-with-jcmd"),)
    return _by_kind(waits_for)


def _by_kind(kind: str | None) -> tuple[Fact, ...]:
    name = _BY_KIND.get(kind or "")
    return (fact(name),) if name is not None else ()
