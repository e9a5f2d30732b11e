"""Packs made in memory, and short ways to read them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from stackan.reading import Blob, Limits, Skipped, read

DUMP = b"Thread 1 (LWP 4242):\n#0  0x00007f0000000001 in pthread_cond_wait () from /lib64/libpthread.so.0\n"
GIVEN_TIME = 1717747750  # 2024-06-07T08:09:10Z

Members = dict[str, bytes] | list[tuple[str, bytes]]

# As the zstd program does it: with a checksum at the end.
if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, compress

    def zst(data: bytes) -> bytes:
        return compress(data, options={CompressionParameter.checksum_flag: 1})
else:
    from zstandard import ZstdCompressor

    def zst(data: bytes) -> bytes:
        packed: bytes = ZstdCompressor(write_checksum=True).compress(data)
        return packed


def xz(data: bytes) -> bytes:
    return lzma.compress(data, preset=1)


def tar(members: Members) -> bytes:
    return tar_of((info(name, data), data) for name, data in _pairs(members))


def tar_of(entries: Iterable[tuple[tarfile.TarInfo, bytes]], layout: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        for entry, data in entries:
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def info(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, mtime: float = 0) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.type, made.mtime = len(data), kind, int(mtime)
    return made


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in _pairs(members):
            archive.writestr(name, data)
    return buffer.getvalue()


def _pairs(members: Members) -> Iterable[tuple[str, bytes]]:
    return members.items() if isinstance(members, dict) else members


CODECS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "xz": xz, "bzip2": bz2.compress, "zstd": zst}


def everything(path: Path | str, limits: Limits | None = None) -> list[Blob | Skipped]:
    return list(read([path], limits or Limits()))


def piped(data: bytes, limits: Limits | None = None) -> list[Blob | Skipped]:
    return list(read(["-"], limits or Limits(), io.BytesIO(data)))


def named_contents(items: Iterable[Blob | Skipped]) -> list[tuple[str, bytes]]:
    """Source and content of each blob; fails on anything skipped."""
    return [(blob.source, blob.data) for blob in map(_as_blob, items)]


def contents(items: Iterable[Blob | Skipped]) -> list[bytes]:
    return [data for _, data in named_contents(items)]


def _as_blob(item: Blob | Skipped) -> Blob:
    assert isinstance(item, Blob), item
    return item


def skipped(items: Iterable[Blob | Skipped]) -> list[tuple[str, str]]:
    """Source and reason of all that was skipped."""
    return [(item.source, item.reason) for item in items if isinstance(item, Skipped)]


def blobs(items: Iterable[Blob | Skipped]) -> list[tuple[str, bytes]]:
    """Source and content of each blob, whatever was skipped beside it."""
    return [(item.source, item.data) for item in items if isinstance(item, Blob)]
