"""The inputs that a caller can name: a file, a folder, a pipe, `-`."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import BinaryIO

from stackan.model.said import said, said_of
from stackan.reading.expand import Found, expand
from stackan.reading.given import Given, Opened
from stackan.reading.items import Item, Skipped
from stackan.reading.limits import Budget
from stackan.reading.names import shown
from stackan.reading.stream import Stream
from stackan.reading.trouble import Unreadable, why, why_not
from stackan.reading.visits import Visits
from stackan.reading.wanted import file_of, split_member, wanted_in

STANDARD_INPUT = "-"

# A named pipe without a writer opens at once so, and a file of /proc that would be waited for says so.
_AT_ONCE: int = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_PATIENCE = 2  # seconds in which somebody has to begin to write into a named pipe


def read_named(name: str | Given, budget: Budget, stdin: BinaryIO | None, visits: Visits) -> Iterator[Found]:
    """Yield what a path named by the caller holds. Raises Unreadable, and then has yielded nothing."""
    if isinstance(name, Given):
        return _read_opened(name.file, Opened(name.file), shown(name.source), budget, visits)
    if name == STANDARD_INPUT:
        return _read_standard_input(stdin or _standard_input(), budget, visits)
    try:
        mode = os.stat(name).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        member = split_member(name)
        if member is not None:
            return _read_member(*member, name, budget, visits)
        raise Unreadable(why_not(name, error)) from error
    if stat.S_ISDIR(mode):
        return _read_folder(name, budget, visits)
    if stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return _read_file(name, budget, visits, named=True)
    raise Unreadable(said("neither a file, a folder nor a pipe; give one of these"))


def why_closed(name: str) -> str | None:
    """Why a path named by the caller cannot even be opened, if that shows without reading; None if it can."""
    if name == STANDARD_INPUT:
        return None
    file = file_of(name)
    try:
        os.stat(file)
    except (OSError, ValueError) as error:
        return why_not(name, error)
    return None if os.access(file, os.R_OK) else why(PermissionError())


def _read_file(path: str, budget: Budget, visits: Visits, *, named: bool) -> Iterator[Found]:
    with _opened(path) as file:
        status = os.fstat(file.fileno())
        regular = stat.S_ISREG(status.st_mode)
        if not (regular or named):
            raise Unreadable(said("not a regular file"))
        if regular and not visits.is_first(status, shown(path)):
            return
        with budget.watch.reading(shown(path), file) if budget.watch is not None else nullcontext():
            yield from expand(_stream(file, budget), Item(shown(path), named, written=status.st_mtime if regular else None), budget)


def _read_member(path: str, member: str, name: str, budget: Budget, visits: Visits) -> Iterator[Found]:
    """What one member of an archive holds, or one folder or archive in it."""
    wanted, found = wanted_in(path, member), False
    with _opened(path) as file:
        if not visits.is_first_member(os.fstat(file.fileno()), member, shown(name)):
            return
        for item in expand(_stream(file, budget), Item(shown(path), False, wanted=wanted), budget):
            found = True
            yield item
    if not found:
        raise wanted.tell_missing()


def _read_standard_input(stdin: BinaryIO, budget: Budget, visits: Visits) -> Iterator[Found]:
    content = _Terminal(stdin) if stdin.isatty() else stdin
    return _read_opened(stdin, content, STANDARD_INPUT, budget, visits)


def _read_opened(file: object, content: BinaryIO | Opened | _Terminal, source: str, budget: Budget, visits: Visits) -> Iterator[Found]:
    """What an open file holds, of which nothing is known but what the system says of it."""
    status = _status(file)
    regular = status is not None and stat.S_ISREG(status.st_mode)
    if status is None or not regular or visits.is_first(status, source):
        written = status.st_mtime if status is not None and regular and source != STANDARD_INPUT else None
        yield from expand(Stream(_Pipe(content, budget)), Item(source, named=True, written=written), budget)


def _status(file: object) -> os.stat_result | None:
    try:
        return os.fstat(file.fileno())  # type: ignore[attr-defined]
    except (OSError, ValueError, AttributeError, TypeError):  # bytes in place of a file have no number
        return None


@contextmanager
def open_file(path: str, budget: Budget) -> Iterator[Stream]:
    """A file's stream, as long as the file is open. Raises Unreadable."""
    with _opened(path) as file:
        yield _stream(file, budget)


