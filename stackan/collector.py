"""Python's collector of cycles, while there are none to find."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Without Python's collector of cycles: it would go through all threads again and again, a quarter of the time, and find nothing.

    Objects that were made meanwhile count as young behind it. To have it count as old (`gc.freeze`, `gc.unfreeze`) saves the one look
    that it costs, but sets the collector's counts back to nothing: a caller's own cycles, and all that they hold, would stay.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
