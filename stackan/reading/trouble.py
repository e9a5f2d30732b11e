"""Why a stream cannot be read: raised inside `read`, which turns it into `Skipped` or `InputError`."""

from __future__ import annotations

from stackan.model.said import Said, said
from stackan.reading.names import shown


class Unreadable(Exception):
    """Nothing of an item can be read; `args[0]` is one short sentence without the item's name."""


class LimitHit(Unreadable):
    """A limit stopped the reading; its text names the limit and what lifts it."""


def why(error: OSError | ValueError) -> str:
    """The system's refusal of a path, as a sentence that says what to do."""
    if isinstance(error, FileNotFoundError):
        return said("no such file; check the path, or give the folder or the archive in which it lies")
    if isinstance(error, PermissionError):
        return said("permission denied; run as a user who may read it, or copy it")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said("cannot be read: {reason}", reason=reason)


def why_not(name: str, error: OSError | ValueError) -> str:
    """The system's refusal of a path that the caller names; a process id is one that people give in the place of a dump."""
    if isinstance(error, FileNotFoundError) and name.isascii() and name.isdigit() and len(name) <= 7:
        return said(
            "no such file; if it is a process id, `stackan collect --pid {pid} -o {pid}.tar.gz` takes its stacks; give that archive",
            pid=name,
        )
    return why(error)


def own_words(error: Exception) -> str:
    """A library's message about damaged data, safe to show; a message made by `said` is unchanged."""
    return error.args[0] if error.args and isinstance(error.args[0], Said) else shown(str(error))
