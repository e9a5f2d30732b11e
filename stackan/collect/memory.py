"""The memory of another process, read without stopping it (process_vm_readv(2))."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from functools import cache

_HIGHEST = 1 << 47  # user space ends here on x86-64
_PAGE = 4096


class _Span(ctypes.Structure):
    """struct iovec"""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


def _page_starts(address: int, size: int) -> list[int]:
    """The kernel reads a piece whole or not at all, and a page is mapped or not."""
    return [address, *range(address // _PAGE * _PAGE + _PAGE, address + size, _PAGE)]


@cache
def _readv() -> ctypes._NamedFuncPointer:
    libc = ctypes.CDLL(None, use_errno=True)
    call = libc.process_vm_readv
    call.restype = ctypes.c_ssize_t
    call.argtypes = (ctypes.c_int, ctypes.POINTER(_Span), ctypes.c_ulong, ctypes.POINTER(_Span), ctypes.c_ulong, ctypes.c_ulong)
    return call


class Memory:
    """The memory of one process.  What is read may change the next moment: whoever draws a conclusion reads twice."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def read(self, address: int, size: int) -> bytes | None:
        """So many bytes from there on; None where they are not mapped, or the process is gone.

        Raises PermissionError where the kernel does not let this process read that one.
        """
        if size <= 0 or not 0 < address <= _HIGHEST - size:
            return None
        buffer = ctypes.create_string_buffer(size)
        ours = _Span(ctypes.addressof(buffer), size)
        theirs = _Span(address, size)
        got = _readv()(self.pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
        if got == size:
            return buffer.raw
        failure = ctypes.get_errno()
        if got < 0 and failure == errno.EPERM:
            raise PermissionError(failure, os.strerror(failure))
        return None

    def read_some(self, address: int, size: int) -> bytes:
        """As many of these bytes as are mapped, from the first one on.  Raises PermissionError."""
        pieces = [(at, min(_PAGE - at % _PAGE, address + size - at)) for at in _page_starts(address, size)]
        buffer = ctypes.create_string_buffer(size)
        ours = _Span(ctypes.addressof(buffer), size)
        theirs = (_Span * len(pieces))(*(_Span(*piece) for piece in pieces))
        got = _readv()(self.pid, ctypes.byref(ours), 1, theirs, len(pieces), 0)
        if got < 0 and (failure := ctypes.get_errno()) == errno.EPERM:
            raise PermissionError(failure, os.strerror(failure))
        return buffer.raw[: max(got, 0)]

    def word(self, address: int) -> int | None:
        """An unsigned number of 32 bits."""
        data = self.read(address, 4)
        return struct.unpack("<I", data)[0] if data is not None else None

    def pointer(self, address: int) -> int | None:
        """An unsigned number of 64 bits."""
        data = self.read(address, 8)
        return struct.unpack("<Q", data)[0] if data is not None else None
