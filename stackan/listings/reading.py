"""A text → the listing in it, if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackan.model.listing import Listing

_MARKS = (b"WAIT_FOR_ID", b"THRD_ID", b"JOBID", b"LATCH_WAIT", b"PTHREAD_ID", b"BLOCK_SESSIONID")
_LOOKED_AT = 64 * 1024  # bytes at the beginning, within which a listing names its columns
_MOST_BYTES = 16 * 1024 * 1024


def read_listing(data: bytes, source: str) -> Listing | None:
    """The sessions, waits and jobs that a text lists; None if it lists none."""
    beginning = data[:_LOOKED_AT].upper()
    if len(data) > _MOST_BYTES or not any(mark in beginning for mark in _MARKS):
        return None
    from stackan.listings.views import read_views  # hardly any text beside the dumps is a listing

    return read_views(data, source)
