"""Results of tasks that nobody is left to bring.

A future is set by some thread of its own process.  Where each of these waits for what another one has to give, and the others only take
connections or keep time, which makes tasks and ends none, no result can come any more:

    future::get ← quote_price ← _Async_state_impl::_M_run      needs what count_stock would promise
    future::get ← count_stock ← _Async_state_impl::_M_run      needs what quote_price would promise
    pthread_join ← _M_complete_async ← main

Where a thread stands before a lock, in input or in output, that is the trouble to look at; whoever is parked may be free for a task.
"""

from __future__ import annotations

from stackan.model.process import Process
from stackan.model.track import IDLE, STUCK, Track

_INSIDE = frozenset(("condition", "latch", "barrier", "future", "thread"))  # what only a thread of the process gives
_MAKE_TASKS = frozenset(("acceptor", "listener", "timer", "background"))  # roles of threads that bring no result


def is_nobody_left(process: Process) -> bool:
    """Whether no thread of a process, in all of at least two whole dumps, can bring the result of a task."""
    return process.whole and len(process.dumps) > 1 and not any(_may_bring(track, len(process.dumps)) for track in process.tracks)


def _may_bring(track: Track, snapshots: int) -> bool:
    place = track.place
    if len(track.sightings) < snapshots or track.newest.dump.traits.language != "native":
        return True
    if track.progress == IDLE:
        return place.role not in _MAKE_TASKS
    return track.progress != STUCK or place.timed or place.kind not in _INSIDE
