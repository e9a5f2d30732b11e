"""Python's collector of cycles, while there are none to find."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Without Python's collector of cycles: it would go through all threads again and again, a third of the time, and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()  # and back at once: what was made meanwhile counts as old, and is not gone through right now either
                gc.unfreeze()
            gc.enable()
