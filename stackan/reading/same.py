"""Whether a file is one of those that are read, under whatever name."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator

from stackan.reading.sources import STANDARD_INPUT
from stackan.reading.trouble import Unreadable
from stackan.reading.visits import Visits
from stackan.reading.wanted import file_of


def find_same(path: str, inputs: Iterable[str]) -> str | None:
    """The name under which `read` meets the file at `path`: as an input, inside a folder, or through a link; None if it doesn't.

    Only files on disk are looked for: a device or a pipe holds nothing that could be overwritten.
    """
    target = _identity(path)
    if target is None:
        return None
    return next((name for name in _met(inputs) if _identity(name) == target), None)


def _met(inputs: Iterable[str]) -> Iterator[str]:
    for name in inputs:
        if os.path.isdir(name):
            from stackan.reading.walk import Folder

            with contextlib.suppress(Unreadable):
                yield from Folder(name, Visits([name], follow_links=True)).files
        else:
            yield file_of(name)


def _identity(name: str) -> tuple[int, int] | None:
    """Device and inode of a file on disk."""
    try:
        status = os.fstat(0) if name == STANDARD_INPUT else os.stat(name)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
