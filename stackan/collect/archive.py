"""A tar of text files that is written round by round: what is cut off behind a round is still a capture."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import time
from types import TracebackType
from typing import IO, Protocol

from stackan.errors import UsageError
from stackan.model.said import said

ENDINGS = (".tar.gz", ".tgz", ".tar.zst")  # of its name
_SPARE = 64 << 20  # bytes that have to be free beside what is written: a full disk of a server is worse than no capture


class _Packer(Protocol):
    def write(self, data: bytes, /) -> object: ...
    def end_piece(self) -> None: ...


class _Gzip:
    """A gzip member for each piece."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._member: gzip.GzipFile | None = None

    def write(self, data: bytes, /) -> int:
        if self._member is None:
            self._member = gzip.GzipFile(fileobj=self._file, mode="wb", mtime=int(time.time()))
        return self._member.write(data)

    def end_piece(self) -> None:
        if self._member is not None:
            self._member.close()
            self._member = None


class _Zstandard:
    """A frame for each piece."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._piece = io.BytesIO()

    def write(self, data: bytes, /) -> int:
        return self._piece.write(data)

    def end_piece(self) -> None:
        self._file.write(_compress(self._piece.getvalue()))
        self._piece = io.BytesIO()


def _private(path: str, flags: int) -> int:
    """A new file that only its user may read: arguments of frames are nobody else's business."""
    return os.open(path, flags, 0o600)


def _compress(data: bytes) -> bytes:
    try:
        from compression import zstd  # Python 3.14

        return bytes(zstd.compress(data))
    except ImportError:
        import zstandard

        return bytes(zstandard.ZstdCompressor().compress(data))


def _knows_zstandard() -> bool:
    import importlib.util

    if importlib.util.find_spec("zstandard") is not None:
        return True
    try:
        return importlib.util.find_spec("compression.zstd") is not None
    except ImportError:
        return False


class Archive:
    """The file of a capture.  Raises UsageError where it exists already, may not be written, or the disk has no room."""

    def __init__(self, path: str) -> None:
        if not path.endswith(ENDINGS):
            raise UsageError(said("{path}: the name of a capture ends in .tar.gz or .tar.zst; give such a name to -o", path=path))
        if path.endswith(".zst") and not _knows_zstandard():
            raise UsageError(said("{path}: zstd is not installed here: pip install 'stackan[zstd]', or give a name in .tar.gz", path=path))
        self.path = path
        self.checksums: dict[str, str] = {}
        self.check_room(0)
        try:
            self._file = open(path, "xb", opener=_private)  # noqa: SIM115 - for as long as the capture takes
        except FileExistsError as error:
            raise UsageError(said("{path}: is there already, and nothing is overwritten; give another name to -o", path=path)) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(said("{path}: cannot be written ({reason}); give another file to -o", path=path, reason=reason)) from error
        self._packer: _Packer = _Zstandard(self._file) if path.endswith(".zst") else _Gzip(self._file)

    def add(self, name: str, data: bytes) -> None:
        """A text file.  Raises UsageError where the disk has no room for it."""
        self.check_room(len(data))
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = len(data), int(time.time()), 0o600
        self._packer.write(member.tobuf(tarfile.PAX_FORMAT))
        self._packer.write(data + bytes(-len(data) % tarfile.BLOCKSIZE))
        self.checksums[name] = hashlib.sha256(data).hexdigest()

    def end_round(self) -> None:
        """Everything so far can be read from now on, whatever happens."""
        self._packer.end_piece()
        self._file.flush()
        os.fsync(self._file.fileno())

    def check_room(self, size: int) -> None:
        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        except OSError:
            return
        if free < size + _SPARE:
            raise UsageError(said("{path}: only {free} bytes are free there; give a place with more room to -o", path=self.path, free=free))

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._packer.write(bytes(2 * tarfile.BLOCKSIZE))  # the end of a tar
            self._packer.end_piece()
        finally:
            self._file.close()
