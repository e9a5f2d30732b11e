"""What a caller can name: a file, a folder, a pipe, `-`."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from stackan.reading.expand import expand
from stackan.reading.items import Blob, Item, Skipped
from stackan.reading.limits import Budget
from stackan.reading.names import shown
from stackan.reading.stream import Stream
from stackan.reading.trouble import Unreadable, why

STANDARD_INPUT = "-"


def read_named(name: str, budget: Budget, stdin: BinaryIO | None) -> Iterator[Blob | Skipped]:
    """Yield what a path named by the caller holds. Raises Unreadable, and then has yielded nothing."""
    if name == STANDARD_INPUT:
        return expand(Stream(_Pipe(stdin or _standard_input(), budget)), Item(STANDARD_INPUT, named=True), budget)
    try:
        mode = os.stat(name).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise Unreadable(why(error)) from error
    if stat.S_ISDIR(mode):
        return _read_folder(name, budget)
    if stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return _read_file(name, budget, named=True)
    raise Unreadable("neither a file, a folder nor a pipe; give one of these")


def why_closed(name: str) -> str | None:
    """Why a path named by the caller cannot even be opened, as far as can be told without reading; None if it can."""
    if name == STANDARD_INPUT:
        return None
    try:
        os.stat(name)
    except (OSError, ValueError) as error:
        return why(error)
    return None if os.access(name, os.R_OK) else why(PermissionError())


def _read_file(path: str, budget: Budget, *, named: bool) -> Iterator[Blob | Skipped]:
    with _opened(path) as file:
        status = os.fstat(file.fileno())
        written = status.st_mtime if stat.S_ISREG(status.st_mode) else None
        yield from expand(_stream(file, budget), Item(shown(path), named, written=written), budget)


@contextmanager
def open_file(path: str, budget: Budget) -> Iterator[Stream]:
    """A file's stream, as long as the file is open. Raises Unreadable."""
    with _opened(path) as file:
        yield _stream(file, budget)


def _opened(path: str) -> io.FileIO:
    try:
        return open(path, "rb", buffering=0)
    except OSError as error:
        raise Unreadable(why(error)) from error


def _stream(file: io.FileIO, budget: Budget) -> Stream:
    return Stream(_Pipe(file, budget), _seekable(file))


def _seekable(file: io.FileIO) -> io.FileIO | None:
    """The file if it lies on disk with a size; pipes have none, nor has what is in /proc."""
    status = os.fstat(file.fileno())
    return file if stat.S_ISREG(status.st_mode) and status.st_size else None


def _read_folder(top: str, budget: Budget) -> Iterator[Blob | Skipped]:
    from stackan.reading.walk import Folder

    folder = Folder(top)
    for path, reason in folder.troubles:
        yield Skipped(shown(path), reason, False)
    for path in folder.files:
        try:
            yield from _read_file(path, budget, named=False)
        except Unreadable as trouble:
            yield Skipped(shown(path), str(trouble), False)
        if budget.spent:
            return
    if not folder.files and not folder.troubles:
        yield Skipped(shown(top), "a folder without files (hidden ones aside)", True)


def _standard_input() -> BinaryIO:
    stdin: BinaryIO | None = getattr(sys.stdin, "buffer", None)
    if stdin is None:
        raise Unreadable("there is no standard input; give a path")
    return stdin


class _Pipe:
    """Bytes from outside, as they come: an outermost file, with an account of its own."""

    def __init__(self, file: BinaryIO | io.FileIO, budget: Budget) -> None:
        self.fault: str | None = None
        self._file = file
        self._budget = budget
        budget.begin_file()

    def read(self, size: int, /) -> bytes:
        try:
            data = self._file.read(size) or b""
        except OSError as error:
            raise Unreadable(why(error)) from error
        self._budget.bring(len(data))
        return data