def _opened(path: str) -> io.FileIO:
    try:
        file = _open_at_once(path)
    except (OSError, ValueError) as error:
        raise Unreadable(why(error)) from error
    _settle(file)
    return file


def _open_at_once(path: str) -> io.FileIO:
    return open(path, "rb", buffering=0, opener=lambda path, flags: os.open(path, flags | _AT_ONCE))


def _settle(file: io.FileIO) -> None:
    """Let reads wait for pipes and terminals, but for a pipe only if somebody writes into it; other files to wait for are no dumps."""
    is_pipe = stat.S_ISFIFO(os.fstat(file.fileno()).st_mode)
    if is_pipe:
        import select

        select.select([file], [], [], _PATIENCE)
    if is_pipe or file.isatty():
        os.set_blocking(file.fileno(), True)


def _stream(file: io.FileIO, budget: Budget) -> Stream:
    return Stream(_Pipe(file, budget), _seekable(file))


def _seekable(file: io.FileIO) -> io.FileIO | None:
    """The file if it lies on disk with a size; pipes have none, nor has what is in /proc."""
    status = os.fstat(file.fileno())
    return file if stat.S_ISREG(status.st_mode) and status.st_size else None


def _read_folder(top: str, budget: Budget, visits: Visits) -> Iterator[Found]:
    from stackan.reading.walk import Folder

    folder = Folder(top, visits)
    for path, reason in folder.troubles:
        yield Skipped(shown(path), reason, False)
    if folder.left_out:
        yield Skipped(shown(folder.left_out[0]), _say_left_out(len(folder.left_out)), False)
    for path in folder.files:
        try:
            yield from _read_file(path, budget, visits, named=False)
        except Unreadable as trouble:
            yield Skipped(shown(path), trouble.args[0], False)
        if budget.spent:
            return
    if not (folder.files or folder.troubles or folder.left_out):
        yield Skipped(shown(top), said("a folder without files (hidden ones aside); give one with dumps, or the files themselves"), True)


def _say_left_out(number: int) -> str:
    if number == 1:
        return said("a link that leads out of the folder, so it is not followed; give what it leads to, or --follow-links")
    return said_of(
        number - 1,
        "a link that leads out of the folder, so it is not followed, as is {count} more link; give what it leads to, or --follow-links",
        "a link that leads out of the folder, so it is not followed, as are {count} more links; give what it leads to, or --follow-links",
    )


def _standard_input() -> BinaryIO:
    stdin: BinaryIO | None = getattr(sys.stdin, "buffer", None)
    if stdin is None:
        raise Unreadable(said("there is no standard input; give a path"))
    return stdin


class _Terminal:
    """A terminal, on which Ctrl-D ends the text: whoever read on would want another one."""

    def __init__(self, file: BinaryIO) -> None:
        self._number = file.fileno()
        self._ended = False

    def read(self, size: int, /) -> bytes:
        data = b"" if self._ended else os.read(self._number, size)
        self._ended = not data
        return data


class _Pipe:
    """Bytes from outside, as they come: an outermost file, with an account of its own."""

    def __init__(self, file: BinaryIO | io.FileIO | Opened | _Terminal, budget: Budget) -> None:
        self.fault: str | None = None
        self._file = file
        self._budget = budget
        budget.begin_file()

    def read(self, size: int, /) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as error:
            raise Unreadable(why(error)) from error
        if data is None:
            raise Unreadable(said("it gives nothing without being waited for; give a file that holds a dump"))
        self._budget.bring(len(data))
        return data
