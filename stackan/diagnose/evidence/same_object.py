"""Who may hold a lock that no line shows as held, as far as the objects that threads work on suggest it.

    Thread 3: … ← OS::mutex_lock (m=0x…7b58) ← Client::stop (this=…)
    Thread 2: … ← Transport::connect_i (this=0x…7b40): it works on the object in which that mutex lies

The waiter itself comes into question, too: it may be in a callback on an object that it works on further out, have locked in an outer
call of the same function or, to read, in another one in which threads wait for this lock, or wait in the handler of a signal that came
while it held the lock.  All of that is a hint for a person; no edge of the graph rests on it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from stackan.diagnose.evidence.doing import doing
from stackan.model.expressions import expression
from stackan.model.facts import Fact, fact
from stackan.model.mentions import WITHIN, Mention, mentions_of
from stackan.model.place import is_main
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.track import IDLE, VANISHED, Track, mode_of

_MOST = 3  # more candidates than this show nothing
_LOOKED_AT = 100  # waiters that are asked whether they hold it themselves
_FEW = 100  # locks that one expression looks for
_SIGNAL = "<signal handler called>"
# Run-times that resume a task where it was suspended, on any of their threads.
_POLLS_TASKS = (
    "tokio::runtime::",
    "async_executor::",
    "async_std::",
    "futures_executor::",
    "smol::",
    "folly::coro::",
    "cppcoro::",
    "seastar::",
)
_WORD = expression(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}")
# Words of locks' names that say nothing of what they guard.
_SAY_NOTHING = frozenset((
    "lock", "locks", "mutex", "mutexes", "mtx", "mut", "rwlock", "guard", "global", "static", "the", "big", "main", "std", "sync",
))  # fmt: skip
# Functions by which a thread sends itself a signal: what it did is further out.
_RAISES = frozenset(("pthread_kill_implementation", "pthread_kill_internal", "pthread_kill", "gsignal", "raise", "kill", "tgkill"))
_REENTRANT = frozenset(("java", "python"))  # their dumps print who holds what, or their locks may be taken twice


class _Seen(NamedTuple):
    """A thread that works on an object in which a lock lies, or on the lock."""

    track: Track
    mention: Mention


class SameObject:
    """The threads of a process by the objects that they work on, as far as locks lie in them for which others wait."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._seen: dict[int, list[_Seen]] | None = None  # by lock: worked out once, when it is first asked for
        self._at_work = [track for track in process.tracks if track.progress not in (IDLE, VANISHED)]

    def name_candidates(self, waiters: Sequence[Track]) -> list[Fact]:
        """Other threads that work on the object in which a lock lies, if they are few."""
        seen = self._on(waiters)
        waiting = {track.key for track in waiters}
        lock = _awaited(waiters[0])
        near = {each.mention.value for each in seen if each.track.key in waiting}  # what the waiters call the object
        others: dict[int | str, _Seen] = {}
        for each in seen:
            mention = each.mention
            if each.track.key not in waiting and (mention.itself or mention.value == lock or mention.value in near):
                others.setdefault(each.track.key, each)
        if not 0 < len(others) <= _MOST:
            return []
        return [named for each in others.values() for named in (_works_on(each, lock), doing(each.track))]

    def name_itself(self, waiters: Sequence[Track]) -> list[Fact]:
        """A waiter that may hold the lock itself, if one does."""
        if waiters[0].newest.dump.traits.language in _REENTRANT:
            return []
        by_track: dict[int | str, list[Mention]] = {}
        for each in self._on(waiters):
            by_track.setdefault(each.track.key, []).append(each.mention)
        takers = _takers(waiters) if any(map(_waits_to_write, waiters)) else {}
        for track in waiters[:_LOOKED_AT]:
            if any("recursive" in name.lower() for name in track.place.names[: track.place.wait_frames + 1]):
                continue
            found = _in_handler(track) or _comes_back(track, by_track.get(track.key, [])) or _calls_again(track) or _is_past(track, takers)
            if found is not None:
                return [found]
        return []

    def name_by_word(self, waiters: Sequence[Track]) -> list[Fact]:
        """The stuck threads in functions that share a word with the lock's name: `<g_lua>` and `lua_pcall`."""
        awaited = waiters[0].newest.awaited
        words = _words(awaited.symbol or "") - _SAY_NOTHING if awaited is not None else set()
        if not words or len(self._at_work) - len(waiters) > _LOOKED_AT:
            return []
        waiting = {track.key for track in waiters}
        found: list[tuple[Track, str]] = []
        for track in self._at_work:
            if track.key not in waiting and not _joins_from_main(track):
                function = next((name for name in track.place.application if words & _words(name)), None)
                if function is not None:
                    found.append((track, function))
        if not 0 < len(found) <= _MOST:
            return []
        symbol = awaited.symbol if awaited is not None else None
        facts: list[Fact] = []
        for track, function in found:
            facts += [fact("may-hold-by-word", thread=track, function=function, object=symbol), doing(track)]
        return facts

    def name_the_only_one(self, waiters: Sequence[Track]) -> list[Fact]:
        """The one thread that is neither parked nor among those that wait, if there is one and no more."""
        if len(self._at_work) != len(waiters) + 1:
            return []
        waiting = {track.key for track in waiters}
        left = [track for track in self._at_work if track.key not in waiting and not _joins_from_main(track)]
        return [fact("may-hold-as-only-one", thread=left[0]), doing(left[0])] if len(left) == 1 else []

    def name_a_suspended_task(self, waiters: Sequence[Track]) -> list[Fact]:
        """That no stack need show the holder, where threads poll tasks: a guard that lives across an `await` stays locked meanwhile."""
        if any(name.startswith(_POLLS_TASKS) for name in waiters[0].place.names):
            return [fact("suspended-task-may-hold")]
        return []

    def _on(self, waiters: Sequence[Track]) -> list[_Seen]:
        lock = _awaited(waiters[0])
        if lock is None:
            return []
        if self._seen is None:
            self._seen = self._look_around()
        return self._seen.get(lock, [])

    def _look_around(self) -> dict[int, list[_Seen]]:
        locks = sorted({lock for track in self._at_work if track.place.state == "lock" and (lock := _awaited(track)) is not None})
        seen: dict[int, list[_Seen]] = {}
        near = _near(locks)
        for track in self._process.tracks if locks else ():
            if track.place.rule is not None and track.place.verb == "idle":
                continue
            if near is not None and not _shows(track, near):
                continue
            for mention in mentions_of(track.newest):
                at = bisect_left(locks, mention.value)
                if at < len(locks) and locks[at] - mention.value < WITHIN:
                    seen.setdefault(locks[at], []).append(_Seen(track, mention))
        return seen


