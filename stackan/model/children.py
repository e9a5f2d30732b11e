"""Threads that wait for the end of one process, as the call's argument names it.

#0  __GI___wait4 (pid=4250, stat_loc=0x7ffe, options=0, usage=0x0) at ../sysdeps/unix/sysv/linux/wait4.c:30
"""

from collections.abc import Iterable

from stackan.model.arguments import number_argument
from stackan.model.process import Process
from stackan.model.track import Track


class Children:
    """The processes of a case by their PIDs."""

    def __init__(self, processes: Iterable[Process]) -> None:
        self._by_pid: dict[int | None, list[Process]] = {}
        for process in processes:
            self._by_pid.setdefault(process.pid, []).append(process)

    def of(self, track: Track, parent: Process) -> Process | None:
        """The process that a thread waits for; None where the case does not have it, or has several of that number."""
        if track.place.kind != "process" or len(self._by_pid) < 2:
            return None
        pid = _child_of(track)
        found = self._by_pid.get(pid, []) if pid is not None else []
        alone = len(found) == 1 and found[0] is not parent and found[0].inputs.host == parent.inputs.host
        return found[0] if alone else None


def _child_of(track: Track) -> int | None:
    """The PID that the call waits for; None where it is any child, or one of a group (-1, 0, -pid)."""
    sighting = track.newest
    if sighting.awaited is not None and sighting.awaited.home:
        return sighting.awaited.home  # as it was read from the live process
    for at in range(track.place.wait_frames):
        text = sighting.dump.arguments_in(sighting.thread, at)
        pid = number_argument(text, b"pid")
        if pid is None and b"P_PID" in text:
            pid = number_argument(text, b"id")  # waitid (idtype=P_PID, id=4250, …)
        if pid:
            return pid
    return None
