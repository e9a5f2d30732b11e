"""Whether threads that stand still are all that a process has for what they do, though no frame makes them a pool.

An event loop serves with one thread: while that one waits for a command, a lock or a disk, nobody is served.  Where most of the
threads that came the same way ask somebody who does not answer, and none of them moves, the others will ask next:

    system ← lua_resume ← … ← run_poll_loop ← main
    recv ← fetch_reply ← get_page ← serve          nine of ten threads `serve`; the tenth waits for a request
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from stackan.model.place import ASKS, AT_WORK
from stackan.model.process import Process
from stackan.model.stem import NOT_GIVEN, are_counted, number, stem
from stackan.model.track import APPEARED, PROGRESSING, SPINNING, STUCK, VANISHED, Track, places_of

_FEW = 2  # threads of one kind from which on their number says something


class Roles:
    """The threads of a process by the names that the program gave them, and by what they were started for."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._known: dict[str, bool] = {}  # by a name of threads: whether all of them stand
        self._living = [track for track in process.tracks if track.progress != VANISHED]

    def stopped_by(self, tracks: Sequence[Track], held: bool = False) -> str:
        """The name of the fact that says what nobody is left to do, "" where somebody may be.

        `held`: it is shown who holds what these wait for, and that thread, or the one for which it waits, is the one to tell of.
        """
        if any(_serves_all(track, self._process) for track in tracks):
            return "event-loop-stands"
        if not self._process.whole:
            return ""  # others of their name or kind may be among the threads that are missing
        if not held and any(self._stands(name) for name in {stem(track.name) for track in tracks}):
            return "all-of-their-name"
        if len(tracks) < _FEW or any(track.place.reason not in (ASKS, AT_WORK) for track in tracks):
            return ""
        alike = [track for role in {role_of(track, self._process) for track in tracks} for track in self._by_role.get(role, ())]
        moves = any(track.progress in (PROGRESSING, SPINNING, APPEARED) for track in alike)
        return "most-of-their-kind" if not moves and len(tracks) * 2 >= len(alike) else ""

    def move_beside(self, track: Track) -> bool:
        """Whether threads move that came the same way, and have the same name, or that were in the same place, and few stand there."""
        return role_of(track, self._process) in self._moving_roles or tuple(track.place.names) in self._passed

    @cached_property
    def _moving_roles(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            role for role, alike in self._by_role.items() if any(each.progress == PROGRESSING for each in alike) and _few_stand(alike)
        )

    @cached_property
    def _passed(self) -> frozenset[tuple[str, ...]]:
        """Places where threads were met that move, and no more that stand."""
        movers = [each for each in self._living if each.progress == PROGRESSING]
        passed = Counter(names for each in movers for names in {tuple(sighting.place.names) for _, sighting in each.sightings})
        stand = Counter(tuple(each.place.names) for each in self._living if each.progress == STUCK)
        return frozenset(names for names, count in passed.items() if stand[names] <= count)

    @cached_property
    def _by_name(self) -> dict[str, list[Track]]:
        found: dict[str, list[Track]] = {}
        for track in self._living:
            found.setdefault(stem(track.name), []).append(track)
        return found

    @cached_property
    def _by_role(self) -> dict[tuple[str, str], list[Track]]:
        found: dict[tuple[str, str], list[Track]] = {}
        for track in self._living:
            found.setdefault(role_of(track, self._process), []).append(track)
        return found

    def _stands(self, name: str) -> bool:
        """Whether all threads of a name stand still, some of them in front of a lock, and none ever did otherwise; looked at once.

        What holds them up has to be with one of their own, who waits for no lock and is inside what takes it; or all of one name stand
        in front of locks.  Numbered ones may be clients at a lock, one thread for each: the next one comes as a thread of its own.  They
        are all that there is where they were made together, numbered without a gap.
        """
        if name not in self._known:
            self._known[name] = _is_at_a_stand(name, self._by_name.get(name, []), self._process)
        return self._known[name]


def moving_brothers(processes: Sequence[Process]) -> frozenset[tuple[str, str]]:
    """What processes of one thread each were started for, where some move and no more than half stand: each serves what another might."""
    alike: dict[tuple[str, str], list[Track]] = {}
    for process in processes:
        if len(process.tracks) == 1:
            alike.setdefault(role_of(process.tracks[0], process), []).append(process.tracks[0])
    return frozenset(role for role, tracks in alike.items() if any(map(_was_seen_moving, tracks)) and _few_stand(tracks))


def _few_stand(tracks: Sequence[Track]) -> bool:
    return sum(track.progress == STUCK for track in tracks) * 2 <= len(tracks)


def _was_seen_moving(track: Track) -> bool:
    """Whether it was met in different places: one that runs where it was may be stopped there."""
    return track.progress == PROGRESSING and "P" in track.timeline


def _serves_all(track: Track, process: Process) -> bool:
    """Whether a thread stands still inside of an event loop: in something that the loop called."""
    return not process.rules.event_loops.isdisjoint(track.place.application[1:])


def _is_at_a_stand(name: str, alike: Sequence[Track], process: Process) -> bool:
    if name in NOT_GIVEN or len(alike) < _FEW or any(other.place.of_initial_thread or other.progress != STUCK for other in alike):
        return False
    locked = [other for other in alike if other.place.state == "lock"]
    if not locked or len({role_of(other, process) for other in alike}) > 1:
        return False
    if len(locked) == len(alike):
        return len({other.name for other in alike}) == 1
    takers = {function for place, _ in places_of(locked) for function in place.application[:-1] or (place.purpose,)}
    within = any(not takers.isdisjoint(other.place.application) for other in alike if other.place.state != "lock")
    one_name = len({other.name for other in alike}) == 1
    return within and (one_name or are_counted([number(other.name) for other in alike]))


def role_of(track: Track, process: Process) -> tuple[str, str]:
    """What threads that came the same way share: the stem of their names, and the outermost function that has a name of its own."""
    rules = process.rules
    passing = rules.glue | rules.starts
    path = reversed(track.place.application)
    return stem(track.name), next((name for name in path if not name.startswith(("??", *rules.start_globs)) and name not in passing), "")
