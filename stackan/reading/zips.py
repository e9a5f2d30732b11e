"""The members of a zip: zipfile reads the directory, the codecs of this package the content.

zipfile's own reading of a member has no bound for bzip2 and LZMA: 4 KiB of them can become gigabytes in one call.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO, FileIO
from itertools import pairwise
from typing import IO, cast

from stackan.model.said import said, said_of
from stackan.reading.compressed import Unpacked
from stackan.reading.decoders import DEFLATE, LZMA_ALONE, codec, crc32_function
from stackan.reading.items import Item, Skipped
from stackan.reading.limits import Budget
from stackan.reading.magic import BZIP2, XZ, ZSTD
from stackan.reading.names import is_hidden, member_name, natural_path_key
from stackan.reading.stream import Producer, Slice, Stream, take
from stackan.reading.times import utc
from stackan.reading.trouble import Unreadable, own_words

# Errors that zipfile raises, or may, on directories made to hurt.
_DIRECTORY_ERRORS = (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, ArithmeticError, LookupError, EOFError, OSError)

_ENCRYPTED, _HAS_END_MARK, _UTF_8 = 0x1, 0x2, 0x800  # general purpose flags (APPNOTE 4.4.4)
_STORED, _LZMA = 0, 14  # compression methods (APPNOTE 4.4.5)
_CODECS = {8: DEFLATE, 12: BZIP2, 93: ZSTD, 95: XZ}
_NOT_READ = {9: "9 (Deflate64)", 98: "98 (PPMd)"}

_LOCAL_SIGNATURE = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<26xHH")  # the lengths of the name and of the extra field (APPNOTE 4.3.7)

_SECONDS_1601_TO_1970 = 11_644_473_600


def zip_members(stream: Stream, archive: Item, budget: Budget) -> Iterator[tuple[Item, Stream] | Skipped]:
    """Yield each file with a stream of its content, in natural order of their names.

    Folders, links and hidden files are left out; so are members whose bytes are those of others.
    Raises Unreadable when there is no directory (a truncated zip has none), or past a limit; what was yielded before remains.
    """
    if stream.file is not None:
        yield from _members(_Bounded(stream.file, budget), archive, budget, budget.bring)
    else:
        data = take(stream, budget)
        with budget.held(len(data)):
            yield from _members(_Bounded(BytesIO(data), budget), archive, budget, budget.spend)


def _members(file: _Bounded, archive: Item, budget: Budget, count_read: Callable[[int], None]) -> Iterator[tuple[Item, Stream] | Skipped]:
    """`count_read` takes how many bytes of the archive were read for a member's content."""
    try:
        members = zipfile.ZipFile(cast("IO[bytes]", file)).infolist()
    except _DIRECTORY_ERRORS as error:
        raise Unreadable(
            said("damaged or truncated zip, its directory cannot be read: {reason}", reason=own_words(error)),
        ) from error
    for member in members:
        member.filename = _named(member)
    apart = _apart(members)
    if len(apart) < len(members):
        yield Skipped(archive.source, _say_overlap(len(members) - len(apart)), archive.named)
    apart.sort(key=lambda member: natural_path_key(member.filename))
    for count, member in enumerate(apart, 1):
        budget.check_members(count)
        if member.filename.endswith("/") or stat.S_ISLNK(member.external_attr >> 16) or is_hidden(member.filename):
            continue
        item = archive.member(member_name(member.filename), _taken_at(member.extra), _stamped(member))
        try:
            content = Stream(_Checked(_content(file, member, budget, count_read), member))
        except Unreadable as trouble:
            yield Skipped(item.source, trouble.args[0], False)
        else:
            yield item, content


def _named(member: zipfile.ZipInfo) -> str:
    """The name of a member. Where no flag says its encoding it is UTF-8, as macOS packs, or a Chinese Windows' own, if it can be.

    zipfile takes it for cp437, as the standard of 1989 says, which any bytes can be.
    """
    if member.flag_bits & _UTF_8 or member.filename.isascii():
        return member.filename
    try:
        given = member.filename.encode("cp437")
    except UnicodeEncodeError:  # a zipfile that reads by another encoding
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return given.decode(encoding)
    return member.filename


