"""Where a store lies: a folder, or a URL that fsspec knows.

A file appears whole or not at all: in a folder it is written beside, synced and renamed; an object store has it when it has all of it.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from typing import Any, Protocol

from stackan.errors import StackanError, UsageError
from stackan.escapes import shorten
from stackan.model.said import said

ENDING = ".parquet"
_LONGEST = 160  # characters of the words of an error


class Place(Protocol):
    """Files by their path below the store, with `/`."""

    name: str  # as it was given
    is_local: bool

    def put(self, path: str, data: bytes) -> None: ...
    def read(self, path: str) -> bytes: ...
    def path(self, path: str) -> str: ...
    def files(self) -> Any: ...
    def remove(self, path: str) -> None: ...
    def list(self, table: str, beginning: str = "") -> list[str]: ...
    def has(self, path: str) -> bool: ...


def place_of(location: str) -> Folder | Bucket:
    """The place of a store. Raises UsageError where fsspec, or what it needs for this kind of URL, is missing."""
    if not is_text(location):  # Arrow opens no such path
        raise UsageError(said("{path}: the name of a store has to be UTF-8; give another --store", path=location))
    return Bucket(location) if is_url(location) else Folder(location)


def damaged(place: Place, path: str, error: Exception) -> UsageError:
    """What is to be raised where a file of a store cannot be made sense of."""
    return UsageError(
        said(
            "{path}: damaged ({reason}); put a copy of it back, or let `stackan batch` fill a new --store",
            path=f"{place.name.rstrip('/')}/{path}",
            reason=shorten(" ".join(str(error).split()), _LONGEST),
        )
    )


def is_text(given: str) -> bool:
    """Whether what was given on the command line is UTF-8: other bytes come as halves of surrogates."""
    return given.isascii() or given.encode("utf-8", "replace").decode() == given


def is_url(location: str) -> bool:
    """`s3://bucket/results`, `memory://results`; no Windows path."""
    scheme, sign, _ = location.partition("://")
    return bool(sign) and scheme.replace("+", "").isalnum() and len(scheme) > 1


class Folder:
    """A store in a folder of this machine, or of a file system that several machines share."""

    is_local = True

    def __init__(self, name: str) -> None:
        self.name = name

    def path(self, path: str) -> str:
        return os.path.join(self.name, *path.split("/"))

    def beside(self, path: str) -> str:
        """Where a table, or a file of it, lies after it was merged, for those who have listed it before."""
        return self.path(f".{path}")

    def files(self) -> None:
        """The file system of its paths, for Arrow: that of this machine."""

    def put(self, path: str, data: bytes) -> None:
        target = self.path(path)
        folder = os.path.dirname(target)
        os.makedirs(folder, exist_ok=True)
        beside = os.path.join(folder, f".{os.path.basename(target)}.{uuid.uuid4().hex[:8]}")
        try:
            with open(beside, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise
        sync(folder)

    def read(self, path: str) -> bytes:
        with open(self.path(path), "rb") as file:
            return file.read()

    def remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(path))

    def list(self, table: str, beginning: str = "") -> list[str]:
        """The paths of a table's files; of those whose names have this beginning."""
        try:
            names = os.listdir(self.path(table))
        except (FileNotFoundError, NotADirectoryError):
            return []
        found = sorted(name for name in names if name.startswith(beginning)) if beginning else sorted(names)
        return [f"{table}/{name}" for name in found if name.endswith(ENDING) and not name.startswith(".")]

    def has(self, path: str) -> bool:
        return os.path.exists(self.path(path))


def sync(folder: str) -> None:
    """Make sure that names in a folder outlive a crash of the machine."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class Bucket:
    """A store behind a URL."""

    is_local = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._files, self._root = file_system(name)

    def path(self, path: str) -> str:
        return f"{self._root.rstrip('/')}/{path}"

    def files(self) -> Any:
        """The file system of its paths, for Arrow: fsspec's."""
        return self._files

    def put(self, path: str, data: bytes) -> None:
        with _reached(self.name):
            self._files.pipe_file(self.path(path), data)

    def read(self, path: str) -> bytes:
        with _reached(self.name):
            found: bytes = self._files.cat_file(self.path(path))
        return found

    def remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError), _reached(self.name):
            self._files.rm_file(self.path(path))

    def list(self, table: str, beginning: str = "") -> list[str]:
        self._files.invalidate_cache()
        path = self.path(table)
        try:
            with _reached(self.name):  # by the beginning the server itself finds a few among millions
                found = self._files.glob(f"{path}/{beginning}*") if beginning else self._files.ls(path, detail=False)
        except FileNotFoundError:
            return []
        return [f"{table}/{name}" for name in sorted(str(each).rpartition("/")[2] for each in found) if name.endswith(ENDING)]

    def has(self, path: str) -> bool:
        self._files.invalidate_cache()
        with _reached(self.name):
            return bool(self._files.exists(self.path(path)))


class Held:
    """Files of a store that may only be read, in memory, for the one question that needs them."""

    is_local = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._held: dict[str, bytes] = {}

    def path(self, path: str) -> str:
        return path

    def files(self) -> None:
        """None that Arrow knows."""

    def put(self, path: str, data: bytes) -> None:
        self._held[path] = data

    def read(self, path: str) -> bytes:
        return self._held[path]

    def remove(self, path: str) -> None:
        self._held.pop(path, None)

    def list(self, table: str, beginning: str = "") -> list[str]:
        return sorted(path for path in self._held if path.startswith(f"{table}/{beginning}"))

    def has(self, path: str) -> bool:
        return path in self._held


@contextlib.contextmanager
def _reached(url: str) -> Iterator[None]:
    """One sentence for what an object store says, but of a file that is not there."""
    try:
        yield
    except (FileNotFoundError, StackanError, MemoryError):
        raise
    except Exception as error:  # each kind of object store has errors of its own
        reason = shorten(" ".join(f"{error}".split()) or type(error).__name__, _LONGEST)
        raise UsageError(
            said("{url}: cannot be reached ({reason}); check the URL, and the credentials in the environment", url=url, reason=reason)
        ) from error


def file_system(url: str) -> tuple[Any, str]:
    """fsspec's file system of a URL, and the path in it. Raises UsageError where something is missing for it."""
    try:
        import fsspec
    except ImportError as error:
        raise UsageError(said("{url}: to read URLs needs fsspec: pip install 'stackan[batch]'", url=url)) from error
    try:
        files, path = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(said("{url}: fsspec cannot open such a URL ({reason})", url=url, reason=error)) from error
    return files, path
