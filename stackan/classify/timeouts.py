"""Waits that end at a time-out, by what their frames print.

    #1  __futex_abstimed_wait_common (…, abstime=abstime@entry=0x7f4cf770de80, …) at ./nptl/futex-internal.c:87

One function of glibc serves sem_wait and sem_timedwait, and gdb names their common inner part; `abstime=0x0` is a wait without end
(glibc, nptl/futex-internal.h).
"""

from __future__ import annotations

from stackan.model.arguments import address_argument
from stackan.model.dump import Dump
from stackan.model.place import StackMeaning

_WAITING = ("futex_abstimed_wait", "do_futex_wait")


class Timeouts:
    """Tells timed waits of one dump."""

    def __init__(self, dump: Dump) -> None:
        self._dump = dump
        self._printed = dump.data.find(b"abstime=", *dump.text_range) >= 0
        self._frames: dict[int, tuple[StackMeaning, list[int]]] = {}  # by the id of the place, which it keeps: those that may print it

    def ends(self, thread: int, place: StackMeaning) -> bool:
        """Whether the frames of a wait print the time at which it ends."""
        if not self._printed or place.timed or not place.wait_frames:
            return False
        if id(place) not in self._frames:
            self._frames[id(place)] = (place, [at for at in range(place.wait_frames) if place.names[at].startswith(_WAITING)])
        _, frames = self._frames[id(place)]
        return bool(frames) and any(address_argument(self._dump.arguments_in(thread, at), b"abstime") is not None for at in frames)
