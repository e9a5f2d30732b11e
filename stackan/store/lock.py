"""One run at a time writes to a store.

In a folder the run holds a lock of the system's, which its workers inherit: as long as one of them lives, nobody else begins.  Workers on
other machines, and object stores, know no such lock: there the run that began last leaves its token, and whoever has another one stops.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from time import monotonic, sleep

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.store.place import Bucket, Folder, Place

_LOCK, _TOKEN = ".lock", ".run"
_PATIENCE = 5.0  # seconds in which workers of a killed run end


@contextlib.contextmanager
def locked(place: Folder) -> Iterator[int]:
    """Hold the store's lock; gives the descriptor that has it. Raises UsageError where another run does."""
    import fcntl

    os.makedirs(place.name, exist_ok=True)
    number = os.open(place.path(_LOCK), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        until = monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if monotonic() > until:
                    raise UsageError(
                        said("{path}: another run writes to this store; wait for its end, or give another --store", path=place.name)
                    ) from error
                sleep(0.05)
        yield number
    finally:
        os.close(number)


def leave_token(place: Place) -> str:
    """Take the store over."""
    token = uuid.uuid4().hex
    place.put(_TOKEN, token.encode())
    return token


def check_token(place: Place | Bucket, token: str) -> None:
    """Raise UsageError if another run has taken the store over."""
    try:
        found = place.read(_TOKEN).decode("ascii", "replace")
    except FileNotFoundError:
        found = ""
    if found != token:
        raise UsageError(said("{path}: another run has begun to write to this store, so this one ends", path=place.name))
