"""The members of a tar, in one pass forward over any stream, so that a `.tar.gz` is never held whole."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from typing import IO, TypeVar, cast

from stackan.model.said import said
from stackan.reading.items import Item, Skipped
from stackan.reading.limits import Budget
from stackan.reading.names import is_hidden, member_name
from stackan.reading.sparse import Sparse
from stackan.reading.stream import CHUNK_BYTES, Slice, Stream
from stackan.reading.tape import CheckedInfo, Tape
from stackan.reading.times import utc
from stackan.reading.trouble import Unreadable, own_words

T = TypeVar("T")

# Errors that tarfile raises, or may, on headers made to hurt; besides its own.
_HEADER_ERRORS = (tarfile.TarError, ValueError, ArithmeticError, LookupError, EOFError, RecursionError)


def tar_members(stream: Stream, archive: Item, budget: Budget) -> Iterator[tuple[Item, Stream] | Skipped]:
    """Yield each file with a stream of its content, which ends when the next file is asked for.

    Folders and hidden files are left out; so are links, since what they point at is a member by itself or lies outside.
    Raises Unreadable when the archive is damaged, truncated or past a limit; what was yielded before remains.
    """
    tape = Tape(stream, budget)
    tar = _carefully(stream, lambda: _open(tape))
    count = 0
    while member := _carefully(stream, tar.next):
        count += 1
        budget.check_members(count)
        tar.members.clear()  # type: ignore[attr-defined]  # kept for callers that ask for a member by its name
        tape.end_header()
        if member.isdir() or member.islnk() or member.issym() or is_hidden(member.name):
            continue
        item = archive.member(member_name(member.name), utc(member.mtime))
        if not member.isreg():
            yield Skipped(item.source, said("not a regular file"), False)
            continue
        tape.seek(member.offset_data)
        if member.issparse():
            yield item, Stream(Sparse(tape.content, cast("list[tuple[int, int]]", member.sparse), member.size, budget))
        else:
            yield item, Stream(Slice(tape.content, member.size))
    _check_end(stream, tape)


def _open(tape: Tape) -> tarfile.TarFile:
    return tarfile.TarFile(fileobj=cast("IO[bytes]", tape), tarinfo=CheckedInfo, encoding="utf-8", errors="surrogateescape")


def _carefully(stream: Stream, step: Callable[[], T]) -> T:
    """One step of tarfile. Its errors become Unreadable, with the stream's own fault where it has one."""
    try:
        return step()
    except _HEADER_ERRORS as error:
        raise Unreadable(
            stream.fault or said("damaged tar, the rest of it is not read: {reason}", reason=own_words(error)),
        ) from error


def _check_end(stream: Stream, tape: Tape) -> None:
    """tarfile ends in silence where it finds no header; only blocks of zeros up to the end are an orderly end."""
    header = tape.last_read
    while not header.strip(b"\0") and (more := tape.content(CHUNK_BYTES)):
        header = more
    if stream.fault:
        raise Unreadable(stream.fault)
    if not header:
        raise Unreadable(said("the tar has no end mark, so it may be truncated"))
    if header.strip(b"\0"):
        raise Unreadable(said("damaged tar, the rest of it is not read: {reason}", reason=said("what should be a header is none")))
