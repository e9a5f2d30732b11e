"""Files, folders and archives written as they were read: under the same names, with the same times, for both order a case's snapshots."""

from __future__ import annotations

import bz2
import calendar
import gzip
import io
import lzma
import os
import re
import struct
import tarfile
import time
import zipfile
from collections.abc import Sequence

from stackan.errors import UsageError
from stackan.model.records import NamedTuple
from stackan.model.said import said

PLAIN, ZIP, TAR = "plain", "zip", "tar"
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)")
_EXTENDED_TIME = 0x5455  # the field of a zip's member that carries a time in UTC, up to 2038
_FIRST_YEAR, _LAST_YEAR = 1980, 2107  # of a zip's own times


class Member(NamedTuple):
    """A text as it is to be written. `name` is its name in its archive, "" outside of any; times as `Blob` has them."""

    name: str
    data: bytes
    taken_at: str | None
    stamped: str | None


def pack(kind: str, members: Sequence[Member], ending: str) -> bytes:
    """The bytes of a file: a text, a zip or a tar, compressed as the ending of its name says."""
    if kind == ZIP:
        return _zip(members)
    return _compress(_tar(members) if kind == TAR else members[0].data, ending)


def _zip(members: Sequence[Member]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            moment = _parts(member.stamped or member.taken_at) or (_FIRST_YEAR, 1, 1, 0, 0, 0)
            info = zipfile.ZipInfo(member.name, (min(max(moment[0], _FIRST_YEAR), _LAST_YEAR), *moment[1:]))
            info.compress_type = zipfile.ZIP_DEFLATED
            seconds = _seconds(member.taken_at)
            if seconds is not None and seconds.bit_length() < 32:
                info.extra = struct.pack("<HHBi", _EXTENDED_TIME, 5, 1, seconds)
            archive.writestr(info, member.data)
    return file.getvalue()


def _tar(members: Sequence[Member]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.size, info.mode, info.mtime = len(member.data), 0o600, _seconds(member.taken_at) or 0
            archive.addfile(info, io.BytesIO(member.data))
    return file.getvalue()


def _parts(text: str | None) -> tuple[int, int, int, int, int, int] | None:
    match = _TIME.match(text or "")
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    return year, month, day, hour, minute, second


def _seconds(taken_at: str | None) -> int | None:
    parts = _parts(taken_at)
    return calendar.timegm((*parts, 0, 0, 0)) if parts is not None else None


def _compress(data: bytes, ending: str) -> bytes:
    if ending in (".gz", ".tgz"):
        return gzip.compress(data, mtime=0)
    if ending in (".xz", ".txz"):
        return lzma.compress(data)
    if ending in (".bz2", ".tbz2", ".tbz"):
        return bz2.compress(data)
    return _zstandard(data) if ending in (".zst", ".tzst") else data


def _zstandard(data: bytes) -> bytes:
    try:
        import zstandard
    except ImportError:
        try:
            from compression import zstd  # Python 3.14
        except ImportError:
            raise UsageError(
                said("writing .zst needs the extra stackan[zstd]: pip install 'stackan[zstd]', or give another ending")
            ) from None
        return bytes(zstd.compress(data))
    return bytes(zstandard.ZstdCompressor().compress(data))


def private(path: str) -> io.TextIOWrapper:
    """A new text file that nobody but its user may read. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600), "w", encoding="utf-8")


def settled_name(path: str) -> str:
    """A name beside a path that no other run uses, and that no later one reads."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(folder, f".{name}.{os.getpid()}-{time.time_ns():x}.part")
