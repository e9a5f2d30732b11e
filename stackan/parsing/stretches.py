"""A text in stretches, each of which is searched for signs of a format: a dump may come behind any length of a log.

A format is known by signs that are close together.  So neighbors share their ends: a dump that is not larger than the shared part is
whole in one of them, and of a larger one each stretch shows enough.
"""

from __future__ import annotations

from collections.abc import Iterator

LOOK_AT = 1 << 20  # bytes of one stretch
_SHARED = 64 << 10


def stretches(data: bytes) -> Iterator[bytes]:
    """The text from its beginning to its end; each stretch begins with a line, unless lines are longer than what is shared."""
    return (data[start:stop] for start, stop in spans(data))


def spans(data: bytes, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where each stretch of what follows `start` begins and ends."""
    while True:
        stop = start + LOOK_AT
        yield start, stop
        if stop >= len(data):
            return
        start = data.rfind(b"\n", stop - 2 * _SHARED, stop - _SHARED) + 1 or stop - _SHARED
