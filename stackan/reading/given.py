"""Inputs that are no paths: bytes, and files that the caller has opened."""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Callable
from typing import Any, Protocol, Union

from stackan.errors import UsageError
from stackan.model.brief import brief
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.reading.trouble import Unreadable, why


class Readable(Protocol):
    """A file that is open for reading, of bytes or of text."""

    def read(self, size: int, /) -> bytes | str: ...


@brief
class Given(NamedTuple):
    """An input with its bytes: `source` is its name in reports."""

    source: str
    file: Readable

    def place(self) -> Callable[[], object]:
        """A way back to where the file stands. Raises UsageError where there is none."""
        file: Any = self.file
        try:
            return functools.partial(file.seek, file.tell())
        except (OSError, ValueError, AttributeError) as error:
            raise UsageError(
                said("{source}: redaction reads its inputs twice, and this one can be read once; give a file", source=self.source)
            ) from error


Input = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, Readable]


def given_of(given: Input, number: int | None = None) -> str | Given:
    """A path as it is; bytes and files with a name, `number` in what they were given in, where they have none of their own.

    Raises UsageError for anything else.
    """
    if isinstance(given, str):
        if "\n" in given and not os.path.exists(given):
            raise UsageError(said("a str is the path of a file, and this one has several lines; give a text as bytes: text.encode()"))
        return given
    if isinstance(given, os.PathLike):
        return os.fsdecode(given)
    if isinstance(given, (bytes, bytearray, memoryview)):
        return Given("-" if number is None else f"bytes {number}", io.BytesIO(given))
    if callable(getattr(given, "read", None)):
        name = getattr(given, "name", None)  # a number where only a descriptor was opened
        return Given(name if isinstance(name, str) and name else "-" if number is None else f"file {number}", given)
    raise UsageError(said("give paths, bytes, open files or dumps, not {type}", type=type(given).__name__))


def source_of(given: str | Given) -> str:
    return given if isinstance(given, str) else given.source


class Opened:
    """The bytes of a file that the caller has opened, from where it stands; a text is taken as UTF-8."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._begun = False

    def read(self, size: int, /) -> bytes:
        try:
            data = self._file.read(size)
        except (OSError, ValueError) as error:  # ValueError: it is closed, or in another encoding than it was opened with
            raise Unreadable(why(error)) from error
        if data is None:
            raise Unreadable(said("it gives nothing without being waited for; give a file that holds a dump"))
        if not data and not self._begun and _was_read(self._file):
            raise Unreadable(said("it was read to its end before; go back to its beginning: file.seek(0)"))
        self._begun = True
        return data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data


def _was_read(file: object) -> bool:
    try:
        return bool(file.tell())  # type: ignore[attr-defined]
    except (OSError, ValueError, AttributeError):
        return False
