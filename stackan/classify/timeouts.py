"""Waits that end at a time-out, by what their frames print.

    #1  __futex_abstimed_wait_common (…, abstime=abstime@entry=0x7f4cf770de80, …) at ./nptl/futex-internal.c:87

One function of glibc serves sem_wait and sem_timedwait, and gdb names their common inner part; `abstime=0x0` is a wait without end
(glibc, nptl/futex-internal.h).
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.arguments import FrameArguments
from stackan.backend import find
from stackan.model.dump import Dump
from stackan.model.place import StackMeaning

_WAITING = ("futex_abstimed_wait", "do_futex_wait")


class Timeouts:
    """Tells timed waits of one dump."""

    def __init__(self, dump: Dump, arguments: FrameArguments) -> None:
        self._arguments = arguments
        self._printed = find(dump.data, b"abstime=", *dump.text_range) >= 0

    def may_print(self, place: StackMeaning) -> tuple[int, ...]:
        """The frames of a place's wait that may print the time at which it ends."""
        if not self._printed or place.timed:
            return ()
        return tuple(at for at in range(place.wait_frames) if place.names[at].startswith(_WAITING))

    def among(self, threads: Sequence[int], frames: Sequence[int]) -> list[int]:
        """Those of the threads of which one of these frames prints the time at which the wait ends."""
        printed = zip(*(self._arguments.addresses(threads, at, b"abstime") for at in frames))
        return [thread for thread, found in zip(threads, printed) if any(time is not None for time in found)]
