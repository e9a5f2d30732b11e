"""Why a stream cannot be read: raised below the door, and turned there into `Skipped` or `InputError`."""

from __future__ import annotations


class Unreadable(Exception):
    """Nothing of an item can be read; its text is one short sentence without the item's name."""


class LimitHit(Unreadable):
    """A limit stopped the reading; its text names the limit and what lifts it."""


def why(error: OSError | ValueError) -> str:
    """What the system says when it refuses a path, as a sentence that says what to do."""
    if isinstance(error, FileNotFoundError):
        return "no such file; check the path or give a folder or an archive that holds the dumps"
    if isinstance(error, PermissionError):
        return "permission denied; run as a user who may read it, or copy it"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {reason}"
