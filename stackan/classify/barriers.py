"""How many threads a barrier still waits for, from the locals of `bt full`.

    #2  ___pthread_barrier_wait (barrier=0x56384ef59120 <bar>) at ./nptl/pthread_barrier_wait.c:184
            bar = 0x56384ef59120 <bar>
            i = 2
            count = 3

`count` is how many it takes, `i` the place of this thread among all that ever came (glibc, nptl/pthread_barrier_wait.c, since 2.24).
"""

from __future__ import annotations

from stackan.model.dump import Dump
from stackan.model.place import StackMeaning

_FUNCTION = "pthread_barrier_wait"
_LONGEST = 4096  # bytes of locals that are looked at


def missing_behind(dump: Dump, thread: int, place: StackMeaning) -> int | None:
    """How many threads had yet to come when this one came to the barrier; None where the locals do not say."""
    at = next((at for at in range(place.wait_frames) if place.names[at] == _FUNCTION), None)
    if at is None:
        return None
    printed = _locals(dump, dump.columns.thread_first[thread] + at, dump.columns.thread_stop[thread])
    count, arrival = (_number(printed.get(name, b"")) for name in (b"count", b"i"))
    if not count or not arrival:
        return None
    return count - 1 - (arrival - 1) % count


def _locals(dump: Dump, frame: int, end: int) -> dict[bytes, bytes]:
    start = dump.frame_stop(frame)
    text = dump.data[start : min(end, start + _LONGEST)]
    found: dict[bytes, bytes] = {}
    for line in text.split(b"\n")[1:]:
        name, equals, value = line.strip().partition(b" = ")
        if not equals or name.startswith(b"#"):
            break
        found.setdefault(name, value)
    return found


def _number(text: bytes) -> int | None:
    return int(text) if text.isdigit() and len(text) <= 10 else None
