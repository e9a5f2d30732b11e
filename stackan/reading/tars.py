"""The members of a tar, in one pass forward over any stream, so that a `.tar.gz` is never held whole."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from typing import IO, TypeVar, cast

from stackan.reading.items import Item, Skipped
from stackan.reading.limits import Budget
from stackan.reading.names import is_hidden, member_name, shown
from stackan.reading.stream import CHUNK_BYTES, Slice, Stream
from stackan.reading.times import utc
from stackan.reading.trouble import Unreadable

T = TypeVar("T")

# What tarfile raises, or may, on headers made to hurt; besides its own errors.
_HEADER_ERRORS = (tarfile.TarError, ValueError, ArithmeticError, LookupError, EOFError, RecursionError)


def tar_members(stream: Stream, archive: Item, budget: Budget) -> Iterator[tuple[Item, Stream] | Skipped]:
    """Yield each file with a stream of its content, which ends when the next file is asked for.

    Folders and hidden files are left out; so are links, since what they point at is a member by itself or lies outside.
    Raises Unreadable when the archive is damaged, truncated or past a limit; what was yielded before stands.
    """
    tape = _Tape(stream, budget)
    tar = _carefully(stream, lambda: tarfile.TarFile(fileobj=cast("IO[bytes]", tape), encoding="utf-8", errors="surrogateescape"))
    count = 0
    while member := _carefully(stream, tar.next):
        count += 1
        budget.check_members(count)
        if member.isdir() or member.islnk() or member.issym() or is_hidden(member.name):
            continue
        item = archive.member(member_name(member.name), utc(member.mtime))
        if not member.isreg():
            yield Skipped(item.source, "not a regular file", False)
        elif member.issparse():
            yield item, Stream(_Sparse(tar, member, budget))
        else:
            tape.seek(member.offset_data)
            yield item, Stream(Slice(tape.read, member.size))
    _check_end(stream, tape)


def _carefully(stream: Stream, step: Callable[[], T]) -> T:
    """One step of tarfile. What it raises becomes Unreadable, with the stream's own fault where it has one."""
    try:
        return step()
    except _HEADER_ERRORS as error:
        raise Unreadable(stream.fault or f"damaged tar, the rest of it is not read: {shown(str(error))}") from error


def _check_end(stream: Stream, tape: _Tape) -> None:
    """tarfile ends in silence where it finds no header; only blocks of zeros up to the end are an orderly end."""
    header = tape.last_read
    while not header.strip(b"\0") and (more := tape.read(CHUNK_BYTES)):
        header = more
    if stream.fault:
        raise Unreadable(stream.fault)
    if not header:
        raise Unreadable("the tar has no end mark, so it may be truncated")
    if header.strip(b"\0"):
        raise Unreadable("damaged tar, the rest of it is not read: what should be a header is none")


class _Tape:
    """A stream in the shape of a file for tarfile, which only goes forward: so a `.tar.gz` is unpacked once.

    A header that points backwards, which sends tarfile round for ever (CVE-2025-8194), is an error.
    """

    def __init__(self, stream: Stream, budget: Budget) -> None:
        self.last_read = b""
        self._stream = stream
        self._budget = budget
        self._at = 0

    def tell(self) -> int:
        return self._at

    def seek(self, target: int) -> None:
        if target < self._at:
            raise tarfile.ReadError("a header points backwards")
        while self._at < target and self._advance(min(target - self._at, CHUNK_BYTES)):
            continue

    def read(self, size: int) -> bytes:
        """`size` bytes, fewer only at the end of the stream. Raises LimitHit if a header asks for too much."""
        self._budget.check_directory(size)
        data = b""
        while len(data) < size and (more := self._advance(size - len(data))):
            data += more
        self.last_read = data
        return data

    def _advance(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._at += len(data)
        return data


class _Sparse:
    """A member with holes, which tarfile fills with zeros: bytes out of nothing, so they count."""

    def __init__(self, tar: tarfile.TarFile, member: tarfile.TarInfo, budget: Budget) -> None:
        self.fault: str | None = None
        self._file = tar.extractfile(member)
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        try:
            data = self._file.read(size) if self._file else b""
        except _HEADER_ERRORS as error:
            self.fault = f"damaged sparse member: {shown(str(error))}"
            return b""
        self._budget.spend(len(data))
        return data
