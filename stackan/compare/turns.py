"""A thread that queues for its turn to accept connections or receive jobs waits for work, not for the lock: its holder waits there.

Servers that start their children beforehand let one at a time accept, threads of a pool lead and follow in the same way:

    accept             ← child_main ← main        one of them
    pthread_mutex_lock ← child_main ← main        all others, and all for one lock

So do workers that share the receiving end of a Rust channel, `receiver.lock().unwrap().recv()`.  The one that has its turn may be in
helpers of the function that takes the lock, and have been started another way; and a helper that is named for it may take the lock:

    epoll_wait         ← event_queue_wait ← wsgi_req_accept ← simple_loop_run
    pthread_mutex_lock ←                    wsgi_req_accept ← simple_loop_run ← simple_loop ← … ← main

    accept             ←                                           child_main ← make_child
    fcntl              ← proc_mutex_fcntl_acquire ← accept_mutex_on ← child_main ← make_child

A lock that guarded anything else would let more than one thread, or none, be in accept.  A printed owner has to be that one.  With
helpers between it takes more: functions named for the turn, or for what is taken then, and no source line by which the lock's call comes
behind the other's.  (Addresses do not tell: compilers move what waits for a lock to the end of a function.)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from stackan.function_words import takes_work, words_of
from stackan.model.facts import fact
from stackan.model.labels import lwp_of
from stackan.model.place import TURN_TO_ACCEPT, TURN_TO_RECEIVE, Sighting, StackMeaning, fact_of
from stackan.model.process import Process
from stackan.model.track import IDLE, STUCK, UNSURE, VANISHED, Track, places_where, with_newest

# The kinds of such a lock: a mutex in shared memory, System V's semaphores, a lock on a file.
_LOCKS = ("mutex", "semaphore")
_FILE_LOCKS = frozenset(("flock", "fcntl", "lockf"))
_ACCEPTING = ("acceptor", "event-loop")
# Functions that receive without a lock of their own; a condition's wait would give back the lock that the others queue for.
_RECEIVING = frozenset(
    (
        "std::sync::mpsc::Receiver::recv",
        "std::sync::mpmc::Receiver::recv",
        "std::sync::mpmc::list::Channel::recv",
        "std::sync::mpmc::array::Channel::recv",
        "std::sync::mpmc::zero::Channel::recv",
    )
)

_HELPERS = 2  # functions, at most, by which a thread accepts, or takes the lock, inside of the function that does both
_GATE = 2  # that function and its caller
# Words of functions that take such a lock, and of what these may call for it.
_OF_TURNS = frozenset(("accept", "accepting", "listen", "turn", "serialize"))
_OF_LOCKS = frozenset(("mutex", "lock", "acquire"))

_Path = tuple[str, ...]  # the application's frames, innermost first
_Source = tuple[str | None, int | None]  # file and line


def park_turn_waiters(tracks: Sequence[Track]) -> list[Track]:
    """The threads of a process, those that follow one that accepts as parked."""
    leaders = _leaders(tracks) or _leaders_within(tracks)
    if not leaders:
        return list(tracks)
    return [_follow(track, leaders[track.place.application]) if _follows(track, leaders) else track for track in tracks]


def park_turn_waiters_across(processes: Sequence[Process]) -> list[Process]:
    """The same among processes of one host, each of one thread."""
    alone: dict[str | None, list[Track]] = {}
    for process in processes:
        if len(process.tracks) == 1:
            alone.setdefault(process.inputs.host, []).append(process.tracks[0])
    settled = {id(track): after for tracks in alone.values() for track, after in zip(tracks, park_turn_waiters(tracks), strict=True)}
    return [process._replace(tracks=tuple(settled.get(id(track), track) for track in process.tracks)) for process in processes]


def _leaders(tracks: Sequence[Track]) -> dict[_Path, Track]:
    """The thread that accepts or receives while others queue for the one lock, by the path that all of them have taken."""
    if not places_where(tracks, _may_lead):
        return {}
    accepting: dict[_Path, list[Track]] = {}
    queued: dict[_Path, list[Track]] = {}
    for track in tracks:
        if _may_lead(track.place):
            accepting.setdefault(track.place.application, []).append(track)
        elif _queues(track):
            queued.setdefault(track.place.application, []).append(track)
    return {
        path: accepting[path][0]
        for path, queue in queued.items()
        if len(accepting.get(path, ())) == 1 and _is_led(queue, accepting[path][0])
    }


def _leaders_within(tracks: Sequence[Track]) -> dict[_Path, Track]:
    """The same where the one that accepts, or who queues, is in helpers of the function that does both; by the paths of those that queue.

    Only where nothing else stands still in the process, or runs on in one place: what does may have the lock.
    """
    accepting = places_where(tracks, _accepts)
    if not accepting or any(_may_hold(track) for track in tracks):
        return {}
    queued = [track for track in tracks if _queues(track)]
    paths = {path for place in {id(track.place): track.place for track in queued}.values() if (path := place.application)}
    for helpers in range(_HELPERS + 1):
        gates = {_gate(path, helpers) for path in paths}
        if len(gates) != 1:
            continue
        gate = gates.pop()
        within = places_where(tracks, partial(_is_within, gate))
        leaders = [track for track in tracks if id(track.place) in within and id(track.place) in accepting and track.progress != VANISHED]
        if len(leaders) == 1 and _is_led(queued, leaders[0]) and _is_before(queued, helpers, leaders[0], gate, paths):
            return dict.fromkeys(paths, leaders[0])
    return {}


def _may_hold(track: Track) -> bool:
    """Whether a thread that does not queue may have the lock all the time, as far as the places tell where it was met."""
    if track.progress == STUCK:
        return not _queues(track)
    runs = track.place.verb in ("running", "spinning") and track.progress != VANISHED
    return runs and len({sighting.place.names for _, sighting in track.sightings}) == 1


def _gate(path: _Path, helpers: int) -> _Path:
    """The function of one that queues, outside of so many helpers that only take the lock, and its caller; () if there are not so many."""
    only_take = all(not (_OF_TURNS | _OF_LOCKS).isdisjoint(words_of(name)) for name in path[:helpers])
    return path[helpers : helpers + _GATE] if only_take else ()


def _is_within(gate: _Path, place: StackMeaning) -> bool:
    return _depth(gate, place) is not None


def _depth(gate: _Path, place: StackMeaning) -> int | None:
    """How many helpers are inside of the function of the gate, None if it is not there."""
    path = place.application
    return next((at for at in range(_HELPERS + 1) if path[at : at + _GATE] == gate), None) if len(gate) == _GATE else None


def _is_before(queued: Sequence[Track], helpers: int, leader: Track, gate: _Path, paths: Collection[_Path]) -> bool:
    """Whether the lock is taken before the call that accepts: by source lines if these are printed, and by the names."""
    accepts = _source(leader.newest, _depth(gate, leader.place) or 0)
    orders = {_is_earlier(_source(track.newest, helpers), accepts) for track in queued}
    named = all(any(not _OF_TURNS.isdisjoint(words_of(name)) for name in path[: helpers + 1]) for path in paths)
    return False not in orders and (named or (orders == {True} and takes_work(gate[0])))


def _is_earlier(one: _Source, other: _Source) -> bool | None:
    (file, line), (same, behind) = one, other
    return line < behind if line and behind and file == same and line != behind else None


def _source(sighting: Sighting, helpers: int) -> _Source:
    """File and line of the call that the function outside of so many helpers makes."""
    dump = sighting.dump
    where = dump.location(dump.site(dump.columns.thread_first[sighting.thread] + sighting.place.wait_frames + helpers))
    return where.file, where.line


def _accepts(place: StackMeaning) -> bool:
    return place.verb == "idle" and place.role in _ACCEPTING


def _may_lead(place: StackMeaning) -> bool:
    return place.verb == "idle" and (place.role in _ACCEPTING or _receives(place))


def _receives(place: StackMeaning) -> bool:
    return not _RECEIVING.isdisjoint(place.names[: place.wait_frames])


def _queues(track: Track) -> bool:
    place = track.place
    locks = place.kind in _LOCKS or (place.kind == "file" and not _FILE_LOCKS.isdisjoint(place.names[: place.wait_frames]))
    return locks and place.verb == "waiting" and not place.in_task and track.progress in (STUCK, UNSURE)


def _is_led(queue: Sequence[Track], leader: Track) -> bool:
    """Whether all wait for one lock, by the addresses if these are printed, and no other thread is printed as its owner."""
    locks = {track.newest.awaited.address if track.newest.awaited is not None else None for track in queue}
    dumps = {id(track.newest.dump): track.newest.dump for track in queue}
    owners = {word.owner for dump in dumps.values() for word in dump.facts.printed if word.address in locks}
    return len(locks) == 1 and owners <= {leader.lwp, 0}


def _follows(track: Track, leaders: dict[_Path, Track]) -> bool:
    return track.place.application in leaders and _queues(track)


def _follow(track: Track, leader: Track) -> Track:
    turn = TURN_TO_RECEIVE if _receives(leader.place) else TURN_TO_ACCEPT
    place = track.place._replace(verb="idle", state="idle", role="follower", reason=turn)
    newest = track.newest._replace(place=place)
    return with_newest(track, newest)._replace(
        progress=IDLE,
        note=(fact_of(place), *([fact("other-has-its-turn", lwp=lwp_of(leader))] if leader.lwp is not None else [])),
        timeline=track.timeline.replace("S", "I"),
    )
