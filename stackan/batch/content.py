"""The bytes of a case: read once to know them again, and opened for the analysis."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, BinaryIO

from stackan.errors import InputError
from stackan.model.said import said
from stackan.reading.trouble import Unreadable
from stackan.reading.visits import Visits
from stackan.reading.walk import Folder
from stackan.store.place import file_system, is_url

_PIECE = 1 << 20
_HELD = 64 << 20  # bytes of a remote file that are held in memory; what is larger goes to a temporary file


class Fetched:
    """A remote file, brought here; its name is its URL."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        self._file = file

    def read(self, size: int, /) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int) -> None:
        self._file.seek(offset)

    def tell(self) -> int:
        return self._file.tell()


@contextlib.contextmanager
def opened(inputs: Sequence[str]) -> Iterator[list[str | Fetched]]:
    """The inputs as `load` takes them: paths, and files from elsewhere. Raises InputError."""
    with contextlib.ExitStack() as stack:
        yield [_fetch(name, stack) if is_url(name) else name for name in inputs]


def _fetch(url: str, stack: contextlib.ExitStack) -> Fetched:
    held = stack.enter_context(tempfile.SpooledTemporaryFile(_HELD))  # noqa: SIM115
    files, path = file_system(url)
    try:
        with files.open(path, "rb") as file:
            shutil.copyfileobj(file, held, _PIECE)
    except Exception as error:  # each kind of object store has errors of its own
        raise InputError(said("{source}: cannot be read ({reason})", source=url, reason=error)) from error
    held.seek(0)
    return Fetched(url, held)


def digest(inputs: Sequence[str | Fetched], follow_links: bool = False) -> str:
    """SHA-256 of a file's bytes; of several files, or of what `load` finds in a folder, that of their names and sums.

    Raises InputError for an input that cannot be read; one of a folder's files that cannot be has no sum.
    """
    if len(inputs) == 1 and not (isinstance(inputs[0], str) and os.path.isdir(inputs[0])):
        return _digest_of(inputs[0])
    whole = hashlib.sha256()
    for given in inputs:
        if isinstance(given, str) and os.path.isdir(given):
            for path in _below(given, follow_links):
                whole.update(f"{os.path.relpath(path, given)}\0{_digest_in_folder(path)}\n".encode("utf-8", "surrogateescape"))
        else:
            name = given if isinstance(given, str) else given.name
            whole.update(f"{os.path.basename(name)}\0{_digest_of(given)}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _below(folder: str, follow_links: bool) -> list[str]:
    try:
        return Folder(folder, Visits([folder], follow_links)).files
    except Unreadable as error:
        raise InputError(said("{source}: {reason}", source=folder, reason=error.args[0])) from error


def _digest_in_folder(path: str) -> str:
    try:
        return _digest_of(path)
    except InputError:
        return "-"


def _digest_of(given: str | Fetched) -> str:
    try:
        if isinstance(given, str):
            with open(given, "rb") as file:
                return _sum(file)
        given.seek(0)
        found = _sum(given)
        given.seek(0)
        return found
    except OSError as error:
        name = given if isinstance(given, str) else given.name
        raise InputError(said("{source}: {reason}; check its rights", source=name, reason=error.strerror or str(error))) from error


def _sum(file: BinaryIO | Fetched) -> str:
    found = hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.hexdigest()