def _near(locks: Sequence[int]) -> re.Pattern[bytes] | None:
    """What begins every address that may be an object with one of a few locks in it; None where they are many."""
    begins = {(lock - within) >> 8 for lock in locks[:_FEW] for within in (0, WITHIN - 1)}
    if len(locks) > _FEW or min(begins, default=0) <= 0:
        return None
    return re.compile(rb"0x0*(?:%b)" % b"|".join(b"%x" % begin for begin in sorted(begins)))


def _shows(track: Track, near: re.Pattern[bytes]) -> bool:
    """Whether such an address is in a thread's lines: they are searched once, and not frame by frame."""
    dump, row = track.newest.dump, track.newest.thread
    return near.search(dump.data, dump.columns.thread_start[row], dump.columns.thread_stop[row]) is not None


def _words(name: str) -> set[str]:
    """The words that a name is made of: `g_lua_state`, `LuaState::call` → {"lua", "state"}, {"lua", "state", "call"}"""
    return {word.lower() for word in _WORD.findall(name.partition("<")[0].partition("(")[0])}


def _joins_from_main(track: Track) -> bool:
    """A main thread that joins its workers waits for them because they wait, not the other way round."""
    return track.place.kind == "thread" and any(map(is_main, track.place.application[-1:]))


def _awaited(track: Track) -> int | None:
    awaited = track.newest.awaited
    return awaited.address if awaited is not None else None


def _works_on(seen: _Seen, lock: int | None) -> Fact:
    value = seen.mention.value
    function = seen.track.place.names[seen.mention.frame]
    return fact("may-hold-by-object", thread=seen.track, function=function, object=f"{value:#x}" if value != lock else None)


def _comes_back(track: Track, mentions: Sequence[Mention]) -> Fact | None:
    """A thread that has left an object's functions for others, and has been called back by these."""
    if not mentions:
        return None
    values = {mention.frame for mention in mentions_of(track.newest)}  # frames that print what they work on
    inner = mentions[0]
    last = inner.frame
    for mention in mentions[1:]:
        if mention.value != inner.value:
            continue
        if any(at in values for at in range(last + 1, mention.frame)):
            return fact("may-hold-itself", thread=track, function=track.place.names[mention.frame], object=f"{mention.value:#x}")
        last = mention.frame
    return None


def _takers(waiters: Sequence[Track]) -> dict[str, set[int | None]]:
    """The functions in which threads wait for a lock, with the objects whose functions they are there, as far as those are printed."""
    takers: dict[str, set[int | None]] = {}
    for track in waiters[:_LOOKED_AT]:
        place = track.place
        if place.application and not place.names[place.wait_frames].startswith("??"):
            takers.setdefault(place.names[place.wait_frames], set()).add(_objects(track).get(place.wait_frames))
    return takers


def _is_past(track: Track, takers: dict[str, set[int | None]]) -> Fact | None:
    """A thread that waits to write further in than in a function which takes the same lock itself: it may have it there to read."""
    place = track.place
    if not _waits_to_write(track):
        return None
    past = [at for at in range(place.wait_frames + 1, place.first_start_frame) if place.names[at] in takers]
    objects = _objects(track) if past else {}
    at = next((at for at in past if objects.get(at) in takers[place.names[at]]), None)
    return fact("may-hold-itself-to-read", thread=track, function=place.names[at]) if at is not None else None


def _waits_to_write(track: Track) -> bool:
    return track.place.kind == "rwlock" and mode_of(track) == "write"


def _objects(track: Track) -> dict[int, int]:
    """The object whose function each frame is, as far as that is printed."""
    return {mention.frame: mention.value for mention in reversed(mentions_of(track.newest)) if mention.itself}


def _calls_again(track: Track) -> Fact | None:
    """A thread that is twice in the function which takes the lock, on one object as far as that is printed."""
    place = track.place
    first = place.wait_frames
    if not place.application or place.names[first].startswith("??"):
        return None
    again = next((at for at in range(first + 1, place.first_start_frame) if place.names[at] == place.names[first]), None)
    if again is None:
        return None
    objects = _objects(track)
    if objects.get(first) != objects.get(again):
        return None
    return fact("may-hold-itself", thread=track, function=place.names[first])


def _in_handler(track: Track) -> Fact | None:
    """A thread that waits in the handler of a signal, which may have come while it held the lock."""
    names = track.place.names
    if _SIGNAL not in names[track.place.wait_frames :]:
        return None
    at = names.index(_SIGNAL, track.place.wait_frames)
    function = next(
        (name for name in names[at + 1 : track.place.first_start_frame] if not name.startswith("??") and name not in _RAISES), None
    )
    return fact("may-hold-itself-in-handler", thread=track, function=function) if function is not None else None
