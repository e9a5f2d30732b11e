"""The one descriptor that a thread polls, where its caller's locals print it.

    #0  0x… in __GI___poll (fds=0x7fc2f7819c58, nfds=1, timeout=-1) at ../sysdeps/unix/sysv/linux/poll.c:29
    #1  0x… in call_peer (number=2) at calls.cpp:64
            reply = {fd = 10, events = 1, revents = 0}

The address of what is polled is printed, that of the local is not: only where one is polled, and the caller has one such local, they
are taken for the same.  A poll with a time-out ends by itself.
"""

from __future__ import annotations

import re

from stackan.arguments import number_argument
from stackan.model.dump import Dump
from stackan.model.place import LOCALS, Awaited, StackMeaning

_POLLED = re.compile(rb"\{fd = (\d{1,9}), events = (\d{1,5}), revents = \d{1,5}\}")
_POLLOUT = 4  # poll(2)
_FOR_EVER = re.compile(rb"\btimeout=(?:timeout@entry=)?-1\b")


def find_polled(dump: Dump, thread: int, place: StackMeaning) -> Awaited | None:
    columns = dump.columns
    calls = (dump.arguments_in(thread, at) for at in range(place.wait_frames))
    if place.wait_frames >= columns.thread_frames[thread] or not any(
        number_argument(call, b"nfds") == 1 and _FOR_EVER.search(call) for call in calls
    ):
        return None
    caller = columns.thread_first[thread] + place.wait_frames
    last = place.wait_frames + 1 == columns.thread_frames[thread]
    start, stop = dump.frame_stop(caller), columns.thread_stop[thread] if last else dump.frame_start(caller + 1)
    found = list(_POLLED.finditer(dump.data, start, stop))
    if len(found) != 1:
        return None
    mode = "write" if int(found[0][2]) == _POLLOUT else "read"
    return Awaited("socket", None, None, (), mode, LOCALS, place.wait_frames, dump.line_number(found[0].start()), int(found[0][1]))
