"""Numbers one after the other, as DWARF writes them (DWARF 5, 7.6; LSB 5, 10.5 for encoded pointers)."""

from __future__ import annotations

import struct

Bytes = bytes | bytearray | memoryview

_OMITTED = 0xFF
_SIZED = {0x00: "<Q", 0x02: "<H", 0x03: "<I", 0x04: "<Q", 0x0A: "<h", 0x0B: "<i", 0x0C: "<q"}
_WORD = (1 << 64) - 1
_LONGEST = 10  # bytes of a LEB128 number of 64 bits


class Cursor:
    """A place in a section.  Raises IndexError or struct.error beyond its end, and ValueError where it makes no sense."""

    def __init__(self, data: Bytes, at: int, base: int = 0) -> None:
        self.data = data
        self.at = at
        self.base = base  # the section's address in memory

    def number(self, form: str) -> int:
        found: int = struct.unpack_from(form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return found

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        """ULEB128"""
        found = shift = 0
        for _ in range(_LONGEST):
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7
        raise ValueError("a number without an end")

    def signed(self) -> int:
        """SLEB128"""
        found = shift = 0
        for _ in range(_LONGEST):
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return found - (1 << shift) if byte & 0x40 else found
        raise ValueError("a number without an end")

    def block(self) -> bytes:
        size = self.unsigned()
        self.at += size
        if self.at > len(self.data):
            raise IndexError
        return bytes(self.data[self.at - size : self.at])

    def pointer(self, encoding: int, data_base: int = 0) -> int | None:
        """A pointer as the upper four bits say: absolute, or relative to its own place or to `data_base`; None where it is left out."""
        if encoding == _OMITTED:
            return None
        here = self.base + self.at
        form = encoding & 0x0F
        found = self.unsigned() if form == 0x01 else self.signed() if form == 0x09 else self.number(_sized(form))
        relative = encoding & 0x70
        if relative not in (0x00, 0x10, 0x30):
            raise ValueError("a pointer relative to what is not known here")
        return (found + (here if relative == 0x10 else data_base if relative == 0x30 else 0)) & _WORD

    def text(self) -> bytes:
        """Up to a zero."""
        stop = self.at
        while self.data[stop]:
            stop += 1
        found = bytes(self.data[self.at : stop])
        self.at = stop + 1
        return found


def _sized(form: int) -> str:
    if form not in _SIZED:
        raise ValueError("an unknown form of pointer")
    return _SIZED[form]
