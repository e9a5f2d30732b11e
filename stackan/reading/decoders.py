"""The decompressors, each from the fastest module that is installed; imported only when asked for.

Speeds (MB/s of text, one core): isal 2510, zlib 770; zstd 2800 to 3200; lzma 725; bz2 71.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.reading.limits import KIB, MIB
from stackan.reading.magic import BZIP2, GZIP, XZ, ZSTD
from stackan.reading.trouble import Unreadable

DEFLATE = "deflate"  # inside zip only
LZMA_ALONE = "lzma"  # inside zip only, with the header of an `.lzma` file put before it

# liblzma takes as much memory as the file's header says, up to 4 GiB. `xz -9` needs 65 MiB.
# zstd's own bound of 128 MiB (`zstd --ultra` without `--long`) is left as it is.
_XZ_MEMORY_BYTES = 512 * MIB

# `zstandard` offers no bound on what one call gives, so it is fed small pieces: the densest block is 4 bytes for
# 128 KiB (RFC 8878, 3.1.1.2), so a piece gives 64 MiB at worst. Larger pieces are no faster (1430 MB/s at 2 KiB, 1470 at 16 KiB).
_ZSTANDARD_PIECE_BYTES = 2 * KIB


class Decoder(Protocol):
    """One compressed frame; what bz2, lzma, isal and Python 3.14's zstd have in common."""

    @property
    def eof(self) -> bool:
        """True once the frame's end mark was read."""

    @property
    def needs_input(self) -> bool:
        """False while more can come out without more going in."""

    @property
    def unused_data(self) -> bytes:
        """The bytes that were put in and lie behind the end of the frame."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Raises one of `Codec.errors` on damaged data."""


class Codec(NamedTuple):
    """kind: as in `magic`, or DEFLATE or LZMA_ALONE. decoder: makes one for each frame. errors: what it raises on damaged data."""

    kind: str
    decoder: Callable[[], Decoder]
    errors: tuple[type[Exception], ...]


def codec(kind: str) -> Codec:
    """The codec of this kind. Raises Unreadable if this Python lacks it."""
    decoder, error = _MAKERS[kind]()
    return Codec(kind, decoder, (error, EOFError, ValueError))


def crc32_function() -> Callable[[bytes, int], int]:
    """The checksum of gzip and zip: `crc32(data, crc so far)`."""
    crc32: Callable[[bytes, int], int] = (_first_of("isal.isal_zlib") or _module("zlib")).crc32
    return crc32


_Made = tuple[Callable[[], Decoder], type[Exception]]


def _gzip() -> _Made:
    isal = _first_of("isal.igzip_lib")
    if isal:
        return lambda: isal.IgzipDecompressor(flag=isal.DECOMP_GZIP), isal.error
    zlib = _module("zlib")
    return lambda: _Inflater(zlib.decompressobj(wbits=31)), zlib.error  # 31: a 32 KiB window, in gzip's wrapping


def _deflate() -> _Made:
    isal = _first_of("isal.igzip_lib")
    if isal:
        return lambda: isal.IgzipDecompressor(flag=isal.DECOMP_DEFLATE), isal.error
    zlib = _module("zlib")
    return lambda: _Inflater(zlib.decompressobj(wbits=-15)), zlib.error  # -15: the same window, bare


def _xz() -> _Made:
    lzma = _module("lzma")
    return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES), lzma.LZMAError


def _lzma_alone() -> _Made:
    lzma = _module("lzma")
    return lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_XZ_MEMORY_BYTES), lzma.LZMAError


def _bzip2() -> _Made:
    return _module("bz2").BZ2Decompressor, OSError


def _zstd() -> _Made:
    zstd = _first_of("compression.zstd", "backports.zstd")
    if zstd:
        return zstd.ZstdDecompressor, zstd.ZstdError
    zstandard = _first_of("zstandard")
    if zstandard:
        return lambda: _PieceByPiece(zstandard.ZstdDecompressor().decompressobj()), zstandard.ZstdError
    raise Unreadable(said("zstd data, and no module here reads it; pip install stackan[zstd]"))


_MAKERS: dict[str, Callable[[], _Made]] = {
    GZIP: _gzip,
    DEFLATE: _deflate,
    XZ: _xz,
    LZMA_ALONE: _lzma_alone,
    BZIP2: _bzip2,
    ZSTD: _zstd,
}


def _first_of(*names: str) -> Any:
    """The first of these modules that is installed, or None."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def _module(name: str) -> Any:
    """A module of the standard library, which a Python built without its C library lacks."""
    module = _first_of(name)
    if module is None:
        raise Unreadable(said("compressed data, and this Python was built without the module {name}; unpack it first", name=name))
    return module


class _Inflater:
    """zlib with the manners of the others."""

    def __init__(self, inflater: Any) -> None:
        self._inflater = inflater
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return bool(self._inflater.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inflater.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out: bytes = self._inflater.decompress(self._inflater.unconsumed_tail + data, max_length)
        # Not `unconsumed_tail`: a full output may have left more inside the inflater even when all input is consumed.
        self.needs_input = len(out) < max_length
        return out


class _PieceByPiece:
    """`zstandard` with the interface of the others, except that one call may give more bytes than asked for."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self._waiting = b""
        self._used = 0

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    @property
    def needs_input(self) -> bool:
        return self._used == len(self._waiting)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._frame.unused_data) + self._waiting[self._used :]

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if data:
            self._waiting, self._used = data, 0
        out: list[bytes] = []
        size = 0
        while size < max_length and not self.needs_input and not self.eof:
            piece = self._waiting[self._used : self._used + _ZSTANDARD_PIECE_BYTES]
            self._used += len(piece)
            out.append(self._frame.decompress(piece))
            size += len(out[-1])
        return b"".join(out)
