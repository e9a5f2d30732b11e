"""The file that a result goes to: the old one stays there until the new one is whole."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import IO, Any


@contextlib.contextmanager
def replacing(path: str, mode: str) -> Iterator[IO[Any]]:
    """A file, opened as "w" or "wb", whose content replaces the file that `path` names when it is whole.

    If that fails, or is interrupted, the old file stays as it was and nothing else is left.  It keeps its rights, and a link leads to the
    new one as it did to the old one.  A target that a new file cannot replace is written in place.
    Raises OSError.
    """
    if not _can_be_replaced(path):
        with _open(path, mode) as file:
            yield file
        return
    target = os.path.realpath(path)
    beside = os.path.join(os.path.dirname(target), f".stackan-{os.urandom(8).hex()}.part")  # hidden: no later run reads it
    try:
        with _open(beside, f"x{mode[1:]}") as file:
            with contextlib.suppress(FileNotFoundError):
                os.chmod(beside, stat.S_IMODE(os.stat(target).st_mode))
            yield file
        os.replace(beside, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        if isinstance(error, OSError) and error.filename == beside:
            error.filename = path  # the name that the user knows
        raise


def _open(path: str, mode: str) -> IO[Any]:
    return open(path, mode, encoding=None if "b" in mode else "utf-8")


def _can_be_replaced(path: str) -> bool:
    """Whether a new file can take the place of what a path names, without anybody noticing but by its content.

    It can for a file that is not there yet, and for one of the user's own that has no second name; not for devices and pipes, or in a
    folder that takes no new file.
    """
    target = os.path.realpath(path)
    if not os.path.basename(path) or not os.access(os.path.dirname(target), os.W_OK | os.X_OK):
        return False
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return True
    own = status.st_uid == os.geteuid() and status.st_nlink == 1 and os.access(target, os.W_OK)
    return own and stat.S_ISREG(status.st_mode)
