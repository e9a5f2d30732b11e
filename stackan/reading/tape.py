"""A tar as tarfile gets to read it: forward only, and only headers that cannot hurt it."""

from __future__ import annotations

import re
import tarfile
from typing import cast

from stackan.model.said import said
from stackan.reading.limits import KIB, Budget
from stackan.reading.stream import CHUNK_BYTES, Stream

_PAX = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
_EXTENSIONS = (*_PAX, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)

_USUAL_BYTES = 4 * KIB  # that a header takes with a long name and a long link

# How many headers may extend one member's, one after the other: tarfile calls itself for each. Programs write up to three.
_MOST_EXTENSIONS = 100

# Headers that hold for all members are looked through for each of them. git writes 52 bytes of them, other programs none.
_GLOBAL_BYTES = 4 * KIB

# A pax record (POSIX, pax, "Extended Header"): "30 mtime=1717747750.123456789\n"; the number is the length of the whole record.
_LENGTH = re.compile(rb"([0-9]{1,7}) ")

# tarfile before Python 3.13 looks for a number before a word at each digit of a row of digits, whatever record it is in
# (CVE-2024-6232). Times and sizes have no more than 30, a name of nothing but digits has few.
_MANY_DIGITS = re.compile(rb"[0-9]{100}")


class Tape:
    """A stream in the shape of a file for tarfile, which only goes forward: so a `.tar.gz` is unpacked once.

    A header that points backwards, which sends tarfile round for ever (CVE-2025-8194), is an error.
    """

    def __init__(self, stream: Stream, budget: Budget) -> None:
        self.last_read = b""
        self._stream = stream
        self._budget = budget
        self._at = 0
        self._header = 0  # bytes that were read for the member's header so far
        self._extensions = 0  # of that header so far
        self._directory = 0  # bytes of all extensions of headers so far, and of all maps of holes
        self._globals = 0  # of these, bytes that hold for all members

    def tell(self) -> int:
        return self._at

    def seek(self, target: int) -> None:
        if target < self._at:
            raise tarfile.ReadError(said("a header points backwards"))
        while self._at < target and self._advance(min(target - self._at, CHUNK_BYTES)):
            continue

    def read(self, size: int) -> bytes:
        """Part of a header; fewer than `size` bytes only at the end of the stream. Raises LimitHit if it asks for too much."""
        self._header += size
        self._budget.check_member_directory(self._header)
        data = b""
        while len(data) < size and (more := self._advance(size - len(data))):
            data += more
        self.last_read = data
        return data

    def end_header(self) -> None:
        """All of a member's header was read, and its map of holes. Raises LimitHit if these are too large over all members."""
        self._count_directory(max(0, self._header - _USUAL_BYTES))
        self._header = self._extensions = 0

    def content(self, size: int) -> bytes:
        """Some of the next `size` bytes, none at the end of the stream."""
        data = self._advance(size)
        self.last_read = data
        return data

    def check_extension(self, kind: bytes, size: int) -> None:
        """The next block extends a header. Raises LimitHit or ReadError if tarfile would take too long for it."""
        self._extensions += 1
        if self._extensions > _MOST_EXTENSIONS:
            raise tarfile.ReadError(said("more than {count} headers in a row that extend the next one", count=_MOST_EXTENSIONS))
        self._budget.check_member_directory(size)
        self._count_directory(min(size, _USUAL_BYTES))  # the rest counts where the header ends
        if kind in _PAX:
            _check_records(self._stream.peek(size + -size % tarfile.BLOCKSIZE))
        if kind == tarfile.XGLTYPE:
            self._globals += size
            if self._globals > _GLOBAL_BYTES:
                raise tarfile.ReadError(said("too much that holds for all members"))

    def _count_directory(self, size: int) -> None:
        self._directory += size
        self._budget.check_directory(self._directory)

    def _advance(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._at += len(data)
        return data


class CheckedInfo(tarfile.TarInfo):
    """A header of which the extensions are looked at before tarfile reads them."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        # Since Python 2.6 the one place that every header comes through; tarfile says that subclasses may override it.
        if self.type in _EXTENSIONS:
            cast(Tape, tar.fileobj).check_extension(self.type, self.size)
        checked: tarfile.TarInfo = super()._proc_member(tar)  # type: ignore[misc]
        return checked


def _check_records(body: bytes) -> None:
    """Raises ReadError unless there are pax records and nothing else. `body` is whole blocks, filled up with NULs."""
    if _MANY_DIGITS.search(body):
        raise tarfile.ReadError(said("a pax header with a number that is none"))
    at = 0
    while at < len(body) and body[at]:
        length = _LENGTH.match(body, at)
        end = at + int(length[1]) if length else 0
        if not length or body[end - 1 : end] != b"\n" or body.find(b"=", length.end(), end) <= length.end():
            raise tarfile.ReadError(said("a pax header that is no list of records"))
        at = end
