"""Whether threads that stand still are all that a process has for what they do, though no frame makes them a pool.

An event loop serves with one thread: while that one waits for a command, a lock or a disk, nobody is served.  Where most of the
threads that came the same way ask somebody who does not answer, and none of them moves, the others will ask next:

    system ← lua_resume ← … ← run_poll_loop ← main
    recv ← fetch_reply ← get_page ← serve          nine of ten threads `serve`; the tenth waits for a request
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.place import ASKS, AT_WORK
from stackan.model.process import Process
from stackan.model.stem import are_counted, number, stem
from stackan.model.track import APPEARED, PROGRESSING, SPINNING, STUCK, VANISHED, Track

_ANY = ("", "Thread")  # what run-times call threads that the program gave no name
_FEW = 2  # threads of one kind from which on their number says something


def stops_a_role(process: Process, tracks: Sequence[Track], held: bool = False) -> str:
    """The name of the fact that says what nobody is left to do, "" where somebody may be.

    `held`: it is shown who holds what these wait for, and that thread, or the one for which it waits, is the one to tell of.
    """
    if any(_serves_all(track, process) for track in tracks):
        return "event-loop-stands"
    if not held and any(_is_of_a_name_at_a_stand(track, process) for track in tracks):
        return "all-of-their-name"
    if len(tracks) < _FEW or any(track.place.reason not in (ASKS, AT_WORK) for track in tracks):
        return ""
    roles = {_role(track, process) for track in tracks}
    alike = [track for track in process.tracks if track.progress != VANISHED and _role(track, process) in roles]
    moves = any(track.progress in (PROGRESSING, SPINNING, APPEARED) for track in alike)
    return "most-of-their-kind" if not moves and len(tracks) * 2 >= len(alike) else ""


def _serves_all(track: Track, process: Process) -> bool:
    """Whether a thread stands still inside of an event loop: in something that the loop called."""
    return not process.rules.event_loops.isdisjoint(track.place.application[1:])


def _is_of_a_name_at_a_stand(track: Track, process: Process) -> bool:
    """Whether all threads that have the name of this one stand still, some of them in front of a lock, and none ever did otherwise.

    Numbered ones may be clients at a lock, one thread for each: the next one comes as a thread of its own.  They are all that there is
    where they were made together, numbered without a gap, and what holds them up is with one of them, who waits for no lock.
    """
    name = stem(track.name)
    alike = [other for other in process.tracks if other.progress != VANISHED and stem(other.name) == name]
    if name in _ANY or len(alike) < _FEW or any(other.place.of_initial_thread or other.progress != STUCK for other in alike):
        return False
    locked = sum(other.place.state == "lock" for other in alike)
    if len({other.name for other in alike}) == 1:
        return locked > 0
    return 0 < locked < len(alike) and are_counted([number(other.name) for other in alike])


def _role(track: Track, process: Process) -> tuple[str, str]:
    """What threads that came the same way share: the stem of their names, and the outermost function that has a name of its own."""
    rules = process.rules
    passing = rules.glue | rules.starts
    path = reversed(track.place.application)
    return stem(track.name), next((name for name in path if not name.startswith(("??", *rules.start_globs)) and name not in passing), "")