def _apart(members: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The members that end before the next one begins: no byte of the archive lies in two of them.

    Small bombs are made of entries for the same bytes, or for bytes inside of each other (David Fifield, "A better zip bomb").
    A damaged size or place costs one member and not those behind it. A local header has the name at least, so what the
    directory says is enough; what is read is no more than the file then, whatever else the header says.
    """
    in_order = sorted(members, key=lambda member: member.header_offset)
    return [*(member for member, after in pairwise(in_order) if _least_end(member) <= after.header_offset), *in_order[-1:]]


def _least_end(member: zipfile.ZipInfo) -> int:
    return member.header_offset + _LOCAL_HEADER.size + member.compress_size


def _say_overlap(count: int) -> str:
    return said_of(
        count,
        "left out a member that takes the bytes of another, as in bombs and damaged zips; pack the dumps once more",
        "left out {count} members that take the bytes of another, as in bombs and damaged zips; pack the dumps once more",
    )


def _content(file: _Bounded, member: zipfile.ZipInfo, budget: Budget, count_read: Callable[[int], None]) -> Producer:
    """The unpacked content of a member. Raises Unreadable if it cannot be unpacked."""
    if member.flag_bits & _ENCRYPTED:
        raise Unreadable(said("encrypted; unpack it with its password and give the folder"))
    stored = Slice(_reader(file, _start(file, member), count_read), member.compress_size)
    method = member.compress_type
    if method == _STORED:
        return stored
    if method == _LZMA:
        return Unpacked(Stream(stored), codec(LZMA_ALONE), budget, lead=_lzma_header(stored, member))
    if method in _CODECS:
        return Unpacked(Stream(stored), codec(_CODECS[method]), budget)
    name = _NOT_READ.get(method, method)
    raise Unreadable(said("packed with zip method {method}, which is not read; unpack it and give the folder", method=name))


def _start(file: _Bounded, member: zipfile.ZipInfo) -> int:
    """Where the bytes of a member begin. Its local header comes before them; the directory has all else in it, but not its length."""
    header = _read_at(file, member.header_offset, _LOCAL_HEADER.size)
    if not header.startswith(_LOCAL_SIGNATURE) or len(header) < _LOCAL_HEADER.size:
        raise Unreadable(said("damaged zip: the directory points at no member"))
    name_length, extra_length = _LOCAL_HEADER.unpack(header)
    return member.header_offset + len(header) + int(name_length) + int(extra_length)


def _lzma_header(stored: Slice, member: zipfile.ZipInfo) -> bytes:
    """The head of an `.lzma` file before the same data: properties, and the size, or eight 0xff if there is an end mark instead.

    A zip has two bytes of version, the length of the properties, and the properties (APPNOTE 5.8.8).
    """
    head = stored.read(4)
    properties = stored.read(int.from_bytes(head[2:4], "little"))
    size = b"\xff" * 8 if member.flag_bits & _HAS_END_MARK else member.file_size.to_bytes(8, "little")
    return properties + size


def _reader(file: _Bounded, start: int, count_read: Callable[[int], None]) -> Callable[[int], bytes]:
    """A reader with a position of its own, since all members share the file."""
    at = start

    def read(size: int) -> bytes:
        nonlocal at
        data = _read_at(file, at, size)
        at += len(data)
        count_read(len(data))
        return data

    return read


def _read_at(file: _Bounded, offset: int, size: int) -> bytes:
    try:
        file.seek(offset)
        return file.read(size)
    except (OSError, ValueError, OverflowError) as error:
        raise Unreadable(said("cannot be read from its archive: {reason}", reason=own_words(error))) from error


def _taken_at(extra: bytes) -> str | None:
    """The moment of the last change from the fields that hold it in UTC: Unix (0x5455), else NTFS (0x000a).

    The directory's own field is the packer's local time of an unknown zone (`_stamped`).
    """
    fields = dict(_extra_fields(extra))
    unix, ntfs = fields.get(0x5455, b""), fields.get(0x000A, b"")
    if len(unix) >= 5 and unix[0] & 1:
        return utc(int.from_bytes(unix[1:5], "little", signed=True))
    if len(ntfs) >= 16 and ntfs[4:6] == b"\x01\x00":
        return utc(int.from_bytes(ntfs[8:16], "little") / 10**7 - _SECONDS_1601_TO_1970)
    return None


def _stamped(member: zipfile.ZipInfo) -> str | None:
    """The directory's own field, the packer's local time in steps of two seconds; None for 1980, which is written for "not known"."""
    year, month, day, hour, minute, second = member.date_time
    return f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}" if year > 1980 else None


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        end = 4 + int.from_bytes(extra[2:4], "little")
        yield int.from_bytes(extra[:2], "little"), extra[4:end]
        extra = extra[end:]


class _Bounded:
    """The archive's file, with a bound on how much zipfile reads of it at once: it reads the whole directory, whatever its size."""

    def __init__(self, file: FileIO | BytesIO, budget: Budget) -> None:
        self._file = file
        self._budget = budget
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        if size < 0:  # zipfile asks so only for the last 64 KiB
            size = self._budget.limits.directory_bytes
        self._budget.check_directory(size)
        return self._file.read(size) or b""


class _Checked:
    """A member's content, held against the size and the checksum that the directory gives for it."""

    def __init__(self, content: Producer, member: zipfile.ZipInfo) -> None:
        self.fault: str | None = None
        self._content = content
        self._member = member
        self._crc32 = crc32_function()
        self._crc = self._size = 0

    def read(self, size: int, /) -> bytes:
        data = self._content.read(size)
        self._size += len(data)
        self._crc = self._crc32(data, self._crc)
        if not data:
            self.fault = self._content.fault or self._mismatch()
        return data

    def _mismatch(self) -> str | None:
        if self._size != self._member.file_size:
            return said("damaged: its size is {size}, but the directory says {listed}", size=self._size, listed=self._member.file_size)
        if self._crc != self._member.CRC:
            return said_of(
                self._size, "damaged: the checksum of its {count} byte is wrong", "damaged: the checksum of its {count} bytes is wrong"
            )
        return None
